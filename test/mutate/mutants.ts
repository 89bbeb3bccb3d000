/**
 * Lists the single changes of a TypeScript file: one operator, bound, constant, condition, return or await each.
 * Every mutant parses; types, comments, strings and imports stay as they are.
 */
import { parseAst } from "vitest/node";
import { childrenOf, type Node } from "../related/syntax.ts";

/** A replacement of `source.slice(start, end)`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Mutant extends Edit {
  readonly file: string;
  /** Number of the line, from 1. */
  readonly line: number;
  /** Lines that the edit touches, before and after it, with spaces collapsed. */
  readonly before: string;
  readonly after: string;
}

const operators: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "**": "*",
  "<<": ">>",
  ">>": "<<",
  ">>>": "<<",
  "&": "|",
  "|": "&",
  "^": "&",
  "&&": "||",
  "||": "&&",
  "++": "--",
  "--": "++",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  "|=": "&=",
  "&=": "|=",
  "^=": "&=",
  "<<=": ">>=",
  ">>=": "<<=",
  ">>>=": "<<=",
  "??=": "=",
};

const methods: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  round: "floor",
  abs: "fround",
  some: "every",
  every: "some",
};

/** Returns all mutants of a source, in the order of their place. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const edits: Edit[] = [];
  const visit = (node: Node): void => {
    edits.push(...editsOf(node, source));
    for (const child of executedChildren(node)) visit(child);
  };
  visit(parseAst(source, { lang: "ts" }, file) as unknown as Node);
  return edits
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.text < b.text ? -1 : 1))
    .map((edit) => describe(file, source, edit));
}

export function apply(source: string, { start, end, text }: Edit): string {
  return source.slice(0, start) + text + source.slice(end);
}

/**
 * Returns the children that exist when the code runs. The step of a `for` is left out: reversed, nearly every loop
 * hangs.
 */
function executedChildren(node: Node): Node[] {
  if (/^(Import|ExportAll)/.test(node.type)) return [];
  if (node.type === "ForStatement") return childrenOf({ ...node, update: null });
  const isErased = (child: Node) => child.type.startsWith("TS") && !("expression" in child);
  return childrenOf(node).filter(
    (child) => !isErased(child) && !(node.type.startsWith("TS") && child !== node.expression),
  );
}

function editsOf(node: Node, source: string): Edit[] {
  const argument = node.argument as Node | null;
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression":
      return changedOperator(node, source);
    case "UpdateExpression":
      return [
        replace(
          node.prefix ? { start: node.start, end: node.start + 2 } : { start: node.end - 2, end: node.end },
          operators[node.operator as string],
        ),
      ];
    case "UnaryExpression":
      return ["-", "!", "~"].includes(node.operator as string)
        ? [replace({ start: node.start, end: node.start + 1 }, "")]
        : [];
    case "Literal":
      return changedConstant(node, source);
    case "MemberExpression":
      return changedMethod(node);
    case "IfStatement":
    case "ConditionalExpression":
      return [replace(node.test as Node, "true"), replace(node.test as Node, "false")];
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
      return node.test ? [replace(node.test as Node, "false")] : [];
    case "ReturnStatement":
      return argument ? withoutValue(argument) : [];
    case "ArrowFunctionExpression":
      return (node.body as Node).type === "BlockStatement" ? [] : withoutValue(node.body as Node);
    case "AwaitExpression":
      return [replace({ start: node.start, end: argument!.start }, "")];
    default:
      return [];
  }
}

function replace({ start, end }: { readonly start: number; readonly end: number }, text: string): Edit {
  return { start, end, text };
}

function changedOperator(node: Node, source: string): Edit[] {
  const [left, right] = [node.left as Node, node.right as Node];
  const operator = node.operator as string;
  if (operator === "??")
    return [replace(node, source.slice(node.start, left.end) + closing(source, left.end))];
  const other = operators[operator];
  if (!other || (operator === "+" && (isText(left) || isText(right)))) return [];
  const start = operatorAt(source, left.end);
  return [replace({ start, end: start + operator.length }, other)];
}

/** Returns the first character after an operand's closing parentheses, white space and comments. */
function operatorAt(source: string, from: number): number {
  const skipped = /(?:[\s)]|\/\*[\s\S]*?\*\/|\/\/.*\n)*/y;
  skipped.lastIndex = from;
  skipped.test(source);
  return skipped.lastIndex;
}

/** Returns the parentheses that close right after an operand. */
function closing(source: string, from: number): string {
  return source.slice(from, operatorAt(source, from)).replaceAll(/[^)]/g, "");
}

function isText({ type, value }: Node): boolean {
  return type === "TemplateLiteral" || (type === "Literal" && typeof value === "string");
}

/**
 * Moves whole numbers by one, and other numbers to twice and half, so that no tolerance of a test has to be tight.
 */
function changedConstant(node: Node, source: string): Edit[] {
  const { value, bigint } = node;
  if (typeof value === "boolean") return [replace(node, String(!value))];
  if (typeof bigint === "string") return [replace(node, `${BigInt(bigint) + 1n}n`)];
  if (typeof value !== "number") return [];
  if (!Number.isSafeInteger(value))
    return [replace(node, String(2 * value)), replace(node, String(value / 2))];
  // Neither `1.5.x` nor `1.x` would parse.
  const digits = source[node.end] === "." ? (n: number) => `(${n})` : String;
  return [value + 1, ...(value > 0 ? [value - 1] : [])].map((n) => replace(node, digits(n)));
}

function changedMethod(node: Node): Edit[] {
  const { object, property, computed } = node as unknown as {
    object: Node;
    property: Node;
    computed: boolean;
  };
  const name = property.name as string;
  const isMath = object.type === "Identifier" && object.name === "Math";
  const other = !computed && Object.hasOwn(methods, name) && (isMath || /^(some|every)$/.test(name));
  return other ? [replace(property, methods[name])] : [];
}

function withoutValue(value: Node): Edit[] {
  const isAlready = value.name === "undefined" || typeof value.value === "boolean";
  return isAlready ? [] : [replace(value, "undefined")];
}

function describe(file: string, source: string, edit: Edit): Mutant {
  const lineStart = source.lastIndexOf("\n", edit.start - 1) + 1;
  const lineEnd = (source.indexOf("\n", edit.end) + source.length + 1) % (source.length + 1);
  const collapse = (text: string) => text.trim().replaceAll(/\s+/g, " ");
  return {
    ...edit,
    file,
    line: source.slice(0, edit.start).split("\n").length,
    before: collapse(source.slice(lineStart, lineEnd)),
    after: collapse(source.slice(lineStart, edit.start) + edit.text + source.slice(edit.end, lineEnd)),
  };
}

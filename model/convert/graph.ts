/**
 * A network while it is being built: ONNX nodes with every value's shape known.
 *
 * Four-dimensional values are NCHW, batch 1. Nodes are in topological order, and every pass keeps
 * them so.
 */

export type ElementType = "float32" | "int64" | "int32" | "int8" | "uint8" | "float16";

export interface Constant {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Values; float16 is stored as its bits. */
  readonly data: Float32Array | BigInt64Array | Int32Array | Int8Array | Uint8Array | Uint16Array;
}

/** Integers and floats are told apart by the writer's table of float attributes. */
export type Attribute = number | string | readonly number[];

export interface Node {
  readonly op: string;
  /** "" is ONNX's own domain. */
  readonly domain: "" | "com.microsoft";
  /** "" stands for an absent optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Graph {
  readonly name: string;
  readonly input: Value;
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** Shapes of all results of nodes. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Node["attributes"] = {},
  domain: Node["domain"] = "",
): Node {
  return { op, domain, inputs, outputs: [output], attributes };
}

export function floats(shape: readonly number[], data: Float32Array): Constant {
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} values for a shape of ${shape}`);
  return { type: "float32", shape, data };
}

/** Makes a constant vector of int64, for shapes, axes and pads. */
export function integers(values: readonly number[]): Constant {
  return { type: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Returns the float32 constant of that name. Throws for any other value. */
export function floatsOf(graph: Pick<Graph, "constants">, name: string): Float32Array {
  const constant = graph.constants.get(name);
  if (!(constant?.data instanceof Float32Array)) throw new Error(`${name} is not a float32 constant`);
  return constant.data;
}

/** Finds the node that makes each value. */
export function producers(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.flatMap((each) => each.outputs.map((output) => [output, each] as const)));
}

/** Finds the nodes that read each value; the network's own outputs count as read once more, by `null`. */
export function consumers(graph: Graph): Map<string, (Node | null)[]> {
  const readers = new Map<string, (Node | null)[]>();
  const add = (name: string, reader: Node | null) => {
    const list = readers.get(name);
    if (list === undefined) readers.set(name, [reader]);
    else list.push(reader);
  };
  for (const each of graph.nodes) for (const input of each.inputs) add(input, each);
  for (const { name } of graph.outputs) add(name, null);
  return readers;
}

/** Drops nodes whose results are never read, and constants and shapes that are never referred to. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const each of graph.nodes.toReversed()) {
    if (!each.outputs.some((output) => needed.has(output))) continue;
    nodes.push(each);
    for (const input of each.inputs) needed.add(input);
  }
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  return {
    ...graph,
    nodes: nodes.reverse(),
    constants: new Map([...graph.constants].filter(([name]) => needed.has(name))),
    shapes: new Map([...graph.shapes].filter(([name]) => made.has(name))),
  };
}

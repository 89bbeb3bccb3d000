/** A syntax tree as vite's parser gives it (oxc, ESTree with TypeScript's nodes). */
export interface Node {
  readonly type: string;
  /** Offsets into the source, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Returns the nodes directly below one, in the order of their keys. */
export function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

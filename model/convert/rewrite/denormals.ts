/**
 * Sets tiny constants to zero. Denormal weights (|w| < 1.2e-38) make every product with them several times slower;
 * nothing below 1e-12 is visible in a float32 sum of activations near 1.
 */
import type { Graph } from "../graph.ts";

const smallestKept = 1e-12;

export function flushDenormals(graph: Graph): Graph {
  const constants = [...graph.constants].map(([name, constant]) => {
    if (!(constant.data instanceof Float32Array)) return [name, constant] as const;
    const data = constant.data.map((value) => (Math.abs(value) < smallestKept ? 0 : value));
    return [name, { ...constant, data }] as const;
  });
  return { ...graph, constants: new Map(constants) };
}

/** Lets a network that is given blue, green, red take red, green, blue: moves the first layer's weights. */
import type { Graph } from "../graph.ts";
import { floats, floatsOf } from "../graph.ts";

/** Throws unless the input is read by one convolution of three channels. */
export function takeRedFirst(graph: Graph): Graph {
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(graph.input.name));
  const [reader] = readers;
  const shape = graph.constants.get(reader?.inputs[1] ?? "")?.shape;
  if (readers.length !== 1 || reader.op !== "Conv" || shape?.[1] !== 3)
    throw new Error("the input is not read by one convolution of three channels");
  const weights = floatsOf(graph, reader.inputs[1]);
  const places = shape[2] * shape[3];
  const moved = weights.map((_, i) => {
    const channel = Math.floor(i / places) % 3;
    return weights[i + (2 - 2 * channel) * places];
  });
  return { ...graph, constants: new Map([...graph.constants, [reader.inputs[1], floats(shape, moved)]]) };
}

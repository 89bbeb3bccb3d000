/** Merges the scale and the offset of each channel into the convolution before them: W' = s W, b' = s b + t. */
import type { Constant, Graph, Node } from "../graph.ts";
import { consumers, floats, floatsOf, prune } from "../graph.ts";

export function foldScales(graph: Graph): Graph {
  const readers = consumers(graph);
  const constants = new Map<string, Constant>(graph.constants);
  const folded = new Map<Node, Node>();
  for (const convolution of graph.nodes) {
    if (convolution.op !== "Conv") continue;
    let current = convolution;
    for (;;) {
      const list = readers.get(current.outputs[0]);
      const next = list?.length === 1 ? list[0] : null;
      const operand = next === null ? null : channelConstant(graph, next, current.outputs[0]);
      if (next === null || operand === null) break;
      current = apply(constants, current, next, floatsOf(graph, operand));
      folded.set(next, current);
    }
  }
  // A merged convolution takes the place of the last operator that it replaces; the others are no longer read.
  return prune({ ...graph, nodes: graph.nodes.map((each) => folded.get(each) ?? each), constants });
}

/** Returns the constant with one value a channel, [C,1,1], that the node multiplies with or adds to `value`. */
function channelConstant(graph: Graph, { op, inputs }: Node, value: string): string | null {
  if (op !== "Mul" && op !== "Add") return null;
  const other = inputs.find((input) => input !== value);
  const channels = graph.shapes.get(value)?.[1];
  if (other === undefined || graph.constants.get(other)?.shape.join() !== `${channels},1,1`) return null;
  return other;
}

function apply(constants: Map<string, Constant>, convolution: Node, next: Node, operand: Float32Array): Node {
  const [input, weightName, biasName] = convolution.inputs;
  const [name] = next.outputs;
  const bias = floatsOf({ constants }, biasName);
  if (next.op === "Add") {
    const shifted = bias.map((value, channel) => value + operand[channel]);
    constants.set(`${name}/bias`, floats([bias.length], shifted));
    return { ...convolution, inputs: [input, weightName, `${name}/bias`], outputs: next.outputs };
  }
  const weights = floatsOf({ constants }, weightName);
  const perChannel = weights.length / bias.length;
  const scaled = weights.map((value, i) => value * operand[Math.floor(i / perChannel)]);
  constants.set(`${name}/weights`, floats(constants.get(weightName)!.shape, scaled));
  const scaledBias = bias.map((value, channel) => value * operand[channel]);
  constants.set(`${name}/bias`, floats([bias.length], scaledBias));
  return { ...convolution, inputs: [input, `${name}/weights`, `${name}/bias`], outputs: next.outputs };
}

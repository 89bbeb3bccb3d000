/**
 * Stores weights in 16 bits for a smaller file; the arithmetic stays float32. The nodes that widen them read only
 * constants, so onnxruntime folds them when a session is created (optimisation level "basic" and above) and a run
 * costs the same.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floatsOf, node, prune } from "../graph.ts";
import { narrowToHalf } from "../half.ts";

/**
 * Least number of values of a tensor that is narrowed: smaller ones add little to the file, and heads of few channels
 * are sensitive.
 */
const smallest = 512;

/** ONNX `TensorProto.DataType.FLOAT`, the target of Cast. */
const float = 1;

/** Narrows weights to float16; nothing is lost when the source is float16. */
export function halveWeights(graph: Graph): Graph {
  const constants = new Map<string, Constant>(graph.constants);
  const widening: Node[] = [];
  for (const name of weightNames(graph)) {
    const { shape, data } = constants.get(name)!;
    if (data.length < smallest) continue;
    const halves = Uint16Array.from(floatsOf(graph, name), narrowToHalf);
    widening.push(node("Cast", [`${name}/f16`], name, { to: float }));
    constants.delete(name);
    constants.set(`${name}/f16`, { type: "float16", shape, data: halves });
  }
  return prune({ ...graph, nodes: [...widening, ...graph.nodes], constants });
}

/** Finds weights of convolutions and fully connected layers, float32, with output channels first. */
function weightNames(graph: Graph): Set<string> {
  const layers = graph.nodes.filter(({ op }) => op === "Conv" || op === "FusedConv" || op === "Gemm");
  return new Set(layers.map(({ inputs }) => inputs[1]));
}

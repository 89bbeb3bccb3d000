/**
 * Weights of 16 bits for a smaller file; the arithmetic stays float32. The nodes that widen them
 * read constants only: onnxruntime folds them when a session is created (optimisation level "basic"
 * and above), so that a run costs what it did.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floatsOf, node, prune } from "../graph.ts";
import { narrowToHalf } from "../half.ts";

/** Smaller tensors stay: they weigh little in the file, and heads of few channels much in the result. */
const smallest = 512;

/** ONNX `TensorProto.DataType.FLOAT`, the target of Cast. */
const float = 1;

/** float16; loses nothing where the source has float16 itself. */
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

/** Weights of convolutions and fully connected layers, float32 and output channels first. */
function weightNames(graph: Graph): Set<string> {
  const layers = graph.nodes.filter(({ op }) => op === "Conv" || op === "FusedConv" || op === "Gemm");
  return new Set(layers.map(({ inputs }) => inputs[1]));
}

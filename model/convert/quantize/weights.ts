/**
 * Weights of 8 or 16 bits for a smaller file; the arithmetic stays float32. The nodes that widen them
 * read constants only: onnxruntime folds them when a session is created (optimisation level "basic"
 * and above), so that a run costs what it did.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, node, prune } from "../graph.ts";
import { narrowToHalf } from "../half.ts";
import { quantizeRows } from "./affine.ts";

/** Smaller tensors stay: they weigh little in the file, and heads of few channels much in the result. */
const smallestQuantized = 4096;
const smallestHalved = 512;

/** ONNX `TensorProto.DataType.FLOAT`, the target of Cast. */
const float = 1;

type Narrowing = (
  graph: Graph,
  name: string,
  constant: Constant,
) => { nodes: Node[]; constants: [string, Constant][] };

/** int8, symmetric, with a scale for each output channel. */
export function quantizeWeights(graph: Graph): Graph {
  return narrowWeights(graph, smallestQuantized, (source, name, { shape }) => {
    const { values, scales } = quantizeRows(floatsOf(source, name), shape[0]);
    return {
      nodes: [
        node("Cast", [`${name}/i8`], `${name}/cast`, { to: float }),
        node("Mul", [`${name}/cast`, `${name}/scales`], name),
      ],
      constants: [
        [`${name}/i8`, { type: "int8", shape, data: values }],
        [`${name}/scales`, floats([shape[0], ...shape.slice(1).map(() => 1)], scales)],
      ],
    };
  });
}

/** float16; loses nothing where the source has float16 itself. */
export function halveWeights(graph: Graph): Graph {
  return narrowWeights(graph, smallestHalved, (source, name, { shape }) => ({
    nodes: [node("Cast", [`${name}/f16`], name, { to: float })],
    constants: [
      [
        `${name}/f16`,
        { type: "float16", shape, data: Uint16Array.from(floatsOf(source, name), narrowToHalf) },
      ],
    ],
  }));
}

function narrowWeights(graph: Graph, smallest: number, narrow: Narrowing): Graph {
  const constants = new Map<string, Constant>(graph.constants);
  const widening: Node[] = [];
  for (const name of weightNames(graph)) {
    const constant = constants.get(name)!;
    if (constant.data.length < smallest) continue;
    const narrowed = narrow(graph, name, constant);
    widening.push(...narrowed.nodes);
    constants.delete(name);
    for (const [key, value] of narrowed.constants) constants.set(key, value);
  }
  return prune({ ...graph, nodes: [...widening, ...graph.nodes], constants });
}

/** Weights of convolutions and fully connected layers, float32 and output channels first. */
function weightNames(graph: Graph): Set<string> {
  const layers = graph.nodes.filter(({ op }) => op === "Conv" || op === "FusedConv" || op === "Gemm");
  return new Set(layers.map(({ inputs }) => inputs[1]));
}

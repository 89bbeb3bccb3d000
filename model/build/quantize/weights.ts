/**
 * Weights of 8 or 16 bits for a smaller file; the arithmetic stays float32. The nodes that widen them
 * read constants only: onnxruntime folds them when a session is created (optimisation level "basic"
 * and above), so that a run costs what it did.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, node, prune } from "../graph.ts";
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

/** The nearest IEEE 754 binary16, ties to even. Throws beyond its range. */
export function narrowToHalf(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude < 65520)) throw new Error(`${value} does not fit 16 bits`);
  const sign = value < 0 ? 0x8000 : 0;
  // Below 2^-14 the spacing stays 2^-24; above it is 2^-10 of the power of two beneath.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 2 ** -24)));
  const steps = roundToEven(magnitude / 2 ** (exponent - 10));
  // A carry out of the fraction moves on into the exponent by itself.
  return sign | (((exponent + 14) << 10) + steps);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * Recognises the fine codes and their products that `make.ts` writes, operator by operator. A near match is an error
 * that names the operator: a plan never computes something else than its file.
 */
import { demand, type OnnxGraph, type Operator, type Tensor } from "../onnx/operators.ts";
import { fineSteps, fineZero } from "./make.ts";

/** Access to the operators and constants around a value. */
export interface OperatorGraph {
  readonly graph: Pick<OnnxGraph, "operators">;
  readonly consumers: ReadonlyMap<string, readonly Operator[]>;
  /** Returns the only operator that reads a value; null if there are several or the value is an output. */
  only(name: string): Operator | null;
  constant(name: string): Tensor;
  floats(name: string): Float32Array;
}

export interface FineCodes {
  /** Name of the value that holds the codes. */
  readonly name: string;
  readonly channels: number;
  /** Operators that make the codes, in their order. */
  readonly operators: readonly Operator[];
}

/** Returns `null` for a value with coarse codes only, whose scales are `scales`. */
export function recogniseFineCodes(
  g: OperatorGraph,
  value: string,
  codes: string,
  scales: Float32Array,
): FineCodes | null {
  const head = (g.consumers.get(value) ?? []).find(({ op }) => op === "Slice");
  if (head === undefined) return null;
  const codesHead = (g.consumers.get(codes) ?? []).find(({ op }) => op === "Slice");
  const restored = codesHead && g.only(codesHead.output);
  const rest = g.only(head.output);
  const quantize = rest && g.only(rest.output);
  const isRestored = restored?.op === "DequantizeLinear";
  const isRest = rest?.op === "Sub" && rest.inputs[0] === head.output && rest.inputs[1] === restored?.output;
  const isFineCodes = isRestored && isRest && quantize?.op === "QuantizeLinear";
  demand(isFineCodes, head, "what is not the rest of its codes");
  const range = ({ inputs }: Operator) =>
    [1, 2, 3].map((i) => [...g.constant(inputs[i]).data].map(Number).join());
  const [first, last, axis] = range(head);
  demand(
    range(codesHead!).join() === range(head).join(),
    codesHead!,
    "other channels than those of its value",
  );
  const channels = Number(last);
  demand(first === "0" && axis === "1" && channels % 8 === 0, head, "other channels");
  const coarse = g.graph.operators.find(({ output }) => output === codes);
  const zeroPoints = coarse?.op === "QuantizeLinear" ? g.constant(coarse.inputs[2]).data : new Uint8Array(0);
  const restoredZeros = g.constant(restored!.inputs[2]).data;
  const isSameCodes =
    isSame(g.floats(restored!.inputs[1]), scales.slice(0, channels)) &&
    isSame(restoredZeros, zeroPoints.slice(0, channels));
  demand(isSameCodes, restored!, "another scale or zero point than that of its codes");
  const fineScales = g.floats(quantize!.inputs[1]);
  const isExact = fineScales.every((scale, i) => scale === scales[i] / fineSteps);
  const isCentred = [...g.constant(quantize!.inputs[2]).data].every((zero) => zero === fineZero);
  demand(fineScales.length === channels && isExact && isCentred, quantize!, "another scale");
  return {
    name: quantize!.output,
    channels,
    operators: [head, codesHead!, restored!, rest!, quantize!],
  };
}

/** A product of coarse codes, and the fine codes beside them as far as known. */
export interface CoarseProduct {
  /** Operator that scales the product. */
  readonly dequantize: Operator;
  readonly weights: Tensor;
  readonly scales: Float32Array;
  readonly fineChannels: number;
  readonly isFineCodes: (name: string) => boolean;
}

export interface FineProduct {
  /** Operator that adds both products. */
  readonly sum: Operator;
  readonly operators: readonly Operator[];
}

/** Throws unless the fine codes have a product with the same weights and matching scales. */
export function recogniseFineProduct(g: OperatorGraph, coarse: CoarseProduct): FineProduct {
  const { dequantize, weights, scales, fineChannels, isFineCodes } = coarse;
  const sum = g.only(dequantize.output);
  const other = sum?.inputs.find((input) => input !== dequantize.output);
  const fineDequantize = g.graph.operators.find(({ output }) => output === other);
  const product = g.graph.operators.find(({ output }) => output === fineDequantize?.inputs[0]);
  const isJoined = sum?.op === "Add" && fineDequantize?.op === "DequantizeLinear";
  demand(isJoined && product?.op === "MatMulInteger", dequantize, "no product of its fine codes");
  const [fineWeights, codes, ...zeros] = product!.inputs;
  const offsets = zeros.map((zero) => g.constant(zero).data[0]).join();
  demand(offsets === `128,${fineZero}`, product!, `zero points of ${offsets}`);
  demand(isFineCodes(codes), product!, "other fine codes");
  const depth = weights.shape.at(-1)!;
  const first = weights.data.filter((_: unknown, i: number) => i % depth < fineChannels);
  demand(isSame(g.constant(fineWeights).data, first), product!, "other weights than those of its codes");
  const fineScales = g.floats(fineDequantize!.inputs[1]);
  const wanted = scales.map((scale) => scale / fineSteps);
  demand(isSame(fineScales, wanted), fineDequantize!, "other scales than those of its codes");
  return { sum: sum!, operators: [product!, fineDequantize!, sum!] };
}

const isSame = (a: Tensor["data"], b: Tensor["data"]) =>
  a.length === b.length && a.every((value: unknown, i: number) => value === b[i]);

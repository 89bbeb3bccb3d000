/**
 * The tail of a convolution: the operators after it that change its result value by value and become part of its
 * step.
 */
import type { activations } from "../../src/inference/kernels/kernels.ts";
import { type FineCodes, recogniseFineCodes } from "../convert/fine-codes/recognise.ts";
import { demand, type Operator } from "../convert/onnx/operators.ts";
import { at, type Builder } from "./builder.ts";
import type { Argument, Quantization, Value } from "./lowered.ts";
import { padded } from "./pack.ts";

/** Changes of a convolution's result before any other step reads it. */
export interface Tail {
  readonly bias: string | null;
  readonly residual: Value | null;
  readonly activation: keyof typeof activations;
  readonly slope: string | null;
  /** Names of the result as float32 values, and as quantized ones. */
  readonly result: string;
  readonly floats: boolean;
  readonly quantized:
    | (Omit<Quantization, "fine"> & { readonly name: string; readonly fine: FineCodes | null })
    | null;
}

/** Follows the only reader of each result for as long as its operator can be part of the step. */
export function followTail(b: Builder, operator: Operator): Tail {
  let bias: string | null = null;
  let residual = operator.inputs[3] === undefined ? null : b.value(operator.inputs[3]);
  let activation: Tail["activation"] = operator.strings.get("activation") === "Relu" ? "relu" : "none";
  let slope: string | null = null;
  let result = operator.output;
  for (let next = b.only(result); next !== null; next = b.only(result)) {
    const other = next.inputs.find((input) => input !== result);
    const addsValue = next.op === "Add" && other !== undefined && b.values.has(other);
    const addsConstant = next.op === "Add" && other !== undefined && b.graph.constants.has(other);
    if (next.op === "Reshape" && !b.outputs.has(next.output)) {
      // A reshape of rows to planes leaves the numbers where they are in NHWC.
    } else if (addsConstant && bias === null && residual === null && activation === "none") bias = other;
    else if (addsValue && residual === null && activation === "none") residual = b.value(other);
    else if (next.op === "Relu" && activation === "none") activation = "relu";
    else if (next.op === "PRelu" && activation === "none") [activation, slope] = ["prelu", next.inputs[1]];
    else break;
    b.fused.add(next);
    result = next.output;
  }
  const quantized = codesOf(b, result);
  return { bias, residual, activation, slope, result, floats: b.readsFloats(result), quantized };
}

/** Finds the codes of a value, and the operators that make its fine codes. */
export function codesOf(b: Builder, value: string): Tail["quantized"] {
  const quantize = (b.consumers.get(value) ?? []).find(({ op }) => op === "QuantizeLinear");
  if (quantize === undefined) return null;
  b.fused.add(quantize);
  const [, scale, zeroPoint] = quantize.inputs;
  const scales = b.floats(scale);
  const fine = recogniseFineCodes(b, value, quantize.output, scales);
  for (const operator of fine?.operators ?? []) b.fused.add(operator);
  return {
    scales,
    zeroPoints: Uint8Array.from(b.constant(zeroPoint).data as Uint8Array),
    name: quantize.output,
    fine,
  };
}

/** Returns the arguments that name the buffers of a step's result. */
export function resultArguments(
  b: Builder,
  tail: Pick<Tail, "result" | "floats" | "quantized">,
  height: number,
  width: number,
  channels: number,
): Record<string, Argument> {
  const output = tail.floats ? at(b.define(tail.result, height, width, channels)) : null;
  if (tail.quantized !== null)
    return { output, ...codeArguments(b, tail.quantized, height, width, channels) };
  return {
    output,
    quantized: null,
    quantizedFine: null,
    inverseScale: null,
    zeroPoint: null,
    fineChannels: 0,
  };
}

export function codeArguments(
  b: Builder,
  quantized: NonNullable<Tail["quantized"]>,
  height: number,
  width: number,
  channels: number,
) {
  const { name, scales, zeroPoints, fine: made } = quantized;
  const isWhole = channels % 8 === 0 && scales.length === channels && zeroPoints.length === channels;
  demand(isWhole, { op: "QuantizeLinear", name }, `${scales.length} scales for ${channels} channels`);
  const value = (count: number, of: Quantization): Value => ({
    buffer: { bytes: height * width * count },
    height,
    width,
    channels: count,
    quantized: of,
  });
  const fine = made && value(made.channels, { scales, zeroPoints, fine: null });
  if (made !== null && fine !== null) b.values.set(made.name, fine);
  const coarse = value(channels, { scales, zeroPoints, fine });
  b.values.set(name, coarse);
  return {
    quantized: at(coarse),
    quantizedFine: fine === null ? null : at(fine),
    inverseScale: b.constants.floats(scales.map((scale) => 1 / scale)),
    zeroPoint: b.constants.bytes(Int32Array.from(zeroPoints)),
    fineChannels: fine?.channels ?? 0,
  };
}

export function slopeArgument(b: Builder, { slope }: Tail): Argument {
  if (slope === null) return null;
  const lessOne = b.floats(slope).map((value) => value - 1);
  return b.constants.floats(padded(lessOne, 8));
}

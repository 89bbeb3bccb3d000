/**
 * Lowers operators to steps. Operators that follow a convolution and change its result value by value (bias, residual
 * sum, activation, quantization) become part of its step; channels become NHWC.
 *
 * An operator without a step here is an error that names it: a plan computes what its ONNX file says, or is not made.
 */

import { demand, type OnnxGraph, type Operator } from "../convert/onnx/operators.ts";
import { at, Builder, integers, size } from "./builder.ts";
import { connect, convolve } from "./convolutions.ts";
import { chooseLayouts } from "./layout.ts";
import type { Lowered } from "./lowered.ts";
import { inFours } from "./pack.ts";
import { multiply } from "./products.ts";
import { codesOf, resultArguments } from "./tail.ts";

export function lower(graph: OnnxGraph): Lowered {
  const b = new Builder(graph);
  for (const operator of graph.operators) if (!b.fused.has(operator)) lowerOne(b, operator);
  const outputs = graph.outputs.map(({ name, shape }) => ({
    name,
    buffer: b.value(name).buffer,
    length: size(shape),
  }));
  const kept = new Set(outputs.map(({ buffer }) => buffer));
  return { steps: chooseLayouts(b.steps, kept), constants: b.constants, input: b.input, outputs };
}

const lowerings: Readonly<Record<string, (b: Builder, operator: Operator) => void>> = {
  Conv: convolve,
  FusedConv: convolve,
  MatMulInteger: multiply,
  MaxPool: pool,
  Pad: padChannels,
  Resize: upsample,
  Gemm: (b, operator) => connect(b, operator, b.constant(operator.inputs[1])),
  Softmax: softmax,
  Sigmoid: gate,
  DepthToSpace: depthToSpace,
  Concat: concatenate,
  Reshape: rename,
  Transpose: rename,
  Flatten: rename,
};

function lowerOne(b: Builder, operator: Operator): void {
  const lowering = lowerings[operator.op];
  if (lowering === undefined)
    throw new Error(`the plan compiler has no step for ${operator.op} (${operator.name})`);
  lowering(b, operator);
}

function pool(b: Builder, operator: Operator): void {
  const x = b.value(operator.inputs[0]);
  const [kernel] = integers(operator, "kernel_shape");
  const [stride] = integers(operator, "strides");
  const [top, left, bottom, right] = integers(operator, "pads");
  demand(top === 0 && left === 0, operator, "padding before the first pixel");
  const height = Math.floor((x.height + bottom - kernel) / stride) + 1;
  const width = Math.floor((x.width + right - kernel) / stride) + 1;
  const output = b.define(operator.output, height, width, x.channels);
  b.step("maxPool", {
    input: at(x),
    output: at(output),
    height: x.height,
    width: x.width,
    channels: inFours(x.channels),
    outputHeight: height,
    outputWidth: width,
    kernel,
    stride,
  });
}

/**
 * Adds channels of zeros after the existing ones: adding such a value leaves the further channels of the other as
 * they are.
 */
function padChannels(b: Builder, operator: Operator): void {
  const pads = [...(b.constant(operator.inputs[1]).data as BigInt64Array)].map(Number);
  const x = b.value(operator.inputs[0]);
  demand(
    pads.every((pad, i) => pad === 0 || i === 5),
    operator,
    `padding of ${pads}`,
  );
  const readers = b.consumers.get(operator.output) ?? [];
  demand(
    readers.every(({ op, inputs }) => op === "FusedConv" && inputs[3] === operator.output),
    operator,
    "padding that is not for a residual sum",
  );
  b.values.set(operator.output, x);
}

function upsample(b: Builder, operator: Operator): void {
  const x = b.value(operator.inputs[0]);
  const [, , height, width] = [...(b.constant(operator.inputs[3]).data as BigInt64Array)].map(Number);
  const isBilinear =
    operator.strings.get("mode") === "linear" &&
    operator.strings.get("coordinate_transformation_mode") === "half_pixel";
  demand(isBilinear && height === 2 * x.height && width === 2 * x.width, operator, "another way to resize");
  const sum = b.only(operator.output);
  demand(sum?.op === "Add", operator, "what follows it");
  b.fused.add(sum!);
  const other = b.value(sum!.inputs.find((input) => input !== operator.output)!);
  const output = b.define(sum!.output, height, width, x.channels);
  b.step("upsampleAdd", {
    input: at(x),
    other: at(other),
    output: at(output),
    height: x.height,
    width: x.width,
    channels: inFours(x.channels),
  });
}

function softmax(b: Builder, operator: Operator): void {
  const x = b.value(operator.inputs[0]);
  demand(x.height * x.width === 1, operator, "more than a vector");
  const output = b.define(operator.output, 1, 1, x.channels);
  b.step("softmax", { input: at(x), output: at(output), count: x.channels });
}

/** Lowers sigmoid, product and sum: one number for each channel decides how much of it is added to a residual. */
function gate(b: Builder, operator: Operator): void {
  const gates = b.value(operator.inputs[0]);
  const product = b.only(operator.output);
  demand(gates.height * gates.width === 1 && product?.op === "Mul", operator, "no gate of channels");
  const sum = b.only(product!.output);
  demand(sum?.op === "Add", operator, "a gate without a residual sum");
  for (const each of [product!, sum!]) b.fused.add(each);
  const other = (inputs: readonly string[], own: string) => b.value(inputs.find((input) => input !== own)!);
  const x = other(product!.inputs, operator.output);
  const residual = other(sum!.inputs, product!.output);
  demand(x.channels % 8 === 0, operator, `${x.channels} channels`);
  const quantized = codesOf(b, sum!.output);
  const result = { result: sum!.output, floats: b.readsFloats(sum!.output), quantized };
  b.step("gate", {
    input: at(x),
    gates: at(gates),
    residual: at(residual),
    ...resultArguments(b, result, x.height, x.width, x.channels),
    pixels: x.height * x.width,
    channels: x.channels,
  });
}

function depthToSpace(b: Builder, operator: Operator): void {
  const x = b.value(operator.inputs[0]);
  const isPlain = operator.strings.get("mode") === "DCR" && integers(operator, "blocksize")[0] === 2;
  demand(isPlain && x.channels % 4 === 0, operator, "another kind");
  // The result is dense: pixels of few channels follow each other.
  const channels = x.channels / 4;
  const output = b.define(operator.output, 2 * x.height, 2 * x.width, channels, channels);
  b.step("depthToSpace", {
    input: at(x),
    output: at(output),
    height: x.height,
    width: x.width,
    channels,
  });
}

/** Writes rows of several values one after another, each without its padding. */
function concatenate(b: Builder, operator: Operator): void {
  demand(integers(operator, "axis")[0] === 1, operator, "another axis");
  const parts = operator.inputs.map((input) => b.value(input));
  const lengths = parts.map(({ height, width, channels }) => height * width * channels);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const output = b.define(operator.output, 1, 1, total, total);
  let offset = 0;
  parts.forEach((part, i) => {
    b.step("compact", {
      input: at(part),
      output: { buffer: output.buffer, offset },
      pixels: part.height * part.width,
      pitch: inFours(part.channels),
      channels: part.channels,
    });
    offset += 4 * lengths[i];
  });
}

/** Gives the same numbers in NHWC another shape. The reader of a flattened value knows their places. */
function rename(b: Builder, operator: Operator): void {
  const isOrder = operator.op !== "Transpose" || integers(operator, "perm").join() === "0,2,3,1";
  demand(isOrder, operator, "another order");
  b.values.set(operator.output, b.value(operator.inputs[0]));
}

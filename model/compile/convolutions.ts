/** Lowers convolutions in float32, and layers that read a whole value. */
import { activations } from "../../src/inference/kernels/kernels.ts";
import { demand, type Operator, type Tensor } from "../convert/onnx/operators.ts";
import { at, type Builder, inEights, integers } from "./builder.ts";
import type { Value } from "./lowered.ts";
import { inFours, packDepthwise, packFilters, padded } from "./pack.ts";
import { codeArguments, followTail, slopeArgument, type Tail } from "./tail.ts";

export function convolve(b: Builder, operator: Operator): void {
  const weights = b.constant(operator.inputs[1]);
  const [outputs, perGroup, kernel] = weights.shape;
  const [group] = integers(operator, "group");
  const tail = followTail(b, operator);
  if (group > 1 && group === outputs && perGroup === 1) {
    convolveByChannel(b, operator, weights, tail);
    return;
  }
  demand(group === 1, operator, `group ${group}`);
  const [stride] = integers(operator, "strides");
  const pads = integers(operator, "pads");
  const isInput = operator.inputs[0] === b.graph.input.name;
  const x = isInput ? interleave(b, pads) : b.value(operator.inputs[0]);
  const depth = isInput ? x.channels : inFours(x.channels);
  demand(isInput || pads.every((pad) => pad === 0), operator, "padding of what is not the input");
  const height = Math.floor((x.height - kernel) / stride) + 1;
  const width = Math.floor((x.width - weights.shape[3]) / stride) + 1;
  if (height * width === 1 && kernel === 1) {
    connect(b, operator, { ...weights, shape: [outputs, perGroup] }, tail);
    return;
  }
  const output = b.define(tail.result, height, width, outputs);
  demand(tail.quantized === null, operator, "quantization of its result");
  b.step("convolution", {
    input: at(x),
    weights: b.constants.floats(packFilters(weights, depth), weights.half),
    bias: b.constants.floats(padded(b.floats(operator.inputs[2]), 8)),
    slope: slopeArgument(b, tail),
    residual: tail.residual === null ? null : at(tail.residual),
    output: at(output),
    inputWidth: x.width,
    depth,
    outputWidth: width,
    outputHeight: height,
    channels: inFours(outputs),
    kernelHeight: kernel,
    kernelWidth: weights.shape[3],
    stride,
    activation: activations[tail.activation],
    residualChannels: tail.residual === null ? 0 : inFours(tail.residual.channels),
    isBlocked: 0,
  });
}

function convolveByChannel(b: Builder, operator: Operator, weights: Tensor, tail: Tail): void {
  const x = b.value(operator.inputs[0]);
  const [channels, , kernel] = weights.shape;
  const [stride] = integers(operator, "strides");
  const [top, left, bottom, right] = integers(operator, "pads");
  demand(tail.residual === null, operator, "a residual sum");
  const height = Math.floor((x.height + top + bottom - kernel) / stride) + 1;
  const width = Math.floor((x.width + left + right - kernel) / stride) + 1;
  const common = {
    input: at(x),
    weights: b.constants.floats(packDepthwise(weights), weights.half),
    bias: b.constants.floats(padded(b.floats(operator.inputs[2]), 4)),
    slope: slopeArgument(b, tail),
    height: x.height,
    width: x.width,
    channels: inFours(channels),
    outputHeight: height,
    outputWidth: width,
    stride,
    top,
    left,
    activation: activations[tail.activation],
  };
  if (tail.quantized === null) {
    const output = at(b.define(tail.result, height, width, channels));
    b.step("depthwise", { ...common, output, kernel });
  } else {
    demand(kernel === 3 && !tail.floats, operator, "codes of another window, or beside floats");
    b.step("depthwiseBlocked", { ...common, ...codeArguments(b, tail.quantized, height, width, channels) });
  }
}

/** Lowers a convolution of a single pixel, or a layer that reads a whole value. */
export function connect(
  b: Builder,
  operator: Operator,
  weights: Tensor,
  tail = followTail(b, operator),
): void {
  const x = b.value(operator.inputs[0]);
  const [outputs, depth] = weights.shape;
  demand(depth === x.height * x.width * x.channels && x.channels % 4 === 0, operator, `a depth of ${depth}`);
  demand(tail.quantized === null, operator, "what follows it");
  // The layer was trained on planes: its weights are moved to the channels of each pixel.
  const planes: Tensor = { ...weights, shape: [outputs, x.channels, x.height, x.width] };
  const output = b.define(tail.result, 1, 1, outputs, inEights(outputs));
  b.step("fullyConnected", {
    input: at(x),
    weights: b.constants.floats(packFilters(planes, x.channels), weights.half),
    bias: b.constants.floats(padded(b.floats(operator.inputs[2]), 8)),
    slope: slopeArgument(b, tail),
    residual: tail.residual === null ? null : at(tail.residual),
    output: at(output),
    depth,
    channels: outputs,
    activation: activations[tail.activation],
  });
}

function interleave(b: Builder, [top, left, bottom, right]: readonly number[]): Value {
  const [, channels, height, width] = b.graph.input.shape;
  if (channels !== 3) throw new Error(`an input of ${channels} channels`);
  const output = b.make(top + height + bottom, left + width + right, 3);
  b.step("interleave", {
    input: { buffer: b.input, offset: 0 },
    output: at(output),
    height,
    width,
    top,
    left,
    bottom,
    right,
  });
  return output;
}

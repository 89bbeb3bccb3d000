/** Lowers convolutions in float32, and layers that read a whole value. */
import { activations, kernels } from "../../src/inference/kernels/kernels.ts";
import { demand, type Operator, type Tensor } from "../convert/onnx/operators.ts";
import { balance } from "./balance.ts";
import { at, type Builder, inEights, integers } from "./builder.ts";
import type { BufferReference, Depthwise, Shorts, Value } from "./lowered.ts";
import { inFours, mostShortFor, packDepthwise, packFilters, packShorts, padded } from "./pack.ts";
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
  const before = b.depthwise.get(operator.inputs[0]);
  if (before !== undefined) {
    separate(b, before, weights, operator, tail);
    return;
  }
  const [stride] = integers(operator, "strides");
  const pads = integers(operator, "pads");
  const isInput = operator.inputs[0] === b.graph.input.name;
  const x = isInput ? inputSize(b, pads) : b.value(operator.inputs[0]);
  const depth = isInput ? x.channels : inFours(x.channels);
  demand(isInput || pads.every((pad) => pad === 0), operator, "padding of what is not the input");
  const height = Math.floor((x.height - kernel) / stride) + 1;
  const width = Math.floor((x.width - weights.shape[3]) / stride) + 1;
  if (height * width === 1 && kernel === 1) {
    connect(b, operator, { ...weights, shape: [outputs, perGroup] }, tail);
    return;
  }
  demand(tail.quantized === null, operator, "quantization of its result");
  const window = {
    inputWidth: x.width,
    depth,
    channels: inFours(outputs),
    kernelHeight: kernel,
    kernelWidth: weights.shape[3],
  };
  const plain = () => ({
    ...epilogue(b, operator, tail, b.define(tail.result, height, width, outputs)),
    ...window,
    outputWidth: width,
    outputHeight: height,
    stride,
    isBlocked: 0,
  });
  if (!b.usesShorts) {
    b.step("convolution", {
      input: isInput ? interleave(b, pads) : at(b.value(operator.inputs[0])),
      weights: b.constants.floats(packFilters(weights, depth), weights.half),
      ...plain(),
    });
    return;
  }
  const most = mostShortFor(kernel * weights.shape[3] * perGroup, isInput);
  const shorts = isInput ? interleaveShorts(b, pads, most) : b.shortened(b.value(operator.inputs[0]), most);
  const multiplied = {
    input: { buffer: shorts.values, offset: 0 },
    inputScale: { buffer: shorts.scale, offset: 0 },
    ...shortWeights(b, weights, depth, shorts.most),
  };
  const pool = stride === 1 ? poolOf(b, tail) : null;
  if (pool === null) {
    b.step("convolutionShorts", { ...multiplied, ...plain() });
    return;
  }
  b.fused.add(pool);
  const pooled = b.define(pool.output, height >> 1, width >> 1, outputs);
  const { residual: _, residualChannels: _none, ...rest } = epilogue(b, operator, tail, pooled);
  const sizes = { ...window, outputWidth: pooled.width, outputHeight: pooled.height };
  b.step("convolutionShortsPooled", { ...multiplied, ...rest, ...sizes });
}

/** Returns the pool of 2 x 2 pixels that alone reads a result which never falls as the sums rise; null for another. */
function poolOf(b: Builder, { result, residual, activation }: Tail): Operator | null {
  const pool = b.only(result);
  if (pool?.op !== "MaxPool" || residual !== null || activation === "prelu") return null;
  const isOfSquares = ["kernel_shape", "strides"].every((name) => integers(pool, name).every((n) => n === 2));
  return isOfSquares && integers(pool, "pads").every((pad) => pad === 0) ? pool : null;
}

function shortWeights(b: Builder, weights: Tensor, depth: number, most: number) {
  const { packed, scales } = packShorts(weights, depth, most);
  return { weights: b.constants.bytes(packed), weightScale: b.constants.floats(scales) };
}

function epilogue(b: Builder, operator: Operator, tail: Tail, output: Value) {
  return {
    bias: b.constants.floats(padded(b.floats(operator.inputs[2]), 8)),
    slope: slopeArgument(b, tail),
    residual: tail.residual === null ? null : at(tail.residual),
    output: at(output),
    activation: activations[tail.activation],
    residualChannels: tail.residual === null ? 0 : inFours(tail.residual.channels),
  };
}

/** Lowers a depthwise convolution and the 1x1 convolution that alone reads it as one step. */
function separate(b: Builder, before: Depthwise, pointwise: Tensor, operator: Operator, tail: Tail): void {
  const [outputs] = pointwise.shape;
  const { weights: unbalanced, bias, ...sizes } = before;
  const { outputHeight, outputWidth, depth } = sizes;
  const { weights: depthWeights, bias: depthBias, pointwise: weights } = balance(unbalanced, bias, pointwise);
  demand(tail.quantized === null, operator, "quantization of its result");
  const output = b.define(tail.result, outputHeight, outputWidth, outputs);
  const mostShort = mostShortFor(depth);
  b.step("separable", {
    ...sizes,
    depthWeights: b.constants.floats(packDepthwise(depthWeights), depthWeights.half),
    depthBias: b.constants.floats(padded(depthBias, 4)),
    ...shortWeights(b, weights, depth, mostShort),
    ...epilogue(b, operator, tail, output),
    channels: inFours(outputs),
    mostShort,
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
  const pointwise = tail.quantized === null ? b.only(tail.result) : null;
  const sizes = {
    height: x.height,
    width: x.width,
    outputHeight: height,
    outputWidth: width,
    stride,
    top,
    left,
  };
  if (b.usesShorts && kernel === 3 && tail.activation === "none" && pointwise !== null) {
    const depth = inFours(channels);
    const isSeparable =
      isPointwise(b, pointwise) &&
      kernels.separable.holds({
        ...sizes,
        depth,
        channels: 4,
        activation: 0,
        residualChannels: 0,
        mostShort: 1,
      });
    if (isSeparable) {
      b.depthwise.set(tail.result, {
        ...sizes,
        input: at(x),
        depth,
        weights,
        bias: b.floats(operator.inputs[2]),
      });
      return;
    }
  }
  const common = {
    ...sizes,
    input: at(x),
    weights: b.constants.floats(packDepthwise(weights), weights.half),
    bias: b.constants.floats(padded(b.floats(operator.inputs[2]), 4)),
    slope: slopeArgument(b, tail),
    channels: inFours(channels),
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

/** True for a 1x1 convolution of every pixel. */
function isPointwise(b: Builder, operator: Operator): boolean {
  if (!["Conv", "FusedConv"].includes(operator.op)) return false;
  const [, , height, width] = b.constant(operator.inputs[1]).shape;
  const isPlain = integers(operator, "pads").every((pad) => pad === 0);
  return height * width === 1 && isPlain && integers(operator, "strides").every((stride) => stride === 1);
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

/** Sizes of the network's input inside its border. */
function inputSize(b: Builder, [top, left, bottom, right]: readonly number[]) {
  const [, channels, height, width] = b.graph.input.shape;
  if (channels !== 3) throw new Error(`an input of ${channels} channels`);
  return { height: top + height + bottom, width: left + width + right, channels };
}

function interleave(b: Builder, pads: readonly number[]): BufferReference {
  const { height, width, channels } = inputSize(b, pads);
  const output = at(b.make(height, width, channels));
  b.step("interleave", { input: { buffer: b.input, offset: 0 }, output, ...bordered(b, pads) });
  return output;
}

function interleaveShorts(b: Builder, pads: readonly number[], mostShort: number): Shorts {
  const { height, width, channels } = inputSize(b, pads);
  // A window of an odd number of shorts is read with one more, which lies beyond the last pixel at the end.
  const bytes = 2 * channels * (height * width + 1);
  const made = { values: { bytes: 4 * Math.ceil(bytes / 4) }, scale: { bytes: 4 }, most: mostShort };
  b.step("interleaveShorts", {
    input: { buffer: b.input, offset: 0 },
    output: { buffer: made.values, offset: 0 },
    scale: { buffer: made.scale, offset: 0 },
    ...bordered(b, pads),
    mostShort,
  });
  return made;
}

function bordered(b: Builder, [top, left, bottom, right]: readonly number[]) {
  const [, , height, width] = b.graph.input.shape;
  return { height, width, top, left, bottom, right };
}

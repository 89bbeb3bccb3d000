/**
 * From operators to steps. What follows a convolution and only changes its result value by value (bias,
 * residual sum, activation, quantization) becomes part of its step; layouts of channels become NHWC.
 *
 * What has no step here is an error that names it: a plan computes what its ONNX file says, or is not made.
 */
import { activations, type KernelName } from "../../../src/inference/kernels/kernels.ts";
import { fineSteps } from "../quantize/affine.ts";
import { type Constants, createConstants } from "./constants.ts";
import { chooseLayouts } from "./layout.ts";
import { inFours, packDepthwise, packFilters, packPointwise, padded } from "./pack.ts";
import type { OnnxGraph, Operator, Tensor } from "./read.ts";

/** What steps read and write. Channels are stored in fours, except in what has `dense` set. */
export interface Buffer {
  readonly bytes: number;
}

export interface Lowered {
  readonly steps: readonly LoweredStep[];
  readonly constants: Constants;
  readonly input: Buffer;
  readonly outputs: readonly { readonly name: string; readonly buffer: Buffer; readonly length: number }[];
}

export interface LoweredStep {
  readonly kernel: KernelName;
  readonly arguments: Readonly<Record<string, Argument>>;
}

/** A number as it is, a constant, or a place in a buffer. */
export type Argument = number | null | ConstantReference | BufferReference;
export interface ConstantReference {
  readonly constant: number;
}
export interface BufferReference {
  readonly buffer: Buffer;
  readonly offset: number;
}

/** A value of the network, [height][width][channels]. */
interface Value {
  readonly buffer: Buffer;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly quantized: Quantization | null;
}

/** Codes with a scale and a zero point for each channel; the first channels may have fine codes as well. */
interface Quantization {
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
  readonly fine: Value | null;
}

/** What happens to a convolution's result before anyone else sees it. */
interface Tail {
  readonly bias: string | null;
  readonly residual: Value | null;
  readonly activation: keyof typeof activations;
  readonly slope: string | null;
  /** The result's names: as float32 values, and as quantized ones. */
  readonly result: string;
  readonly floats: boolean;
  readonly quantized:
    | (Omit<Quantization, "fine"> & { readonly name: string; readonly fine: Fine | null })
    | null;
}

/** The operators that make fine codes. */
interface Fine {
  readonly name: string;
  readonly channels: number;
}

export function lower(graph: OnnxGraph): Lowered {
  return new Lowering(graph).run();
}

class Lowering {
  readonly #graph: OnnxGraph;
  readonly #consumers = new Map<string, Operator[]>();
  readonly #outputs: ReadonlySet<string>;
  readonly #values = new Map<string, Value>();
  readonly #fused = new Set<Operator>();
  readonly #steps: LoweredStep[] = [];
  readonly #constants = createConstants();
  readonly #input: Buffer;

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const operator of graph.operators) {
      for (const input of operator.inputs) {
        const readers = this.#consumers.get(input) ?? [];
        this.#consumers.set(input, [...readers, operator]);
      }
    }
    this.#input = { bytes: 4 * size(graph.input.shape) };
  }

  run(): Lowered {
    for (const operator of this.#graph.operators) if (!this.#fused.has(operator)) this.#lower(operator);
    const outputs = this.#graph.outputs.map(({ name, shape }) => ({
      name,
      buffer: this.#value(name).buffer,
      length: size(shape),
    }));
    const kept = new Set(outputs.map(({ buffer }) => buffer));
    return {
      steps: chooseLayouts(this.#steps, kept),
      constants: this.#constants,
      input: this.#input,
      outputs,
    };
  }

  readonly #lowerings: Readonly<Record<string, (operator: Operator) => void>> = {
    Conv: (operator) => this.#convolve(operator),
    FusedConv: (operator) => this.#convolve(operator),
    MatMulInteger: (operator) => this.#multiply(operator),
    MaxPool: (operator) => this.#pool(operator),
    Pad: (operator) => this.#padChannels(operator),
    Resize: (operator) => this.#upsample(operator),
    Gemm: (operator) => this.#connect(operator, this.#constant(operator.inputs[1])),
    Softmax: (operator) => this.#softmax(operator),
    DepthToSpace: (operator) => this.#depthToSpace(operator),
    Concat: (operator) => this.#concatenate(operator),
    Reshape: (operator) => this.#rename(operator),
    Transpose: (operator) => this.#rename(operator),
    Flatten: (operator) => this.#rename(operator),
  };

  #lower(operator: Operator): void {
    const lowering = this.#lowerings[operator.op];
    if (lowering === undefined)
      throw new Error(`the plan compiler has no step for ${operator.op} (${operator.name})`);
    lowering(operator);
  }

  #convolve(operator: Operator): void {
    const weights = this.#constant(operator.inputs[1]);
    const [outputs, perGroup, kernel] = weights.shape;
    const [group] = integers(operator, "group");
    const tail = this.#tail(operator);
    if (group > 1 && group === outputs && perGroup === 1) {
      this.#depthwise(operator, weights, tail);
      return;
    }
    demand(group === 1, operator, `group ${group}`);
    const [stride] = integers(operator, "strides");
    const pads = integers(operator, "pads");
    const isInput = operator.inputs[0] === this.#graph.input.name;
    const x = isInput ? this.#interleave(pads) : this.#value(operator.inputs[0]);
    const depth = isInput ? x.channels : inFours(x.channels);
    demand(isInput || pads.every((pad) => pad === 0), operator, "padding of what is not the input");
    const height = Math.floor((x.height - kernel) / stride) + 1;
    const width = Math.floor((x.width - weights.shape[3]) / stride) + 1;
    if (height * width === 1 && kernel === 1) {
      this.#connect(operator, { ...weights, shape: [outputs, perGroup] }, tail);
      return;
    }
    const output = this.#define(tail.result, height, width, outputs);
    demand(tail.quantized === null, operator, "quantization of its result");
    this.#step("convolution", {
      input: at(x),
      weights: this.#constants.floats(packFilters(weights, depth), weights.half),
      bias: this.#constants.floats(padded(this.#floats(operator.inputs[2]), 8)),
      slope: this.#slope(tail),
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

  #depthwise(operator: Operator, weights: Tensor, tail: Tail): void {
    const x = this.#value(operator.inputs[0]);
    const [channels, , kernel] = weights.shape;
    const [stride] = integers(operator, "strides");
    const [top, left, bottom, right] = integers(operator, "pads");
    demand(tail.residual === null, operator, "a residual sum");
    const height = Math.floor((x.height + top + bottom - kernel) / stride) + 1;
    const width = Math.floor((x.width + left + right - kernel) / stride) + 1;
    const common = {
      input: at(x),
      weights: this.#constants.floats(packDepthwise(weights), weights.half),
      bias: this.#constants.floats(padded(this.#floats(operator.inputs[2]), 4)),
      slope: this.#slope(tail),
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
      const output = at(this.#define(tail.result, height, width, channels));
      this.#step("depthwise", { ...common, output, kernel });
    } else {
      demand(kernel === 3 && !tail.floats, operator, "codes of another window, or beside floats");
      this.#step("depthwiseBlocked", { ...common, ...this.#codes(tail.quantized, height, width, channels) });
    }
  }

  /** W [O,C] as u8 with zero point 128, times codes; fine codes have a product of their own, and a sum joins both. */
  #multiply(operator: Operator): void {
    const x = this.#factor(operator);
    const { quantized } = x.value;
    const dequantize = this.#dequantize(operator);
    const scales = this.#floats(dequantize.inputs[1]);
    const joined = quantized.fine === null ? dequantize : this.#joinFine(dequantize, quantized.fine, scales);
    const tail = this.#tail(joined);
    const [outputs, depth] = x.weights.shape.slice(-2);
    const fineDepth = quantized.fine?.channels ?? 0;
    const { packed, sums, fineSums } = packPointwise(x.weights.data as Uint8Array, outputs, depth, fineDepth);
    const bias = tail.bias === null ? new Float32Array(outputs) : this.#floats(tail.bias);
    this.#step("pointwise", {
      input: at(x.value),
      fine: quantized.fine === null ? null : at(quantized.fine),
      weights: this.#constants.bytes(packed),
      weightSums: this.#constants.bytes(Int32Array.of(...sums, ...fineSums)),
      scale: this.#constants.floats(scales),
      bias: this.#constants.floats(bias),
      slope: this.#slope(tail),
      residual: tail.residual === null ? null : at(tail.residual),
      ...this.#results(tail, x.value.height, x.value.width, outputs),
      pixels: x.value.height * x.value.width,
      channels: outputs,
      depth,
      fineDepth,
      activation: activations[tail.activation],
      isBlocked: 0,
    });
  }

  /** The two factors of a product: weights with zero point 128, and codes as they are or fine ones less 128. */
  #factor({ inputs, op, name }: Operator, codesZero = 0) {
    const [weightsName, codesName, weightsZero, zero] = inputs;
    const value = this.#value(codesName);
    const zeros = [weightsZero, zero].map((each) => this.#constant(each).data[0]);
    demand(zeros.join() === `128,${codesZero}`, { op, name }, `zero points of ${zeros}`);
    demand(value.quantized !== null, { op, name }, "what is not quantized");
    return { weights: this.#constant(weightsName), value: { ...value, quantized: value.quantized! } };
  }

  #dequantize(operator: Operator): Operator {
    const dequantize = this.#only(operator.output);
    demand(dequantize?.op === "DequantizeLinear", operator, "a product that is not dequantized");
    this.#fused.add(dequantize!);
    return dequantize!;
  }

  /** The sum of a product and of that of its fine codes, whose weights and scales must be the same. */
  #joinFine(dequantize: Operator, fine: Value, scales: Float32Array): Operator {
    const sum = this.#only(dequantize.output);
    const other = sum?.inputs.find((input) => input !== dequantize.output);
    const fineDequantize = this.#graph.operators.find(({ output }) => output === other);
    const product = this.#graph.operators.find(({ output }) => output === fineDequantize?.inputs[0]);
    demand(sum?.op === "Add" && product?.op === "MatMulInteger", dequantize, "no product of its fine codes");
    const { value } = this.#factor(product!, 128);
    demand(value.buffer === fine.buffer, dequantize, "a product of other fine codes");
    const fineScales = this.#floats(fineDequantize!.inputs[1]);
    demand(
      fineScales.every((scale, i) => scale === scales[i] / fineSteps),
      dequantize,
      "scales of its fine codes",
    );
    for (const operator of [product!, fineDequantize!, sum!]) this.#fused.add(operator);
    return sum!;
  }

  #pool(operator: Operator): void {
    const x = this.#value(operator.inputs[0]);
    const [kernel] = integers(operator, "kernel_shape");
    const [stride] = integers(operator, "strides");
    const [top, left, bottom, right] = integers(operator, "pads");
    demand(top === 0 && left === 0, operator, "padding before the first pixel");
    const height = Math.floor((x.height + bottom - kernel) / stride) + 1;
    const width = Math.floor((x.width + right - kernel) / stride) + 1;
    const output = this.#define(operator.output, height, width, x.channels);
    this.#step("maxPool", {
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

  /** Channels of zeros after those that are there: who adds such a value adds nothing to the others. */
  #padChannels(operator: Operator): void {
    const pads = [...(this.#constant(operator.inputs[1]).data as BigInt64Array)].map(Number);
    const x = this.#value(operator.inputs[0]);
    demand(
      pads.every((pad, i) => pad === 0 || i === 5),
      operator,
      `padding of ${pads}`,
    );
    const readers = this.#consumers.get(operator.output) ?? [];
    demand(
      readers.every(({ op, inputs }) => op === "FusedConv" && inputs[3] === operator.output),
      operator,
      "padding that is not for a residual sum",
    );
    this.#values.set(operator.output, x);
  }

  #upsample(operator: Operator): void {
    const x = this.#value(operator.inputs[0]);
    const [, , height, width] = [...(this.#constant(operator.inputs[3]).data as BigInt64Array)].map(Number);
    const isBilinear =
      operator.strings.get("mode") === "linear" &&
      operator.strings.get("coordinate_transformation_mode") === "half_pixel";
    demand(isBilinear && height === 2 * x.height && width === 2 * x.width, operator, "another way to resize");
    const sum = this.#only(operator.output);
    demand(sum?.op === "Add", operator, "what follows it");
    this.#fused.add(sum!);
    const other = this.#value(sum!.inputs.find((input) => input !== operator.output)!);
    const output = this.#define(sum!.output, height, width, x.channels);
    this.#step("upsampleAdd", {
      input: at(x),
      other: at(other),
      output: at(output),
      height: x.height,
      width: x.width,
      channels: inFours(x.channels),
    });
  }

  /** A convolution of a single pixel, or a layer that reads all of a value. */
  #connect(operator: Operator, weights: Tensor, tail = this.#tail(operator)): void {
    const x = this.#value(operator.inputs[0]);
    const [outputs, depth] = weights.shape;
    demand(
      depth === x.height * x.width * x.channels && x.channels % 4 === 0,
      operator,
      `a depth of ${depth}`,
    );
    demand(tail.quantized === null, operator, "what follows it");
    // The layer was made for planes: its weights move to where the channels of each pixel stand.
    const planes: Tensor = { ...weights, shape: [outputs, x.channels, x.height, x.width] };
    const output = this.#define(tail.result, 1, 1, outputs, inEights(outputs));
    this.#step("fullyConnected", {
      input: at(x),
      weights: this.#constants.floats(packFilters(planes, x.channels), weights.half),
      bias: this.#constants.floats(padded(this.#floats(operator.inputs[2]), 8)),
      slope: this.#slope(tail),
      residual: tail.residual === null ? null : at(tail.residual),
      output: at(output),
      depth,
      channels: outputs,
      activation: activations[tail.activation],
    });
  }

  #softmax(operator: Operator): void {
    const x = this.#value(operator.inputs[0]);
    demand(x.height * x.width === 1, operator, "more than a vector");
    const output = this.#define(operator.output, 1, 1, x.channels);
    this.#step("softmax", { input: at(x), output: at(output), count: x.channels });
  }

  #depthToSpace(operator: Operator): void {
    const x = this.#value(operator.inputs[0]);
    const isPlain = operator.strings.get("mode") === "DCR" && integers(operator, "blocksize")[0] === 2;
    demand(isPlain && x.channels % 4 === 0, operator, "another kind");
    // Dense from here on: pixels of few channels follow each other.
    const channels = x.channels / 4;
    const output = this.#define(operator.output, 2 * x.height, 2 * x.width, channels, channels);
    this.#step("depthToSpace", {
      input: at(x),
      output: at(output),
      height: x.height,
      width: x.width,
      channels,
    });
  }

  /** Rows of several values after one another, each without its padding. */
  #concatenate(operator: Operator): void {
    demand(integers(operator, "axis")[0] === 1, operator, "another axis");
    const parts = operator.inputs.map((input) => this.#value(input));
    const lengths = parts.map(({ height, width, channels }) => height * width * channels);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const output = this.#define(operator.output, 1, 1, total, total);
    let offset = 0;
    parts.forEach((part, i) => {
      this.#step("compact", {
        input: at(part),
        output: { buffer: output.buffer, offset },
        pixels: part.height * part.width,
        pitch: inFours(part.channels),
        channels: part.channels,
      });
      offset += 4 * lengths[i];
    });
  }

  /** Another shape of the same numbers in NHWC. The reader of a flattened value knows where they stand. */
  #rename(operator: Operator): void {
    const isOrder = operator.op !== "Transpose" || integers(operator, "perm").join() === "0,2,3,1";
    demand(isOrder, operator, "another order");
    this.#values.set(operator.output, this.#value(operator.inputs[0]));
  }

  #interleave([top, left, bottom, right]: readonly number[]): Value {
    const [, channels, height, width] = this.#graph.input.shape;
    if (channels !== 3) throw new Error(`an input of ${channels} channels`);
    const output = this.#make(top + height + bottom, left + width + right, 3);
    this.#step("interleave", {
      input: { buffer: this.#input, offset: 0 },
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

  /** Follows the only reader of each result for as long as its operator can be part of the step. */
  #tail(operator: Operator): Tail {
    let bias: string | null = null;
    let residual = operator.inputs[3] === undefined ? null : this.#value(operator.inputs[3]);
    let activation: Tail["activation"] = operator.strings.get("activation") === "Relu" ? "relu" : "none";
    let slope: string | null = null;
    let result = operator.output;
    for (let next = this.#only(result); next !== null; next = this.#only(result)) {
      const other = next.inputs.find((input) => input !== result);
      const addsValue = next.op === "Add" && other !== undefined && this.#values.has(other);
      const addsConstant = next.op === "Add" && other !== undefined && this.#graph.constants.has(other);
      if (next.op === "Reshape" && !this.#outputs.has(next.output)) {
        // Rows to planes: the same numbers in NHWC.
      } else if (addsConstant && bias === null && residual === null && activation === "none") bias = other;
      else if (addsValue && residual === null && activation === "none") residual = this.#value(other);
      else if (next.op === "Relu" && activation === "none") activation = "relu";
      else if (next.op === "PRelu" && activation === "none") [activation, slope] = ["prelu", next.inputs[1]];
      else break;
      this.#fused.add(next);
      result = next.output;
    }
    const quantized = this.#quantized(result);
    const floats =
      this.#outputs.has(result) ||
      (this.#consumers.get(result) ?? []).some(
        (reader) => reader.op !== "QuantizeLinear" && !this.#fused.has(reader),
      );
    return { bias, residual, activation, slope, result, floats, quantized };
  }

  /** Codes of a value, and what makes its fine codes. */
  #quantized(value: string): Tail["quantized"] {
    const quantize = (this.#consumers.get(value) ?? []).find(({ op }) => op === "QuantizeLinear");
    if (quantize === undefined) return null;
    this.#fused.add(quantize);
    const [, scale, zeroPoint] = quantize.inputs;
    const scales = this.#floats(scale);
    return {
      scales,
      zeroPoints: Uint8Array.from(this.#constant(zeroPoint).data as Uint8Array),
      name: quantize.output,
      fine: this.#fineCodes(value, quantize.output, scales),
    };
  }

  /** QuantizeLinear((x - DequantizeLinear(codes)) of the first channels), in steps of scale / 256. */
  #fineCodes(value: string, codes: string, scales: Float32Array): Fine | null {
    const head = (this.#consumers.get(value) ?? []).find(({ op }) => op === "Slice");
    if (head === undefined) return null;
    const codesHead = (this.#consumers.get(codes) ?? []).find(({ op }) => op === "Slice");
    const restored = codesHead && this.#only(codesHead.output);
    const rest = this.#only(head.output);
    const quantize = rest && this.#only(rest.output);
    const isRest =
      rest?.op === "Sub" && rest.inputs[0] === head.output && rest.inputs[1] === restored?.output;
    demand(isRest && quantize?.op === "QuantizeLinear", head, "what is not the rest of its codes");
    const [first, last, axis] = [1, 2, 3].map((i) =>
      [...this.#constant(head.inputs[i]).data].map(Number).join(),
    );
    const channels = Number(last);
    demand(first === "0" && axis === "1" && channels % 8 === 0, head, "other channels");
    const fineScales = this.#floats(quantize!.inputs[1]);
    const isExact = fineScales.every((scale, i) => scale === scales[i] / fineSteps);
    const isCentred = [...this.#constant(quantize!.inputs[2]).data].every((zero) => zero === 128);
    demand(fineScales.length === channels && isExact && isCentred, quantize!, "another scale");
    for (const operator of [head, codesHead!, restored!, rest!, quantize!]) this.#fused.add(operator);
    return { name: quantize!.output, channels };
  }

  /** The buffers that a step's result goes to, as the arguments that say so. */
  #results(tail: Tail, height: number, width: number, channels: number): Record<string, Argument> {
    const output = tail.floats ? at(this.#define(tail.result, height, width, channels)) : null;
    if (tail.quantized !== null) return { output, ...this.#codes(tail.quantized, height, width, channels) };
    return {
      output,
      quantized: null,
      quantizedFine: null,
      inverseScale: null,
      zeroPoint: null,
      fineChannels: 0,
    };
  }

  #codes(quantized: NonNullable<Tail["quantized"]>, height: number, width: number, channels: number) {
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
    if (made !== null && fine !== null) this.#values.set(made.name, fine);
    const coarse = value(channels, { scales, zeroPoints, fine });
    this.#values.set(name, coarse);
    return {
      quantized: at(coarse),
      quantizedFine: fine === null ? null : at(fine),
      inverseScale: this.#constants.floats(scales.map((scale) => 1 / scale)),
      zeroPoint: this.#constants.bytes(Int32Array.from(zeroPoints)),
      fineChannels: fine?.channels ?? 0,
    };
  }

  #slope({ slope }: Tail): Argument {
    if (slope === null) return null;
    const lessOne = this.#floats(slope).map((value) => value - 1);
    return this.#constants.floats(padded(lessOne, 8));
  }

  #define(name: string, height: number, width: number, channels: number, stored = inFours(channels)): Value {
    const value = { ...this.#make(height, width, stored), channels };
    this.#values.set(name, value);
    return value;
  }

  #make(height: number, width: number, channels: number): Value {
    return { buffer: { bytes: 4 * height * width * channels }, height, width, channels, quantized: null };
  }

  #step(kernel: KernelName, args: LoweredStep["arguments"]): void {
    this.#steps.push({ kernel, arguments: args });
  }

  /** The one operator that reads a value, if it is not an output. */
  #only(name: string): Operator | null {
    const readers = this.#consumers.get(name) ?? [];
    return readers.length === 1 && !this.#outputs.has(name) ? readers[0] : null;
  }

  #value(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`nothing makes ${name}`);
    return value;
  }

  #constant(name: string): Tensor {
    const constant = this.#graph.constants.get(name);
    if (constant === undefined) throw new Error(`${name} is not a constant`);
    return constant;
  }

  #floats(name: string): Float32Array {
    const { data } = this.#constant(name);
    if (!(data instanceof Float32Array)) throw new Error(`${name} is not of floats`);
    return data;
  }
}

const at = ({ buffer }: Value): BufferReference => ({ buffer, offset: 0 });
const size = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);
const inEights = (channels: number) => Math.ceil(channels / 8) * 8;

function integers({ integers: all, op, name }: Operator, attribute: string): readonly number[] {
  const found = all.get(attribute);
  if (found === undefined) throw new Error(`${op} (${name}) has no ${attribute}`);
  return found;
}

function demand(holds: boolean, { op, name }: Pick<Operator, "op" | "name">, what: string): void {
  if (!holds) throw new Error(`the plan compiler has no step for ${op} (${name}): ${what}`);
}

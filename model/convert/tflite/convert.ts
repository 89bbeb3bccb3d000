/**
 * Converts a TensorFlow Lite graph to ONNX nodes, operator by operator and without optimisation: batch 1, NCHW,
 * paddings made explicit, fused activations spelled out, constants evaluated.
 */
import type { Attribute, Constant, Graph, Node } from "../graph.ts";
import { floats, integers, node } from "../graph.ts";
import { depthwiseToOihw, filterToOihw, flattenedToChw, toNchw } from "./layout.ts";
import type { TfliteGraph, TfliteOperator } from "./reader.ts";
import { constantsOf } from "./weights.ts";

export interface ConvertOptions {
  readonly name: string;
  /** Names in the order of the file's outputs. */
  readonly outputNames: readonly string[];
  /** True when the network expects images with rows and columns swapped: they are swapped in the filters instead. */
  readonly transposed: boolean;
}

export function convertTflite(source: TfliteGraph, options: ConvertOptions): Graph {
  const lowering = new Lowering(source, options);
  for (const operator of source.operators) lowering.lower(operator);
  return lowering.finish();
}

const binaryOperators = { ADD: "Add", SUB: "Sub", MUL: "Mul", DIV: "Div" } as const;
const unaryOperators = { RELU: "Relu", ABS: "Abs", NEG: "Neg", EXP: "Exp" } as const;

/** Bilinear interpolation as in TensorFlow 2: pixel centres at half integers, no aligned corners. */
const bilinear = { mode: "linear", coordinate_transformation_mode: "half_pixel" };

class Lowering {
  readonly #source: TfliteGraph;
  readonly #options: ConvertOptions;
  readonly #constantOf: (index: number) => Float32Array | Int32Array | null;
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #shapes = new Map<string, readonly number[]>();

  constructor(source: TfliteGraph, options: ConvertOptions) {
    this.#source = source;
    this.#options = options;
    this.#constantOf = constantsOf(source);
  }

  finish(): Graph {
    const value = (index: number) => ({ name: this.#nameOf(index), shape: this.#shapeOf(index) });
    return {
      name: this.#options.name,
      input: value(this.#source.inputs[0]),
      outputs: this.#source.outputs.map(value),
      nodes: this.#nodes,
      constants: this.#constants,
      shapes: this.#shapes,
    };
  }

  lower(operator: TfliteOperator): void {
    const { code } = operator;
    switch (code) {
      case "DEQUANTIZE":
      case "DENSIFY":
        // Only constants are allowed: `constantsOf` evaluates them.
        if (this.#constantOf(operator.inputs[0]) === null) throw new Error(`${code} of a computed value`);
        break;
      case "ADD":
      case "SUB":
      case "MUL":
      case "DIV":
        this.#elementwise(operator, binaryOperators[code]);
        break;
      case "RELU":
      case "ABS":
      case "NEG":
      case "EXP":
        this.#emit(unaryOperators[code], [this.#nameOf(operator.inputs[0])], this.#outputOf(operator));
        break;
      case "CONV_2D":
        this.#convolution(operator, false);
        break;
      case "DEPTHWISE_CONV_2D":
        this.#convolution(operator, true);
        break;
      case "MAX_POOL_2D":
        this.#maxPool(operator);
        break;
      case "FULLY_CONNECTED":
        this.#fullyConnected(operator);
        break;
      case "SUM":
      case "REDUCE_MAX":
        this.#reduction(operator);
        break;
      default:
        this.#rearrange(operator);
        break;
    }
  }

  /** Converts operators that move values without computing. */
  #rearrange(operator: TfliteOperator): void {
    const [input] = operator.inputs;
    const output = this.#outputOf(operator);
    switch (operator.code) {
      case "PAD": {
        const pads = this.#integersOf(operator.inputs[1]);
        const [before, after] = [0, 1].map((side) => pads.filter((_, i) => i % 2 === side));
        const order = [0, 3, ...(this.#options.transposed ? [2, 1] : [1, 2])];
        const nchw = [...order.map((axis) => before[axis]), ...order.map((axis) => after[axis])];
        this.#emit("Pad", [this.#nameOf(input), this.#constant(`${output}/pads`, integers(nchw))], output);
        break;
      }
      case "RESIZE_BILINEAR": {
        if (operator.options.byte(2, 0) !== 0 || operator.options.byte(3, 0) !== 1) {
          throw new Error("bilinear resizing with other pixel centres");
        }
        const size = this.#constant(`${output}/size`, integers(this.#shapeOf(operator.outputs[0])));
        this.#emit("Resize", [this.#nameOf(input), "", "", size], output, bilinear);
        break;
      }
      case "DEPTH_TO_SPACE":
        // TensorFlow's channel order (block row, block column, channel) is ONNX's "DCR".
        if (this.#options.transposed) throw new Error("DEPTH_TO_SPACE of a transposed network");
        this.#emit("DepthToSpace", [this.#nameOf(input)], output, {
          blocksize: operator.options.int(0, 0),
          mode: "DCR",
        });
        break;
      case "CONCATENATION": {
        if (this.#shapeOf(input).length === 4) throw new Error("CONCATENATION of images");
        const parts = operator.inputs.map((part) => this.#nameOf(part));
        this.#emit("Concat", parts, output, { axis: operator.options.int(0, 0) });
        break;
      }
      case "RESHAPE": {
        const shape = this.#constant(`${output}/shape`, integers(this.#shapeOf(operator.outputs[0])));
        this.#emit("Reshape", [this.#channelsLast(input), shape], output);
        break;
      }
      default:
        throw new Error(`no conversion for ${operator.code}`);
    }
  }

  /** Returns the value in the order of TensorFlow Lite, for operators that read its numbers in order. */
  #channelsLast(index: number): string {
    const name = this.#nameOf(index);
    const shape = this.#shapeOf(index);
    if (shape.length !== 4 || (shape[2] === 1 && shape[3] === 1)) return name;
    const perm = this.#options.transposed ? [0, 3, 2, 1] : [0, 2, 3, 1];
    this.#emit("Transpose", [name], `${name}/nhwc`, { perm });
    this.#shapes.set(
      `${name}/nhwc`,
      perm.map((axis) => shape[axis]),
    );
    return `${name}/nhwc`;
  }

  #convolution(operator: TfliteOperator, depthwise: boolean): void {
    const [input, filter, bias] = operator.inputs;
    const { options } = operator;
    const multiplier = depthwise ? options.int(3, 1) : 1;
    const dilations = [options.int(depthwise ? 6 : 5, 1), options.int(depthwise ? 5 : 4, 1)];
    if (multiplier !== 1 || dilations.some((d) => d !== 1)) throw new Error("an unusual convolution");
    const strides = this.#upright([options.int(2, 1), options.int(1, 1)]);
    const { transposed } = this.#options;
    const kernel = (depthwise ? depthwiseToOihw : filterToOihw)(
      this.#floatsOf(filter),
      this.#source.tensors[filter].shape,
      transposed,
    );
    const kernelShape = kernel.shape.slice(2);
    const attributes = {
      kernel_shape: kernelShape,
      strides,
      pads: this.#pads(operator, kernelShape, strides),
      group: depthwise ? kernel.shape[0] : 1,
    };
    this.#activated(operator, options.byte(depthwise ? 4 : 3, 0), (output) => {
      const weights = this.#constant(`${output}/weights`, floats(kernel.shape, kernel.data));
      const biases = this.#constant(`${output}/bias`, floats([kernel.shape[0]], this.#floatsOf(bias)));
      this.#emit("Conv", [this.#nameOf(input), weights, biases], output, attributes);
    });
  }

  #maxPool(operator: TfliteOperator): void {
    const { options } = operator;
    const strides = this.#upright([options.int(2, 1), options.int(1, 1)]);
    const kernelShape = this.#upright([options.int(4, 1), options.int(3, 1)]);
    const pads = this.#pads(operator, kernelShape, strides);
    this.#activated(operator, options.byte(5, 0), (output) =>
      this.#emit("MaxPool", [this.#nameOf(operator.inputs[0])], output, {
        kernel_shape: kernelShape,
        strides,
        pads,
      }),
    );
  }

  /** TensorFlow's SAME puts the odd pixel of padding at the end: [top, left, bottom, right]. */
  #pads(operator: TfliteOperator, kernel: readonly number[], strides: readonly number[]): number[] {
    const same = operator.options.byte(0, 0) === 0;
    const sizes = this.#shapeOf(operator.inputs[0]).slice(2);
    const totals = sizes.map((size, axis) => {
      const outputs = Math.ceil(size / strides[axis]);
      return same ? Math.max((outputs - 1) * strides[axis] + kernel[axis] - size, 0) : 0;
    });
    const before = totals.map((total) => total >> 1);
    return [...before, ...totals.map((total, axis) => total - before[axis])];
  }

  #fullyConnected(operator: TfliteOperator): void {
    const [input, filter, bias] = operator.inputs;
    const [outputs, inputs] = this.#source.tensors[filter].shape;
    const image = this.#source.tensors[input].shape;
    this.#activated(operator, operator.options.byte(0, 0), (output) => {
      let [rows, data] = [this.#nameOf(input), this.#floatsOf(filter)];
      if (image.length === 4) {
        data = flattenedToChw(data, outputs, image, this.#options.transposed);
        this.#emit("Flatten", [rows], `${output}/rows`);
        rows = `${output}/rows`;
        this.#shapes.set(rows, [1, inputs]);
      }
      const weights = this.#constant(`${output}/weights`, floats([outputs, inputs], data));
      const biases = this.#constant(`${output}/bias`, floats([outputs], this.#floatsOf(bias)));
      this.#emit("Gemm", [rows, weights, biases], output, { transB: 1 });
    });
  }

  #reduction(operator: TfliteOperator): void {
    const [input, axes] = operator.inputs;
    if (this.#shapeOf(input).length === 4) throw new Error(`${operator.code} of an image`);
    const attributes = { keepdims: operator.options.byte(0, 0) };
    const list = this.#integersOf(axes);
    const output = this.#outputOf(operator);
    // Opset 17 takes a sum's axes as an input, and a maximum's still as an attribute.
    if (operator.code === "REDUCE_MAX") {
      this.#emit("ReduceMax", [this.#nameOf(input)], output, { axes: list, ...attributes });
    } else {
      const axesName = this.#constant(`${output}/axes`, integers(list));
      this.#emit("ReduceSum", [this.#nameOf(input), axesName], output, attributes);
    }
  }

  /** Adds the nodes of `body`, then the activation that is fused into the operator. */
  #activated(operator: TfliteOperator, activation: number, body: (output: string) => void): void {
    const output = this.#outputOf(operator);
    if (activation === 0) {
      body(output);
      return;
    }
    if (activation !== 1) throw new Error(`unknown fused activation ${activation}`);
    const linear = `${output}/linear`;
    this.#shapes.set(linear, this.#shapeOf(operator.outputs[0]));
    body(linear);
    this.#emit("Relu", [linear], output);
  }

  #elementwise(operator: TfliteOperator, op: string): void {
    const rank = this.#shapeOf(operator.outputs[0]).length;
    const operands = operator.inputs.map((input) => this.#operand(input, rank));
    this.#activated(operator, operator.options.byte(0, 0), (output) => this.#emit(op, operands, output));
  }

  /**
   * Returns an operand of an elementwise operator; a constant of one value a channel is reshaped to broadcast over
   * NCHW.
   */
  #operand(index: number, rank: number): string {
    const data = this.#constantOf(index);
    if (data === null) return this.#nameOf(index);
    const { shape } = this.#source.tensors[index];
    if (shape.length !== 1 || !(data instanceof Float32Array))
      throw new Error("an unusual elementwise constant");
    return this.#constant(this.#nameOf(index), floats(rank === 4 ? [shape[0], 1, 1] : shape, data));
  }

  #emit(
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Record<string, Attribute> = {},
  ): void {
    this.#nodes.push(node(op, inputs, output, attributes));
  }

  #constant(name: string, constant: Constant): string {
    this.#constants.set(name, constant);
    return name;
  }

  #upright(pair: readonly [number, number]): number[] {
    return this.#options.transposed ? [pair[1], pair[0]] : [...pair];
  }

  #outputOf(operator: TfliteOperator): string {
    const [index] = operator.outputs;
    const name = this.#nameOf(index);
    this.#shapes.set(name, this.#shapeOf(index));
    return name;
  }

  #nameOf(index: number): string {
    const output = this.#source.outputs.indexOf(index);
    if (output >= 0) return this.#options.outputNames[output];
    return index === this.#source.inputs[0] ? "input" : `t${index}`;
  }

  #shapeOf(index: number): number[] {
    return toNchw(this.#source.tensors[index].shape, this.#options.transposed);
  }

  #floatsOf(index: number): Float32Array {
    const data = this.#constantOf(index);
    if (!(data instanceof Float32Array)) throw new Error(`tensor ${index} is not a float constant`);
    return data;
  }

  #integersOf(index: number): number[] {
    const data = this.#constantOf(index);
    if (!(data instanceof Int32Array)) throw new Error(`tensor ${index} is not an integer constant`);
    return [...data];
  }
}

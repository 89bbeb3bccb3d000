/**
 * dlib's face recognition ResNet (29 convolutions) as ONNX nodes, from TensorFlow.js weights under the names of
 * `@vladmandic/face-api`, whose files hold no graph. The operators are those that the package runs, without
 * optimisation.
 *
 * Every convolution is followed by a scale and an offset for each channel. A block that halves the image adds the 2x2
 * average of its input to its result; the one with fewer channels, rows or columns is padded with zeros. Channel
 * counts are those of the weights.
 */
import type { Attribute, Constant, Graph, Node } from "../graph.ts";
import { floats, integers, node } from "../graph.ts";
import type { Weight, Weights } from "./weights.ts";

export interface DlibResnetOptions {
  readonly name: string;
  /** NCHW */
  readonly inputShape: readonly number[];
  readonly outputName: string;
}

const stem = "conv32_down";
const blocks = [
  { name: "conv32_1", halves: false },
  { name: "conv32_2", halves: false },
  { name: "conv32_3", halves: false },
  { name: "conv64_down", halves: true },
  { name: "conv64_1", halves: false },
  { name: "conv64_2", halves: false },
  { name: "conv64_3", halves: false },
  { name: "conv128_down", halves: true },
  { name: "conv128_1", halves: false },
  { name: "conv128_2", halves: false },
  { name: "conv256_down", halves: true },
  { name: "conv256_1", halves: false },
  { name: "conv256_2", halves: false },
  { name: "conv256_down_out", halves: true },
] as const;

export function convertDlibResnet(weights: Weights, options: DlibResnetOptions): Graph {
  const network = new Network(weights, options.inputShape);
  let value = network.relu(network.convolution("input", stem, 2, 0));
  value = network.pool("MaxPool", value, `${stem}/pooled`, 3);
  for (const { name, halves } of blocks) value = network.residual(value, name, halves);
  network.head(value, options.outputName);
  return network.finish(options);
}

class Network {
  readonly #weights: Weights;
  readonly #unused: Set<string>;
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  /** Shapes of all values, the input's included. */
  readonly #shapes = new Map<string, readonly number[]>();

  constructor(weights: Weights, inputShape: readonly number[]) {
    this.#weights = weights;
    this.#unused = new Set(weights.keys());
    this.#shapes.set("input", inputShape);
  }

  finish({ name, inputShape, outputName }: DlibResnetOptions): Graph {
    if (this.#unused.size > 0) throw new Error(`weights of another network: ${[...this.#unused].join(", ")}`);
    const shapes = new Map([...this.#shapes].filter(([value]) => value !== "input"));
    return {
      name,
      input: { name: "input", shape: inputShape },
      outputs: [{ name: outputName, shape: this.#shapeOf(outputName) }],
      nodes: this.#nodes,
      constants: this.#constants,
      shapes,
    };
  }

  /** Adds convolution, scale and offset. */
  convolution(input: string, name: string, stride: number, padding: number): string {
    const filters = this.#take(`${name}/conv/filters`, 4);
    const [rows, columns, inputs, outputs] = filters.shape;
    const [, channels, height, width] = this.#shapeOf(input);
    if (inputs !== channels) throw new Error(`${name} reads ${inputs} channels of ${channels}`);
    const perChannel = (weight: string, shape: readonly number[]) =>
      this.#constant(`${name}/${weight}`, floats(shape, this.#take(`${name}/${weight}`, 1).data));
    const size = (side: number, kernel: number) => Math.floor((side + 2 * padding - kernel) / stride) + 1;
    const shape = [1, outputs, size(height, rows), size(width, columns)];
    const kernel = this.#constant(
      `${name}/conv/filters`,
      floats([outputs, inputs, rows, columns], toOihw(filters)),
    );
    const attributes = {
      kernel_shape: [rows, columns],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      group: 1,
    };
    const linear = [input, kernel, perChannel("conv/bias", [outputs])];
    this.#emit("Conv", linear, `${name}/conv`, shape, attributes);
    const scale = perChannel("scale/weights", [outputs, 1, 1]);
    this.#emit("Mul", [`${name}/conv`, scale], `${name}/scaled`, shape);
    const offset = perChannel("scale/biases", [outputs, 1, 1]);
    return this.#emit("Add", [`${name}/scaled`, offset], `${name}/out`, shape);
  }

  relu(input: string): string {
    return this.#emit("Relu", [input], `${input}/relu`, this.#shapeOf(input));
  }

  /** Pools square windows, two apart, none of which reaches beyond the image. */
  pool(op: "MaxPool" | "AveragePool", input: string, output: string, window: number): string {
    const [, channels, height, width] = this.#shapeOf(input);
    const size = (side: number) => Math.floor((side - window) / 2) + 1;
    return this.#emit(op, [input], output, [1, channels, size(height), size(width)], {
      kernel_shape: [window, window],
      strides: [2, 2],
      pads: [0, 0, 0, 0],
    });
  }

  residual(input: string, name: string, halves: boolean): string {
    const first = this.relu(this.convolution(input, `${name}/conv1`, halves ? 2 : 1, halves ? 0 : 1));
    const second = this.convolution(first, `${name}/conv2`, 1, 1);
    const shortcut = halves ? this.pool("AveragePool", input, `${name}/pooled`, 2) : input;
    const [a, b] = [this.#shapeOf(shortcut), this.#shapeOf(second)];
    const shape = a.map((size, axis) => Math.max(size, b[axis]));
    const terms = [this.#continued(shortcut, shape), this.#continued(second, shape)];
    return this.relu(this.#emit("Add", terms, `${name}/sum`, shape));
  }

  /** Adds the mean over the image, then the linear layer, which has no bias. */
  head(input: string, output: string): void {
    const { shape, data } = this.#take("fc", 2);
    const [inputs, outputs] = shape;
    const [, channels] = this.#shapeOf(input);
    if (inputs !== channels) throw new Error(`fc reads ${inputs} channels of ${channels}`);
    this.#emit("ReduceMean", [input], "mean", [1, channels], { axes: [2, 3], keepdims: 0 });
    const rows = data.map((_, i) => data[(i % inputs) * outputs + Math.floor(i / inputs)]);
    const weights = this.#constant("fc", floats([outputs, inputs], rows));
    this.#emit("Gemm", ["mean", weights], output, [1, outputs], { transB: 1 });
  }

  /** Pads with zeros after the last channel, row and column. */
  #continued(value: string, shape: readonly number[]): string {
    const missing = this.#shapeOf(value).map((size, axis) => shape[axis] - size);
    if (missing.every((amount) => amount === 0)) return value;
    const pads = this.#constant(`${value}/pads`, integers([0, 0, 0, 0, ...missing]));
    return this.#emit("Pad", [value, pads], `${value}/continued`, shape);
  }

  #take(name: string, rank: number): Weight {
    const weight = this.#weights.get(name);
    if (weight === undefined) throw new Error(`no weights ${name}`);
    if (weight.shape.length !== rank) throw new Error(`${name} is [${weight.shape}], expected rank ${rank}`);
    this.#unused.delete(name);
    return weight;
  }

  #shapeOf(value: string): readonly number[] {
    return this.#shapes.get(value)!;
  }

  #constant(name: string, constant: Constant): string {
    this.#constants.set(name, constant);
    return name;
  }

  #emit(
    op: string,
    inputs: readonly string[],
    output: string,
    shape: readonly number[],
    attributes: Record<string, Attribute> = {},
  ): string {
    this.#nodes.push(node(op, inputs, output, attributes));
    this.#shapes.set(output, shape);
    return output;
  }
}

/** Turns [H,W,I,O] into [O,I,H,W]. */
function toOihw({ shape: [height, width, inputs, outputs], data }: Weight): Float32Array {
  const image = height * width;
  return data.map((_, i) => {
    const [o, rest] = [Math.floor(i / (inputs * image)), i % (inputs * image)];
    return data[((rest % image) * inputs + Math.floor(rest / image)) * outputs + o];
  });
}

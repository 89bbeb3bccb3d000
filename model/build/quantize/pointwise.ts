/**
 * 1x1 convolutions in 8-bit integers; everything else stays in float32.
 *
 * onnxruntime's WebAssembly kernels multiply u8 by u8 twice as fast as floats, but its QLinearConv
 * transposes to NHWC and back, and requantizes in a pass of its own. A 1x1 convolution over NCHW is
 * the plain product W [O,C] times x [C,HW], so it is spelled as one:
 *
 *     x -> QuantizeLinear u8 -> MatMulInteger (W as u8, zero point 128) -> DequantizeLinear -> + bias
 *
 * Every input channel has a scale and a zero point of its own: the scale is part of its weights, the zero
 * point of the bias. Every output channel has a scale, in DequantizeLinear. Sums of 32 bits are exact.
 *
 * The first channels of an input may have fine codes, of what their codes leave; these have a product of
 * their own with the same weights, which is added.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, integers, node, prune } from "../graph.ts";
import { isPointwise } from "../rewrite/convolutions.ts";
import { affineOf, type Channels, fineSteps, quantizePairs } from "./affine.ts";

/** Over a single pixel, the product is too small to gain. */
export function isQuantizable(graph: Graph, each: Node): boolean {
  const [, , height, width] = graph.shapes.get(each.outputs[0]) ?? [];
  return isPointwise(each) && height * width > 1;
}

/** Quantizes every 1x1 convolution whose input has ranges. */
export function quantizePointwise(graph: Graph, ranges: ReadonlyMap<string, Channels>): Graph {
  const quantizer = new Quantizer(graph);
  for (const each of graph.nodes) {
    const range = ranges.get(each.inputs[0]);
    if (range !== undefined && isQuantizable(graph, each)) quantizer.convolve(each, range);
    else quantizer.keep(each);
  }
  return quantizer.finish();
}

/**
 * Beside every value [1,C,H,W] that comes from a product stands its twin [1,C,HW], in which sums and
 * the next product are done; a reshape that nobody reads is dropped at the end.
 */
class Quantizer {
  readonly #graph: Graph;
  readonly #constants: Map<string, Constant>;
  readonly #shapes: Map<string, readonly number[]>;
  readonly #nodes: Node[] = [];
  readonly #twins = new Map<string, string>();
  readonly #quantized = new Map<string, QuantizedInput>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#constants = new Map(graph.constants);
    this.#shapes = new Map([...graph.shapes, [graph.input.name, graph.input.shape]]);
    this.#constants.set("w-zero", { type: "uint8", shape: [], data: Uint8Array.of(128) });
    this.#constants.set("codes-zero", { type: "uint8", shape: [], data: Uint8Array.of(0) });
  }

  finish(): Graph {
    return prune({ ...this.#graph, nodes: this.#nodes, constants: this.#constants, shapes: this.#shapes });
  }

  /** A node in float32: a sum of two twins has a twin. */
  keep(each: Node): void {
    const [sum] = each.outputs;
    const [a, b] = each.inputs.map((input) => this.#twins.get(input));
    if (each.op !== "Add" || a === undefined || b === undefined) {
      this.#nodes.push(each);
      return;
    }
    this.#nodes.push(node("Add", [a, b], `${sum}/rows`));
    this.#standBeside(sum, `${sum}/rows`);
  }

  convolve({ inputs: [x, weights, bias], outputs: [y] }: Node, ranges: Channels): void {
    const [outputs, inputs] = this.#constants.get(weights)!.shape;
    const input = this.#quantize(x, ranges);
    const exact = floatsOf(this.#graph, weights);
    const scaled = exact.map((weight, i) => weight * input.scales[i % inputs]);
    const { values, scales } = quantizePairs(scaled, outputs);
    const stored = Uint8Array.from(values, (value) => value + 128);
    this.#constants.set(`${y}/w`, { type: "uint8", shape: [1, outputs, inputs], data: stored });
    this.#constants.set(`${y}/w-scale`, floats([outputs], scales));
    // What rounded weights make of the inputs' means is given back: most of their error is that.
    const biases = floatsOf(this.#graph, bias).map((value, o) => {
      let sum = value;
      for (let c = 0; c < inputs; c++) {
        const { mean } = ranges.channels[c];
        const code = input.zeroPoints[c] + mean / input.scales[c];
        sum += exact[o * inputs + c] * mean - scales[o] * values[o * inputs + c] * code;
      }
      return sum;
    });
    this.#constants.set(`${y}/w-bias`, floats([outputs, 1], biases));
    this.#nodes.push(
      node("MatMulInteger", [`${y}/w`, input.rows, "w-zero", "codes-zero"], `${y}/i32`),
      node("DequantizeLinear", [`${y}/i32`, `${y}/w-scale`], `${y}/product`, { axis: 1 }),
    );
    const product = input.fineRows === null ? `${y}/product` : `${y}/products`;
    if (input.fineRows !== null) this.#addFine(y, input.fineRows, ranges.fine, { stored, scales, inputs });
    this.#nodes.push(node("Add", [product, `${y}/w-bias`], `${y}/rows`));
    this.#standBeside(y, `${y}/rows`);
  }

  #addFine(y: string, fineRows: string, fine: number, weights: QuantizedWeights): void {
    const { stored, scales, inputs } = weights;
    const some = stored.filter((_, i) => i % inputs < fine);
    this.#constants.set(`${y}/fine-w`, { type: "uint8", shape: [1, scales.length, fine], data: some });
    this.#constants.set(
      `${y}/fine-scale`,
      floats(
        [scales.length],
        scales.map((scale) => scale / fineSteps),
      ),
    );
    this.#nodes.push(
      node("MatMulInteger", [`${y}/fine-w`, fineRows, "w-zero", "w-zero"], `${y}/fine-i32`),
      node("DequantizeLinear", [`${y}/fine-i32`, `${y}/fine-scale`], `${y}/fine-product`, { axis: 1 }),
      node("Add", [`${y}/product`, `${y}/fine-product`], `${y}/products`),
    );
  }

  /** Once, for all who read it. */
  #quantize(x: string, { channels: all, fine }: Channels): QuantizedInput {
    const known = this.#quantized.get(x);
    if (known !== undefined) return known;
    const [, channels, height, width] = this.#shapes.get(x)!;
    if (all.length !== channels) throw new Error(`${x}: ${all.length} ranges for ${channels} channels`);
    const affine = all.map(affineOf);
    const scales = Float32Array.from(affine, ({ scale }) => scale);
    const zeroPoints = Uint8Array.from(affine, ({ zeroPoint }) => zeroPoint);
    const twin = this.#twins.get(x);
    const source = twin ?? x;
    const codes = this.#encode(source, `${x}/u8`, scales, zeroPoints);
    const rows = (name: string, count: number) => {
      if (twin !== undefined) return name;
      this.#reshape(name, `${name}-rows`, [1, count, height * width]);
      return `${name}-rows`;
    };
    const fineCodes = fine === 0 ? null : this.#refine(source, codes, x, { scales, zeroPoints, fine });
    const input = {
      rows: rows(codes, channels),
      fineRows: fineCodes === null ? null : rows(fineCodes, fine),
      scales,
      zeroPoints,
    };
    this.#quantized.set(x, input);
    return input;
  }

  #encode(source: string, name: string, scales: Float32Array, zeroPoints: Uint8Array): string {
    const shape = [scales.length];
    this.#constants.set(`${name}-scale`, floats(shape, scales));
    this.#constants.set(`${name}-zero`, { type: "uint8", shape, data: zeroPoints });
    this.#nodes.push(node("QuantizeLinear", [source, `${name}-scale`, `${name}-zero`], name, { axis: 1 }));
    return name;
  }

  /** Fine codes of the first channels: what their codes leave. */
  #refine(source: string, codes: string, x: string, { scales, zeroPoints, fine }: FirstChannels): string {
    const [first, axis] = [integers([0]), integers([1])];
    this.#constants.set("first", first);
    this.#constants.set("channels", axis);
    this.#constants.set(`first/${fine}`, integers([fine]));
    const some = { scales: scales.slice(0, fine), zeroPoints: zeroPoints.slice(0, fine) };
    this.#constants.set(`${x}/fine-of-scale`, floats([fine], some.scales));
    this.#constants.set(`${x}/fine-of-zero`, { type: "uint8", shape: [fine], data: some.zeroPoints });
    const slice = (value: string, name: string) =>
      node("Slice", [value, "first", `first/${fine}`, "channels"], name);
    this.#nodes.push(
      slice(source, `${x}/first`),
      slice(codes, `${x}/first-codes`),
      node(
        "DequantizeLinear",
        [`${x}/first-codes`, `${x}/fine-of-scale`, `${x}/fine-of-zero`],
        `${x}/coarse`,
        {
          axis: 1,
        },
      ),
      node("Sub", [`${x}/first`, `${x}/coarse`], `${x}/rest`),
    );
    const steps = some.scales.map((scale) => scale / fineSteps);
    return this.#encode(`${x}/rest`, `${x}/rest-u8`, steps, new Uint8Array(fine).fill(128));
  }

  #standBeside(value: string, twin: string): void {
    this.#twins.set(value, twin);
    this.#reshape(twin, value, this.#shapes.get(value)!);
  }

  #reshape(input: string, output: string, shape: readonly number[]): void {
    const name = `shape/${shape.join("x")}`;
    this.#constants.set(name, integers(shape));
    this.#nodes.push(node("Reshape", [input, name], output));
  }
}

interface QuantizedInput {
  /** Name of the codes [1,C,HW], u8. */
  readonly rows: string;
  /** Name of the fine codes of the first channels, u8 with zero point 128. */
  readonly fineRows: string | null;
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
}

interface QuantizedWeights {
  /** [O][C], with zero point 128 */
  readonly stored: Uint8Array;
  readonly scales: Float32Array;
  readonly inputs: number;
}

interface FirstChannels {
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
  readonly fine: number;
}

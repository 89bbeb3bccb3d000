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
 * The first channels of an input may have fine codes, for the rest that their coarse codes leave; these have a
 * product of their own with the same weights, which is added (`../fine-codes/make.ts`).
 */
import { makeCodes, makeFineCodes, makeFineProduct, type Part } from "../fine-codes/make.ts";
import type { Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, integers, node, prune } from "../graph.ts";
import { isPointwise } from "../rewrite/convolutions.ts";
import { affineOf, type Channels, quantizePairs } from "./affine.ts";

/** False for a single pixel, for which the product is too small to gain. */
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
 * Keeps, beside every value [1,C,H,W] that comes from a product, its twin [1,C,HW], in which sums and the next
 * product are done; a reshape that is never read is dropped at the end.
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

  /** Keeps a node in float32; a sum of two twins has a twin. */
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
    // The bias makes up for the change that rounded weights make to the inputs' means, which is most of their error.
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
    const product =
      input.fineRows === null
        ? `${y}/product`
        : this.#add(makeFineProduct(y, input.fineRows, ranges.fine, { stored, scales, inputs }));
    this.#nodes.push(node("Add", [product, `${y}/w-bias`], `${y}/rows`));
    this.#standBeside(y, `${y}/rows`);
  }

  /** Quantizes a value once for all its readers. */
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
    const quantizer = { scales, zeroPoints };
    const codes = this.#add(makeCodes(source, `${x}/u8`, quantizer));
    const rows = (name: string, count: number) => {
      if (twin !== undefined) return name;
      this.#reshape(name, `${name}-rows`, [1, count, height * width]);
      return `${name}-rows`;
    };
    const fineCodes = fine === 0 ? null : this.#add(makeFineCodes(x, source, codes, quantizer, fine));
    const input = {
      rows: rows(codes, channels),
      fineRows: fineCodes === null ? null : rows(fineCodes, fine),
      scales,
      zeroPoints,
    };
    this.#quantized.set(x, input);
    return input;
  }

  #add({ constants, nodes, output }: Part): string {
    for (const [name, constant] of Object.entries(constants)) this.#constants.set(name, constant);
    this.#nodes.push(...nodes);
    return output;
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

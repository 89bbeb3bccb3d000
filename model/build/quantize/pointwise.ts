/**
 * 1x1 convolutions in 8-bit integers; everything else stays in float32.
 *
 * onnxruntime's WebAssembly kernels multiply u8 by u8 twice as fast as floats, but its QLinearConv
 * transposes to NHWC and back, and requantizes in a pass of its own. A 1x1 convolution over NCHW is
 * the plain product W [O,C] times x [C,HW], so it is spelled as one:
 *
 *     x -> QuantizeLinear u8 -> MatMulInteger (W as u8, zero point 128) -> DequantizeLinear -> + bias
 *
 * with a scale for each output channel in DequantizeLinear. Sums of 32 bits are exact.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, integers, node, prune } from "../graph.ts";
import { isPointwise } from "../rewrite/convolutions.ts";
import { affineOf, quantizePairs, type Range } from "./affine.ts";

/** Over a single pixel, the product is too small to gain. */
export function isQuantizable(graph: Graph, each: Node): boolean {
  const [, , height, width] = graph.shapes.get(each.outputs[0]) ?? [];
  return isPointwise(each) && height * width > 1;
}

/** Quantizes every 1x1 convolution whose input has a range. */
export function quantizePointwise(graph: Graph, ranges: ReadonlyMap<string, Range>): Graph {
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

  convolve({ inputs: [x, weights, bias], outputs: [y] }: Node, range: Range): void {
    const [outputs, inputs] = this.#constants.get(weights)!.shape;
    const input = this.#quantize(x, range);
    const { values, scales } = quantizePairs(floatsOf(this.#graph, weights), outputs);
    const biases = floatsOf(this.#graph, bias);
    const stored = Uint8Array.from(values, (value) => value + 128);
    this.#constants.set(`${y}/w`, { type: "uint8", shape: [1, outputs, inputs], data: stored });
    this.#constants.set(
      `${y}/w-scale`,
      floats(
        [outputs],
        scales.map((scale) => scale * input.scale),
      ),
    );
    this.#constants.set(`${y}/w-bias`, floats([outputs, 1], biases));
    this.#nodes.push(
      node("MatMulInteger", [`${y}/w`, input.rows, "w-zero", input.zeroPoint], `${y}/i32`),
      node("DequantizeLinear", [`${y}/i32`, `${y}/w-scale`], `${y}/product`, { axis: 1 }),
    );
    if (biases.every((value) => value === 0)) {
      this.#standBeside(y, `${y}/product`);
    } else {
      this.#nodes.push(node("Add", [`${y}/product`, `${y}/w-bias`], `${y}/rows`));
      this.#standBeside(y, `${y}/rows`);
    }
  }

  /** Once, for all who read it. */
  #quantize(x: string, range: Range): QuantizedInput {
    const known = this.#quantized.get(x);
    if (known !== undefined) return known;
    const { scale, zeroPoint } = affineOf(range);
    const [, channels, height, width] = this.#shapes.get(x)!;
    const names = { scale: `${x}/u8-scale`, zeroPoint: `${x}/u8-zero` };
    this.#constants.set(names.scale, floats([], Float32Array.of(scale)));
    this.#constants.set(names.zeroPoint, { type: "uint8", shape: [], data: Uint8Array.of(zeroPoint) });
    const twin = this.#twins.get(x);
    this.#nodes.push(node("QuantizeLinear", [twin ?? x, names.scale, names.zeroPoint], `${x}/u8`));
    if (twin === undefined) this.#reshape(`${x}/u8`, `${x}/u8-rows`, [1, channels, height * width]);
    const rows = twin === undefined ? `${x}/u8-rows` : `${x}/u8`;
    const input = { rows, zeroPoint: names.zeroPoint, scale };
    this.#quantized.set(x, input);
    return input;
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
  /** Name of the value [1,C,HW], u8. */
  readonly rows: string;
  readonly zeroPoint: string;
  readonly scale: number;
}

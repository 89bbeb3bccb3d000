/**
 * Writes fine codes (defined in `wasm/include/codes.h`) as ONNX operators; `recognise.ts` recognises the same
 * operators. The first channels of a value, and a product with its fine codes, become
 *
 *     value --- Slice -------------------------- Sub --- QuantizeLinear (scale / 256, zero point 128) --- fine codes
 *     codes --- Slice --- DequantizeLinear ------/
 *
 *     fine codes --- MatMulInteger (the same weights) --- DequantizeLinear (scale / 256) --- Add --- products
 *     product of the coarse codes -----------------------------------------------------------/
 */
import { type Constant, floats, integers, type Node, node } from "../graph.ts";

/** Steps of a fine code in one step of a coarse code. */
export const fineSteps = 256;

/** Stored fine code for zero: fine codes count from -128 to 127 and are stored from 0. */
export const fineZero = 128;

/** Constants and nodes to add to a graph, in this order, and the name of their result. */
export interface Part {
  readonly constants: Readonly<Record<string, Constant>>;
  readonly nodes: readonly Node[];
  readonly output: string;
}

/** A scale and a zero point for each channel. */
export interface Quantizer {
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
}

/** Makes codes of a value, under the name `name`. */
export function makeCodes(source: string, name: string, { scales, zeroPoints }: Quantizer): Part {
  const shape = [scales.length];
  return {
    constants: {
      [`${name}-scale`]: floats(shape, scales),
      [`${name}-zero`]: { type: "uint8", shape, data: zeroPoints },
    },
    nodes: [node("QuantizeLinear", [source, `${name}-scale`, `${name}-zero`], name, { axis: 1 })],
    output: name,
  };
}

/**
 * Makes fine codes of the first `fine` channels.
 *
 * @param x beginning of the new names
 * @param source the value itself
 * @param codes its coarse codes, made by `quantizer`
 */
export function makeFineCodes(
  x: string,
  source: string,
  codes: string,
  quantizer: Quantizer,
  fine: number,
): Part {
  const scales = quantizer.scales.slice(0, fine);
  const slice = (value: string, name: string) =>
    node("Slice", [value, "first", `first/${fine}`, "channels"], name);
  const rest = makeCodes(`${x}/rest`, `${x}/rest-u8`, {
    scales: scales.map((scale) => scale / fineSteps),
    zeroPoints: new Uint8Array(fine).fill(fineZero),
  });
  return {
    constants: {
      first: integers([0]),
      channels: integers([1]),
      [`first/${fine}`]: integers([fine]),
      [`${x}/fine-of-scale`]: floats([fine], scales),
      [`${x}/fine-of-zero`]: { type: "uint8", shape: [fine], data: quantizer.zeroPoints.slice(0, fine) },
      ...rest.constants,
    },
    nodes: [
      slice(source, `${x}/first`),
      slice(codes, `${x}/first-codes`),
      node(
        "DequantizeLinear",
        [`${x}/first-codes`, `${x}/fine-of-scale`, `${x}/fine-of-zero`],
        `${x}/coarse`,
        { axis: 1 },
      ),
      node("Sub", [`${x}/first`, `${x}/coarse`], `${x}/rest`),
      ...rest.nodes,
    ],
    output: rest.output,
  };
}

/** Weights [O][C] of 8 bits, stored with zero point 128, and a scale for each output channel. */
export interface QuantizedWeights {
  readonly stored: Uint8Array;
  readonly scales: Float32Array;
  readonly inputs: number;
}

/**
 * Adds the product of fine codes and weights to that of coarse codes and the same weights.
 *
 * @param y beginning of the new names; `${y}/product` is the product of the coarse codes
 * @param rows fine codes [1, fine, HW]
 */
export function makeFineProduct(y: string, rows: string, fine: number, weights: QuantizedWeights): Part {
  const { stored, scales, inputs } = weights;
  const outputs = scales.length;
  const some = stored.filter((_, i) => i % inputs < fine);
  return {
    constants: {
      [`${y}/fine-w`]: { type: "uint8", shape: [1, outputs, fine], data: some },
      [`${y}/fine-scale`]: floats(
        [outputs],
        scales.map((scale) => scale / fineSteps),
      ),
    },
    nodes: [
      node("MatMulInteger", [`${y}/fine-w`, rows, "w-zero", "w-zero"], `${y}/fine-i32`),
      node("DequantizeLinear", [`${y}/fine-i32`, `${y}/fine-scale`], `${y}/fine-product`, { axis: 1 }),
      node("Add", [`${y}/product`, `${y}/fine-product`], `${y}/products`),
    ],
    output: `${y}/products`,
  };
}

/** Packs weights in the order in which the kernels read them. */

import type { Tensor } from "../convert/onnx/operators.ts";
import { mostOfPair } from "../convert/quantize/affine.ts";

/** Rounds up to whole fours of channels. */
export const inFours = (channels: number) => Math.ceil(channels / 4) * 4;

/** Pads with zeros to a multiple. */
export function padded(values: Float32Array, multiple: number): Float32Array {
  const out = new Float32Array(Math.ceil(values.length / multiple) * multiple);
  out.set(values);
  return out;
}

/** Packs [O][C][H][W] as [ceil(O / 8)][H][W][stored C][8], in tiles of eight output channels. */
export function packFilters({ shape, data }: Tensor, storedDepth: number): Float32Array {
  const [outputs, depth, height, width] = shape;
  const tiles = Math.ceil(outputs / 8);
  const packed = new Float32Array(tiles * height * width * storedDepth * 8);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < depth; c++) {
      for (let place = 0; place < height * width; place++) {
        const from = (o * depth + c) * height * width + place;
        const row = ((o >> 3) * height * width + place) * storedDepth + c;
        packed[row * 8 + (o & 7)] = Number(data[from]);
      }
    }
  }
  return packed;
}

/** Exclusive limit of a sum of products. */
const mostOfSums = 2 ** 31;
const mostShort = 2 ** 15 - 1;

/**
 * Greatest short among the inputs of a sum of so many products. A longer sum leaves fewer bits for the weights; at these
 * limits both roundings are alike. The numbers of an image have 8 bits.
 */
export function mostShortFor(products: number, isImage = false): number {
  if (isImage || products > 192) return 2 ** 13 - 1;
  return products > 48 ? 2 ** 14 - 1 : 2 ** 15 - 1;
}

export interface PackedShorts {
  /** [ceil(O / 8)][H][pairs][8][2], where pairs is half of W * stored C, rounded up. */
  readonly packed: Int16Array;
  /** [ceil(O / 8) * 8]: a weight is its short times its channel's scale. */
  readonly scales: Float32Array;
}

/**
 * Packs [O][C][H][W] as shorts, rounded to the nearest step of their output channel.
 *
 * @param most greatest magnitude of the shorts that they multiply
 */
export function packShorts({ shape, data }: Tensor, storedDepth: number, most: number): PackedShorts {
  const [outputs, depth, height, width] = shape;
  const each = depth * height * width;
  const pairs = Math.ceil((width * storedDepth) / 2);
  const packed = new Int16Array(Math.ceil(outputs / 8) * height * pairs * 16);
  const scales = new Float32Array(Math.ceil(outputs / 8) * 8);
  for (let o = 0; o < outputs; o++) {
    const weights = Float64Array.from({ length: each }, (_, i) => Number(data[o * each + i]));
    const sum = weights.reduce((total, weight) => total + Math.abs(weight), 0);
    const largest = weights.reduce((greatest, weight) => Math.max(greatest, Math.abs(weight)), 0);
    if (largest === 0) continue;
    // Rounding may add half a step for each weight.
    scales[o] = Math.max(sum / (mostOfSums / most - each), largest / mostShort);
    for (let i = 0; i < each; i++) {
      const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      const k = x * storedDepth + c;
      const pair = ((o >> 3) * height + y) * pairs + (k >> 1);
      packed[(pair * 8 + (o & 7)) * 2 + (k & 1)] = Math.round(weights[i] / scales[o]);
    }
  }
  return { packed, scales };
}

/** Packs [C][1][H][W] as [H][W][stored C]. */
export function packDepthwise({ shape, data }: Tensor): Float32Array {
  const [channels, , height, width] = shape;
  const stored = inFours(channels);
  const packed = new Float32Array(height * width * stored);
  for (let c = 0; c < channels; c++) {
    for (let place = 0; place < height * width; place++) {
      packed[place * stored + c] = Number(data[c * height * width + place]);
    }
  }
  return packed;
}

export interface PackedPointwise {
  /** [O / 8][C / 4][8][4] */
  readonly packed: Int8Array;
  /** [O] sums of all weights, and of those of the first `fineDepth` inputs. */
  readonly sums: Int32Array;
  readonly fineSums: Int32Array;
}

/** @param stored [O][C], with zero point 128 */
export function packPointwise(
  stored: Uint8Array,
  outputs: number,
  depth: number,
  fineDepth = 0,
): PackedPointwise {
  if (outputs % 8 !== 0 || depth % 4 !== 0) throw new Error(`a product of ${outputs} by ${depth} channels`);
  const packed = new Int8Array(outputs * depth);
  const sums = new Int32Array(outputs);
  const fineSums = new Int32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < depth; c++) {
      const weight = stored[o * depth + c] - 128;
      const neighbour = stored[o * depth + (c ^ 1)] - 128;
      if (weight * neighbour > 0 && Math.abs(weight + neighbour) > mostOfPair)
        throw new Error(`neighbouring weights ${weight} and ${neighbour} are too large together`);
      packed[((o >> 3) * depth + (c & ~3)) * 8 + (o & 7) * 4 + (c & 3)] = weight;
      sums[o] += weight;
      if (c < fineDepth) fineSums[o] += weight;
    }
  }
  return { packed, sums, fineSums };
}

/** Affine quantization: real = scale * (stored - zeroPoint). */

/** Range of a value; it contains 0, which must be exact for padding and ReLU. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Channel extends Range {
  /** Mean over the photos on which the range was observed. */
  readonly mean: number;
}

/** Channels of a value, and the number of first channels that also have fine codes; a multiple of 8. */
export interface Channels {
  readonly channels: readonly Channel[];
  readonly fine: number;
}

export interface Affine {
  readonly scale: number;
  /** 0..255 */
  readonly zeroPoint: number;
}

/** Returns scale and zero point for unsigned 8 bits over the whole range. */
export function affineOf({ low, high }: Range): Affine {
  if (!(low <= 0 && high >= 0 && high > low)) throw new Error(`not a range around zero: [${low}, ${high}]`);
  const scale = Math.fround((high - low) / 255);
  return { scale, zeroPoint: Math.round(-low / scale) };
}

export interface QuantizedRows {
  /** -127..127, same layout. */
  readonly values: Int8Array;
  /** One scale for each row. */
  readonly scales: Float32Array;
}

/** Largest sum of two neighbouring weights of one sign: 255 times it fits 16 bits. */
export const mostOfPair = 128;

/** Factors of the largest magnitude that are tried as the end of a row's range. */
const candidates = Array.from({ length: 46 }, (_, i) => 0.8 + 0.02 * i);

/**
 * Quantizes to symmetric 8 bits, with a scale for each of `rows` equal parts (output channels). Weights 2i and 2i + 1
 * of a row that have one sign sum up to at most `mostOfPair`, since the fastest products of bytes add such pairs in
 * 16 bits (`wasm/kernels/gemm-s8.c`). Of a few scales it takes the one with the least squared error; pairs that are
 * too large at it are reduced in equal parts.
 */
export function quantizePairs(data: Float32Array, rows: number): QuantizedRows {
  const length = data.length / rows;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const part = data.subarray(row * length, (row + 1) * length);
    const largest = part.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    let least = Number.POSITIVE_INFINITY;
    for (const factor of candidates) {
      const scale = Math.fround(largest === 0 ? 1 : (factor * largest) / 127);
      const tried = quantizeRow(part, scale);
      const error = part.reduce((sum, value, i) => sum + (value - scale * tried[i]) ** 2, 0);
      if (error >= least) continue;
      least = error;
      scales[row] = scale;
      values.set(tried, row * length);
    }
  }
  return { values, scales };
}

function quantizeRow(row: Float32Array, scale: number): Int8Array {
  const out = Int8Array.from(row, (value) => Math.max(-127, Math.min(127, Math.round(value / scale))));
  for (let i = 0; i + 1 < out.length; i += 2) {
    const sum = out[i] + out[i + 1];
    const excess = out[i] > 0 === out[i + 1] > 0 ? Math.abs(sum) - mostOfPair : 0;
    if (excess <= 0) continue;
    const sign = Math.sign(sum);
    out[i] -= sign * Math.ceil(excess / 2);
    out[i + 1] -= sign * Math.floor(excess / 2);
  }
  return out;
}

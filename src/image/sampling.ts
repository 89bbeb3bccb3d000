/** What the samplers share: what they are asked for, and how pixels are read. */
import type { Affine, Raster } from "./photo.ts";

export interface Normalisation {
  /** y = (x - mean) * scale, per channel R, G, B; x in 0..255. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** A model's input, to be filled from a raster. */
export interface Sampling {
  readonly raster: Raster;
  /** Output coordinates (pixel centres at +0.5) to the raster's. */
  readonly map: Affine;
  /** Of the output, px. */
  readonly width: number;
  readonly height: number;
  /** An output pixel is the mean of so many samples per axis. */
  readonly samples: number;
  readonly normalisation: Normalisation;
  /** 3 x height x width, planes R, G, B. */
  readonly out: Float32Array;
}

/**
 * RGBA as one little-endian word a pixel. Signed, because the words of opaque pixels are then small (-2^24 to -1):
 * until V8 has optimised a loop it allocates each number that is not.
 */
export function wordsOf(data: Uint8Array | Uint8ClampedArray): Int32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/**
 * Six numbers of a row of samples at output row coordinate `v`: x = a*u + b*v + tx is a, b*v, tx; then y's. In a typed
 * array, since code that V8 optimised for whole numbers in an object's fields is dropped at the first that is not.
 */
export function alongRow({ a, b, tx, c, d, ty }: Affine, v: number, line: Float64Array): void {
  line[0] = a;
  line[1] = b * v;
  line[2] = tx;
  line[3] = c;
  line[4] = d * v;
  line[5] = ty;
}

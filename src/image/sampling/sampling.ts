/** Request of a sampler and reading of pixels, which both samplers share. */
import type { Affine, Raster } from "../photo.ts";

export interface Normalisation {
  /** Normalisation: y = (x - mean) * scale, per channel R, G, B; x in 0..255. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** Input of a model, to be filled from a raster. */
export interface Sampling {
  readonly raster: Raster;
  /** Map from output coordinates (pixel centres at +0.5) to the raster's. */
  readonly map: Affine;
  /** Width of the output, px. */
  readonly width: number;
  readonly height: number;
  /** Number of samples per axis whose mean is an output pixel. */
  readonly samples: number;
  readonly normalisation: Normalisation;
  /** Output, 3 x height x width, planes R, G, B. */
  readonly out: Float32Array;
}

/**
 * RGBA as one little-endian word a pixel. The words are signed, because those of opaque pixels are then small (-2^24
 * to -1): until V8 has optimised a loop it allocates each number that is not small.
 */
export function wordsOf(data: Uint8Array | Uint8ClampedArray): Int32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/**
 * Writes six numbers of a row of samples at output row coordinate `v`: x = a*u + b*v + tx is a, b*v, tx; then y's.
 * They lie in a typed array, since code that V8 optimised for whole numbers in an object's fields is dropped at the
 * first number that is not whole.
 */
export function alongRow({ a, b, tx, c, d, ty }: Affine, v: number, line: Float64Array): void {
  line[0] = a;
  line[1] = b * v;
  line[2] = tx;
  line[3] = c;
  line[4] = d * v;
  line[5] = ty;
}

/**
 * Samples a photo straight into a model's input: one affine map from output pixels to the photo, float32 planes
 * (NCHW), normalised on the way.
 *
 * Where the map shrinks, each output pixel averages a grid of samples as fine as the raster (an area average); where
 * it does not, it is one bilinear sample. Everything outside the photo is black. `wasm/sampling` computes it, in a memory of
 * its own: into it goes the part of the raster that rows of the output need, and out of it come those rows.
 */

import { type Affine, compose, type Photo } from "../photo.ts";
import { bandsOf, bytesOf, copyPart, spareBytes } from "./part.ts";

export interface Normalisation {
  /** Normalisation: y = (x - mean) * scale, per channel R, G, B; x in 0..255. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/**
 * Fills `out` (3 x height x width, planes R, G, B) from `photo`. `toPhoto` maps output coordinates
 * (pixel centres at +0.5) to the photo's upright full-size coordinates. Throws a `RangeError` for
 * a map that is not finite, and for a raster or an output that is too short.
 */
export type Sampler = (
  photo: Photo,
  toPhoto: Affine,
  width: number,
  height: number,
  normalisation: Normalisation,
  out: Float32Array,
) => void;

/**
 * Most samples an output pixel has along an axis. More gain nothing: detectors see 1/16 of a side at most. Sums of 16
 * x 16 samples of 8 bits also just fit 16 bits.
 */
const maxSamplesPerAxis = 16;
const pageBytes = 65_536;

/** Exports of wasm/sampling; addresses and sizes in bytes. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  /** Address of `Request` in wasm/sampling/sampling.h. */
  request(): number;
  scratchBytes(): number;
  sample(part: number, out: number, scratch: number): void;
}

/** Makes a sampler from `wasm/sampling.wasm`. */
export function createSampler(module: WebAssembly.Module): Sampler {
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  const { memory } = exports;
  const base = align(exports.heapBase());
  const request = exports.request();

  return (photo, toPhoto, width, height, { mean, scale }, out) => {
    const { raster } = photo;
    const map = compose(toPhoto, photo.toRaster);
    if (!Object.values(map).every(Number.isFinite)) throw new RangeError("the map is not finite");
    if (raster.data.length < 4 * raster.width * raster.height || out.length < 3 * width * height)
      throw new RangeError("the raster or the output is too short");
    const shrink = Math.sqrt(Math.abs(map.a * map.d - map.b * map.c));
    const samples = Math.min(maxSamplesPerAxis, Math.max(1, Math.ceil(shrink - 0.25)));
    const black = [0, 1, 2].map((channel) => (0 - mean[channel]) * scale[channel]);
    for (const { from, to, part } of bandsOf(raster, map, width, height)) {
      if (bytesOf(part) === 0) {
        fillRows(out, black, width, height, from, to);
        continue;
      }
      const { a, b, tx, c, d, ty } = map;
      const { left, top } = part;
      new Float64Array(memory.buffer, request, 12).set([a, b, tx, c, d, ty, ...mean, ...scale]);
      const sizes = [left, top, part.right - left, width, height, from, to, samples];
      new Int32Array(memory.buffer, request + 96, 10).set([raster.width, raster.height, ...sizes]);
      const outAt = base + align(exports.scratchBytes());
      const partAt = outAt + align(4 * out.length);
      const missing = partAt + bytesOf(part) + spareBytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
      copyPart(raster, part, new Uint8Array(memory.buffer, partAt, bytesOf(part)));
      exports.sample(partAt, outAt, base);
      copyRows(new Float32Array(memory.buffer, outAt, out.length), out, width, height, from, to);
    }
  };
}

const align = (bytes: number) => Math.ceil(bytes / 64) * 64;

function copyRows(
  planes: Float32Array,
  out: Float32Array,
  width: number,
  height: number,
  from: number,
  to: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    const start = width * (height * channel + from);
    out.set(planes.subarray(start, start + width * (to - from)), start);
  }
}

function fillRows(
  out: Float32Array,
  values: readonly number[],
  width: number,
  height: number,
  from: number,
  to: number,
): void {
  values.forEach((value, channel) => {
    out.fill(value, width * (height * channel + from), width * (height * channel + to));
  });
}

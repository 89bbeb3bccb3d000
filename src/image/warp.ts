/**
 * Sampling a photo straight into a model's input: one affine map from output pixels to the photo,
 * float32 planes (NCHW), normalised on the way. Nothing is copied in between.
 *
 * Where the map shrinks, each output pixel averages a grid of samples as fine as the raster (an area
 * average); where it does not, it is one bilinear sample. Outside the photo the border rules.
 */
import { type Affine, compose, type Photo, type Raster } from "./photo.ts";

export interface Normalisation {
  /** y = (x - mean) * scale, per channel R, G, B; x in 0..255. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** What lies outside the photo: its nearest edge pixel, or black. */
export type Border = "edge" | "black";

/**
 * Beyond this many samples an output pixel and axis nothing is gained: detectors see 1/16 of a side at
 * most. Sums of 16 x 16 samples of 8 bits also just fit 16 bits.
 */
const maxSamplesPerAxis = 16;
/** From this many samples an axis on, each is its nearest pixel: their mean is the area's all the same. */
const fewestNearestSamples = 4;

/**
 * Fills `out` (3 x height x width, planes R, G, B) from `photo`. `toPhoto` maps output coordinates
 * (pixel centres at +0.5) to the photo's upright full-size coordinates.
 */
export function warp(
  photo: Photo,
  toPhoto: Affine,
  width: number,
  height: number,
  normalisation: Normalisation,
  border: Border,
  out: Float32Array,
): void {
  const map = compose(toPhoto, photo.toRaster);
  const shrink = Math.sqrt(Math.abs(map.a * map.d - map.b * map.c));
  const n = Math.min(maxSamplesPerAxis, Math.max(1, Math.ceil(shrink - 0.25)));
  const sample = n >= fewestNearestSamples ? sampleNearest : sampleBilinear;
  sample(photo.raster, map, n, width, height, border === "black", out);
  normalise(out, width * height, normalisation);
}

/** Writes the mean of each output pixel's n x n samples, 0..255. */
function sampleBilinear(
  { width: rasterWidth, height: rasterHeight, data }: Raster,
  map: Affine,
  n: number,
  width: number,
  height: number,
  black: boolean,
  out: Float32Array,
): void {
  const plane = width * height;
  const inverseCount = 1 / (n * n);
  const maxX = rasterWidth - 1;
  const maxY = rasterHeight - 1;
  const rowBytes = rasterWidth * 4;
  const step = 1 / n;

  for (let oy = 0; oy < height; oy++) {
    for (let ox = 0; ox < width; ox++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let j = 0; j < n; j++) {
        const v = oy + (j + 0.5) * step;
        for (let i = 0; i < n; i++) {
          const u = ox + (i + 0.5) * step;
          // Raster pixel centres lie at +0.5.
          let x = map.a * u + map.b * v + map.tx - 0.5;
          let y = map.c * u + map.d * v + map.ty - 0.5;
          if (black && (x < -0.5 || y < -0.5 || x > maxX + 0.5 || y > maxY + 0.5)) continue;
          x = Math.min(Math.max(x, 0), maxX);
          y = Math.min(Math.max(y, 0), maxY);
          const x0 = x | 0;
          const y0 = y | 0;
          const fx = x - x0;
          const fy = y - y0;
          const p00 = y0 * rowBytes + x0 * 4;
          const p01 = x0 < maxX ? p00 + 4 : p00;
          const down = y0 < maxY ? rowBytes : 0;
          const p10 = p00 + down;
          const p11 = p01 + down;
          const w11 = fx * fy;
          const w01 = fx - w11;
          const w10 = fy - w11;
          const w00 = 1 - fx - w10;
          r += data[p00] * w00 + data[p01] * w01 + data[p10] * w10 + data[p11] * w11;
          g += data[p00 + 1] * w00 + data[p01 + 1] * w01 + data[p10 + 1] * w10 + data[p11 + 1] * w11;
          b += data[p00 + 2] * w00 + data[p01 + 2] * w01 + data[p10 + 2] * w10 + data[p11 + 2] * w11;
        }
      }
      const index = oy * width + ox;
      out[index] = r * inverseCount;
      out[plane + index] = g * inverseCount;
      out[2 * plane + index] = b * inverseCount;
    }
  }
}

/** As `sampleBilinear`. A pixel is read as one little-endian word, and red and blue are added up side by side. */
function sampleNearest(
  { width: rasterWidth, height: rasterHeight, data }: Raster,
  { a, b, tx, c, d, ty }: Affine,
  n: number,
  width: number,
  height: number,
  black: boolean,
  out: Float32Array,
): void {
  const pixels = wordsOf(data);
  const plane = width * height;
  const inverseCount = 1 / (n * n);
  const step = 1 / n;
  const stepX = a * step;
  const stepY = c * step;

  for (let oy = 0; oy < height; oy++) {
    for (let ox = 0; ox < width; ox++) {
      const u = ox + 0.5 * step;
      let redBlue = 0;
      let green = 0;
      for (let j = 0; j < n; j++) {
        const v = oy + (j + 0.5) * step;
        let x = a * u + b * v + tx;
        let y = c * u + d * v + ty;
        for (let i = 0; i < n; i++, x += stepX, y += stepY) {
          let column = Math.floor(x);
          let row = Math.floor(y);
          if (column < 0 || row < 0 || column >= rasterWidth || row >= rasterHeight) {
            if (black) continue;
            column = Math.min(Math.max(column, 0), rasterWidth - 1);
            row = Math.min(Math.max(row, 0), rasterHeight - 1);
          }
          const word = pixels[row * rasterWidth + column];
          redBlue = (redBlue + (word & 0xff00ff)) | 0;
          green += (word >>> 8) & 0xff;
        }
      }
      const index = oy * width + ox;
      out[index] = (redBlue & 0xffff) * inverseCount;
      out[plane + index] = green * inverseCount;
      out[2 * plane + index] = (redBlue >>> 16) * inverseCount;
    }
  }
}

function wordsOf(data: Uint8Array | Uint8ClampedArray): Uint32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** In place: y = (x - mean) * scale, a plane at a time. */
function normalise(planes: Float32Array, plane: number, { mean, scale }: Normalisation): void {
  for (let channel = 0; channel < 3; channel++) {
    const m = mean[channel];
    const s = scale[channel];
    for (let i = channel * plane; i < (channel + 1) * plane; i++) planes[i] = (planes[i] - m) * s;
  }
}

/**
 * Samples a raster bilinearly and averages the samples. A row of samples is first placed (which pixel, how far beyond
 * its centre), then mixed: two small loops, which V8 optimises sooner and better than one large one.
 */
import type { Raster } from "../photo.ts";
import { alongRow, type Sampling, wordsOf } from "./sampling.ts";

/** Places of a row of samples, in their order. */
interface Places {
  /** Output coordinates, px. */
  readonly us: Float64Array;
  /** Index of the pixel up and left of the sample; `outside` adds nothing. */
  readonly indices: Int32Array;
  /** Distance to the right of that pixel's centre, 0 to 1. */
  readonly right: Float64Array;
  readonly down: Float64Array;
}

const outside = -1;

export function sampleBilinear(sampling: Sampling): void {
  const { raster, map, width, height, samples } = sampling;
  const pixels = wordsOf(raster.data);
  const places = createPlaces(width, samples);
  const line = new Float64Array(6);
  const sums = new Float64Array(3 * width);
  const step = 1 / samples;
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let j = 0; j < samples; j++) {
      alongRow(map, row + (j + 0.5) * step, line);
      placeRow(line, raster, places);
      addRow(pixels, raster, places, samples, sums);
    }
    writeRow(sums, row, sampling);
  }
}

function createPlaces(width: number, samples: number): Places {
  const count = width * samples;
  const us = new Float64Array(count);
  const step = 1 / samples;
  for (let column = 0, k = 0; column < width; column++) {
    for (let i = 0; i < samples; i++) us[k++] = column + (i + 0.5) * step;
  }
  return {
    us,
    indices: new Int32Array(count),
    right: new Float64Array(count),
    down: new Float64Array(count),
  };
}

function placeRow(line: Float64Array, raster: Raster, places: Places): void {
  const { us, indices, right, down } = places;
  const a = line[0];
  const bv = line[1];
  const tx = line[2];
  const c = line[3];
  const dv = line[4];
  const ty = line[5];
  const rasterWidth = raster.width;
  const maxX = rasterWidth - 1;
  const maxY = raster.height - 1;
  for (let k = 0; k < us.length; k++) {
    const u = us[k];
    // Pixel centres of the raster lie at +0.5.
    const x = a * u + bv + tx - 0.5;
    const y = c * u + dv + ty - 0.5;
    if (x >= 0 && y >= 0 && x < maxX && y < maxY) {
      const x0 = x | 0;
      const y0 = y | 0;
      indices[k] = y0 * rasterWidth + x0;
      right[k] = x - x0;
      down[k] = y - y0;
    } else {
      placeAtBorder(x, y, raster, places, k);
    }
  }
}

/**
 * Places samples near the border. Beyond the last pixel's centre, a sample lies at distance 1 from the last
 * pixel but one, so that every neighbour exists.
 */
function placeAtBorder(
  x: number,
  y: number,
  { width, height }: Raster,
  { indices, right, down }: Places,
  k: number,
): void {
  if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) {
    indices[k] = outside;
    return;
  }
  const insideX = Math.min(Math.max(x, 0), width - 1);
  const insideY = Math.min(Math.max(y, 0), height - 1);
  const x0 = Math.max(0, Math.min(insideX | 0, width - 2));
  const y0 = Math.max(0, Math.min(insideY | 0, height - 2));
  indices[k] = y0 * width + x0;
  right[k] = insideX - x0;
  down[k] = insideY - y0;
}

/** Adds the samples of a row to the sums of their output pixels: R, G, B by pixel, each sample 0 to 255. */
function addRow(
  pixels: Int32Array,
  raster: Raster,
  { indices, right, down }: Places,
  samples: number,
  sums: Float64Array,
): void {
  // A raster of one column or row has no neighbours, and its samples have no distance from it.
  const toRight = raster.width > 1 ? 1 : 0;
  const toBelow = raster.height > 1 ? raster.width : 0;
  for (let at = 0, k = 0; at < sums.length; at += 3) {
    let r = sums[at];
    let g = sums[at + 1];
    let b = sums[at + 2];
    for (const end = k + samples; k < end; k++) {
      const index = indices[k];
      if (index < 0) continue;
      const p00 = pixels[index];
      const p01 = pixels[index + toRight];
      const p10 = pixels[index + toBelow];
      const p11 = pixels[index + toBelow + toRight];
      const fx = right[k];
      const fy = down[k];
      const w11 = fx * fy;
      const w01 = fx - w11;
      const w10 = fy - w11;
      const w00 = 1 - fx - w10;
      r += (p00 & 255) * w00 + (p01 & 255) * w01 + (p10 & 255) * w10 + (p11 & 255) * w11;
      g +=
        ((p00 >>> 8) & 255) * w00 +
        ((p01 >>> 8) & 255) * w01 +
        ((p10 >>> 8) & 255) * w10 +
        ((p11 >>> 8) & 255) * w11;
      b +=
        ((p00 >>> 16) & 255) * w00 +
        ((p01 >>> 16) & 255) * w01 +
        ((p10 >>> 16) & 255) * w10 +
        ((p11 >>> 16) & 255) * w11;
    }
    sums[at] = r;
    sums[at + 1] = g;
    sums[at + 2] = b;
  }
}

/** Writes means, rounded to float32 and then normalised. */
function writeRow(sums: Float64Array, row: number, sampling: Sampling): void {
  const { width, height, samples, normalisation, out } = sampling;
  const inverseCount = 1 / (samples * samples);
  for (let channel = 0; channel < 3; channel++) {
    const mean = normalisation.mean[channel];
    const scale = normalisation.scale[channel];
    let at = (channel * height + row) * width;
    for (let k = channel; k < sums.length; k += 3) {
      out[at++] = (Math.fround(sums[k] * inverseCount) - mean) * scale;
    }
  }
}

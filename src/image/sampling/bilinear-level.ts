/**
 * Samples a raster bilinearly along its own axes and averages the samples. The mean of a level grid of samples is a
 * weighted mean of columns, then of rows: each pixel is read once for every output column that it counts in, and not
 * once for every sample.
 */
import type { Raster } from "../photo.ts";
import { type Sampling, wordsOf } from "./sampling.ts";

/** Weights of the raster's pixels along one of its axes in each output pixel: a run of `count` of them. */
interface Runs {
  readonly count: number;
  /** Index of each run's first pixel. */
  readonly first: Int32Array;
  /** [output pixels][count]; samples outside the raster have none. */
  readonly weights: Float64Array;
}

/** Pixels of the runs of most maps that shrink by less than two. */
const shortRun = 3;

/** Coordinate of the raster along one coordinate of the output: slope * output + shift, over `size` pixels. */
interface Axis {
  readonly slope: number;
  readonly shift: number;
  readonly size: number;
}

/** True when the output's axes are the raster's, or swapped. */
export function isLevel({ map: { a, b, c, d } }: Sampling): boolean {
  return (b === 0 && c === 0) || (a === 0 && d === 0);
}

/** @param sampling for which `isLevel` holds */
export function sampleBilinearLevel(sampling: Sampling): void {
  const { raster, map, width, height, samples } = sampling;
  const swapped = map.a === 0 && map.d === 0;
  const x = { slope: swapped ? map.b : map.a, shift: map.tx, size: raster.width };
  const y = { slope: swapped ? map.c : map.d, shift: map.ty, size: raster.height };
  const across = runsOf(x, swapped ? height : width, samples);
  const down = runsOf(y, swapped ? width : height, samples);
  const pixels = wordsOf(raster.data);
  const outputs = across.first.length;
  // Output rows that follow each other share raster rows, whose means across are kept.
  const kept = Array.from({ length: down.count }, () => ({ row: -1, means: new Float64Array(3 * outputs) }));
  const sums = new Float64Array(3 * outputs);
  for (let line = 0; line < down.first.length; line++) {
    for (let k = 0; k < down.count; k++) {
      const row = down.first[line] + k;
      const slot = kept[row % down.count];
      if (slot.row !== row && down.weights[line * down.count + k] !== 0) {
        if (across.count === shortRun) meansAcrossShort(pixels, raster, row, across, slot.means);
        else meansAcross(pixels, raster, row, across, slot.means);
        slot.row = row;
      }
    }
    if (down.count === shortRun) {
      writeShort(kept, line, down, swapped, sampling);
    } else {
      meansDown(kept, line, down, sums);
      write(sums, line, swapped, sampling);
    }
  }
}

function runsOf({ slope, shift, size }: Axis, outputs: number, samples: number): Runs {
  const count = Math.min(size, Math.max(shortRun, Math.ceil(Math.abs(slope) * (1 - 1 / samples)) + 2));
  const first = new Int32Array(outputs);
  const weights = new Float64Array(outputs * count);
  const step = 1 / samples;
  for (let output = 0; output < outputs; output++) {
    // Pixel centres of the raster lie at +0.5.
    const ends = [0.5 * step, 1 - 0.5 * step].map((along) => slope * (output + along) + shift - 0.5);
    const start = Math.max(0, Math.min(size - count, Math.floor(Math.min(...ends))));
    first[output] = start;
    for (let i = 0; i < samples; i++) {
      const place = slope * (output + (i + 0.5) * step) + shift - 0.5;
      if (!(place >= -0.5 && place <= size - 0.5)) continue;
      const inside = Math.min(Math.max(place, 0), size - 1);
      const pixel = Math.max(0, Math.min(Math.floor(inside), size - 2));
      const at = output * count + pixel - start;
      weights[at] += 1 - (inside - pixel);
      if (size > 1) weights[at + 1] += inside - pixel;
    }
  }
  return { count, first, weights };
}

/** Writes the weighted sums of a raster's row: planes R, G, B of output pixels. */
function meansAcross(
  pixels: Int32Array,
  { width }: Raster,
  row: number,
  { count, first, weights }: Runs,
  means: Float64Array,
): void {
  for (let output = 0, at = 0; output < first.length; output++) {
    let r = 0;
    let g = 0;
    let b = 0;
    let pixel = row * width + first[output];
    for (const end = at + count; at < end; at++) {
      const word = pixels[pixel++];
      const weight = weights[at];
      r += (word & 255) * weight;
      g += ((word >>> 8) & 255) * weight;
      b += ((word >>> 16) & 255) * weight;
    }
    means[output] = r;
    means[first.length + output] = g;
    means[2 * first.length + output] = b;
  }
}

/** Does the same for runs of `shortRun`. */
function meansAcrossShort(
  pixels: Int32Array,
  { width }: Raster,
  row: number,
  { first, weights }: Runs,
  means: Float64Array,
): void {
  const outputs = first.length;
  for (let output = 0, at = 0; output < outputs; output++, at += shortRun) {
    const pixel = row * width + first[output];
    const p = pixels[pixel];
    const q = pixels[pixel + 1];
    const r = pixels[pixel + 2];
    const a = weights[at];
    const b = weights[at + 1];
    const c = weights[at + 2];
    means[output] = (p & 255) * a + (q & 255) * b + (r & 255) * c;
    means[outputs + output] = ((p >>> 8) & 255) * a + ((q >>> 8) & 255) * b + ((r >>> 8) & 255) * c;
    means[2 * outputs + output] = ((p >>> 16) & 255) * a + ((q >>> 16) & 255) * b + ((r >>> 16) & 255) * c;
  }
}

/** Adds up the rows of an output line, two at a time. */
function meansDown(
  kept: readonly { readonly means: Float64Array }[],
  line: number,
  { count, first, weights }: Runs,
  sums: Float64Array,
): void {
  sums.fill(0);
  for (let k = 0; k < count; k += 2) {
    const upper = weights[line * count + k];
    const lower = k + 1 < count ? weights[line * count + k + 1] : 0;
    if (upper === 0 && lower === 0) continue;
    const above = kept[(first[line] + k) % count].means;
    const below = kept[(first[line] + k + 1) % count].means;
    for (let i = 0; i < sums.length; i++) sums[i] += upper * above[i] + lower * below[i];
  }
}

/** Writes means as a row of the output, or as a column of it, rounded to float32 and then normalised. */
function write(
  sums: Float64Array,
  line: number,
  isColumn: boolean,
  { width, height, samples, normalisation, out }: Sampling,
): void {
  const inverseCount = 1 / (samples * samples);
  const step = isColumn ? width : 1;
  for (let channel = 0; channel < 3; channel++) {
    const mean = normalisation.mean[channel];
    const scale = normalisation.scale[channel];
    let at = channel * width * height + (isColumn ? line : line * width);
    const outputs = sums.length / 3;
    for (let k = channel * outputs; k < (channel + 1) * outputs; k++, at += step) {
      out[at] = (Math.fround(sums[k] * inverseCount) - mean) * scale;
    }
  }
}

/** Adds up the rows of an output line, a run of `shortRun`, and writes the means likewise. */
function writeShort(
  kept: readonly { readonly means: Float64Array }[],
  line: number,
  { first, weights }: Runs,
  isColumn: boolean,
  { width, height, samples, normalisation, out }: Sampling,
): void {
  const [upper, middle, lower] = [0, 1, 2].map((k) => kept[(first[line] + k) % shortRun].means);
  const a = weights[line * shortRun];
  const b = weights[line * shortRun + 1];
  const c = weights[line * shortRun + 2];
  const inverseCount = 1 / (samples * samples);
  const step = isColumn ? width : 1;
  const outputs = upper.length / 3;
  for (let channel = 0; channel < 3; channel++) {
    const mean = normalisation.mean[channel];
    const scale = normalisation.scale[channel];
    let at = channel * width * height + (isColumn ? line : line * width);
    for (let k = channel * outputs; k < (channel + 1) * outputs; k++, at += step) {
      const sum = a * upper[k] + b * middle[k] + c * lower[k];
      out[at] = (Math.fround(sum * inverseCount) - mean) * scale;
    }
  }
}

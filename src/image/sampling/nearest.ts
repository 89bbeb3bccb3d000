/**
 * Averages nearest pixels, for maps that shrink so much that the mean of an area's samples is that of the area. Sums
 * are whole numbers: red and blue are added up side by side in one word, green in another.
 */
import type { Raster } from "../photo.ts";
import { alongRow, type Sampling, wordsOf } from "./sampling.ts";

/** Sums of an output row, by pixel: red in the low 16 bits and blue in the high ones; green from bit 8 on. */
interface Sums {
  readonly redBlue: Int32Array;
  readonly green: Int32Array;
}

const redBlueBits = 0xff00ff;
const greenBits = 0xff00;
const outside = -1;

export function sampleNearest(sampling: Sampling): void {
  const { a, b, c, d } = sampling.map;
  if (b === 0 && c === 0) sampleLevel(sampling, false);
  else if (a === 0 && d === 0) sampleLevel(sampling, true);
  else sampleTurned(sampling);
}

/** Coordinate of the raster along one coordinate of the output: slope * output + shift, in steps of `stride` pixels. */
interface Axis {
  readonly slope: number;
  readonly shift: number;
  /** Size of the raster along this coordinate, px. */
  readonly size: number;
  readonly stride: number;
}

/**
 * Samples with axes that are the raster's, or swapped: a pixel's index is a term of its column plus a term of its
 * row.
 */
function sampleLevel(sampling: Sampling, swapped: boolean): void {
  const { raster, map, width, height, samples } = sampling;
  const pixels = wordsOf(raster.data);
  const x = { slope: swapped ? map.b : map.a, shift: map.tx, size: raster.width, stride: 1 };
  const y = { slope: swapped ? map.c : map.d, shift: map.ty, size: raster.height, stride: raster.width };
  const columns = columnTerms(swapped ? y : x, width, samples);
  const rows = new Int32Array(samples + 1);
  const sums = { redBlue: new Int32Array(width), green: new Int32Array(width) };
  for (let row = 0; row < height; row++) {
    const count = rowTerms(swapped ? x : y, row, samples, rows);
    if (count === 0) {
      writeBlack(row, sampling);
      continue;
    }
    clear(sums);
    for (let j = 0; j < count; j += 2) addTwoRows(pixels, columns, rows[j], rows[j + 1], samples, sums);
    write(sums, row, sampling);
  }
}

function columnTerms(axis: Axis, width: number, samples: number): Int32Array {
  const terms = new Int32Array(width * samples);
  const step = 1 / samples;
  const positionStep = axis.slope * step;
  for (let column = 0, k = 0; column < width; column++) {
    let position = axis.slope * (column + 0.5 * step) + axis.shift;
    for (let i = 0; i < samples; i++, position += positionStep) terms[k++] = termAt(position, axis);
  }
  return terms;
}

/**
 * Writes the terms that lie inside the raster, and `outside` behind them when their number is odd. Returns their
 * number.
 */
function rowTerms(axis: Axis, row: number, samples: number, terms: Int32Array): number {
  const step = 1 / samples;
  let count = 0;
  for (let j = 0; j < samples; j++) {
    const term = termAt(axis.slope * (row + (j + 0.5) * step) + axis.shift, axis);
    if (term !== outside) terms[count++] = term;
  }
  if (count % 2 === 1) terms[count] = outside;
  return count;
}

function termAt(position: number, { size, stride }: Axis): number {
  const index = Math.floor(position);
  return index >= 0 && index < size ? index * stride : outside;
}

/** Adds two rows of samples at once, which halves the cost that a loop has by column. */
function addTwoRows(
  pixels: Int32Array,
  columns: Int32Array,
  first: number,
  second: number,
  samples: number,
  { redBlue, green }: Sums,
): void {
  // Without a second row, the first is read again and counts for nothing.
  const below = second === outside ? first : second;
  const redBlueBelow = second === outside ? 0 : redBlueBits;
  const greenBelow = second === outside ? 0 : greenBits;
  for (let at = 0, k = 0; at < redBlue.length; at++) {
    let rb = redBlue[at];
    let g = green[at];
    for (const end = k + samples; k < end; k++) {
      const column = columns[k];
      if (column < 0) continue;
      const p = pixels[first + column];
      const q = pixels[below + column];
      rb = (rb + (p & redBlueBits) + (q & redBlueBelow)) | 0;
      g += (p & greenBits) + (q & greenBelow);
    }
    redBlue[at] = rb;
    green[at] = g;
  }
}

function sampleTurned(sampling: Sampling): void {
  const { raster, map, width, height, samples } = sampling;
  const pixels = wordsOf(raster.data);
  const line = new Float64Array(6);
  const sums = { redBlue: new Int32Array(width), green: new Int32Array(width) };
  const step = 1 / samples;
  for (let row = 0; row < height; row++) {
    clear(sums);
    for (let j = 0; j < samples; j++) {
      alongRow(map, row + (j + 0.5) * step, line);
      addTurnedRow(pixels, raster, line, samples, sums);
    }
    write(sums, row, sampling);
  }
}

function addTurnedRow(
  pixels: Int32Array,
  raster: Raster,
  line: Float64Array,
  samples: number,
  { redBlue, green }: Sums,
): void {
  const { width, height } = raster;
  const step = 1 / samples;
  const stepX = line[0] * step;
  const stepY = line[3] * step;
  for (let at = 0; at < redBlue.length; at++) {
    let rb = redBlue[at];
    let g = green[at];
    let x = line[0] * (at + 0.5 * step) + line[1] + line[2];
    let y = line[3] * (at + 0.5 * step) + line[4] + line[5];
    for (let i = 0; i < samples; i++, x += stepX, y += stepY) {
      const inside = x >= 0 && y >= 0 && x < width && y < height;
      if (!inside) continue;
      const word = pixels[(y | 0) * width + (x | 0)];
      rb = (rb + (word & redBlueBits)) | 0;
      g += word & greenBits;
    }
    redBlue[at] = rb;
    green[at] = g;
  }
}

function clear({ redBlue, green }: Sums): void {
  redBlue.fill(0);
  green.fill(0);
}

/** Writes means, rounded to float32 and then normalised. */
function write({ redBlue, green }: Sums, row: number, sampling: Sampling): void {
  const { width, height, samples, normalisation, out } = sampling;
  const [meanRed, meanGreen, meanBlue] = normalisation.mean;
  const [scaleRed, scaleGreen, scaleBlue] = normalisation.scale;
  const inverseCount = 1 / (samples * samples);
  const plane = width * height;
  for (let column = 0, at = row * width; column < width; column++, at++) {
    const rb = redBlue[column];
    out[at] = (Math.fround((rb & 0xffff) * inverseCount) - meanRed) * scaleRed;
    out[plane + at] = (Math.fround((green[column] >>> 8) * inverseCount) - meanGreen) * scaleGreen;
    out[2 * plane + at] = (Math.fround((rb >>> 16) * inverseCount) - meanBlue) * scaleBlue;
  }
}

function writeBlack(row: number, { width, height, normalisation: { mean, scale }, out }: Sampling): void {
  for (let channel = 0; channel < 3; channel++) {
    const at = (channel * height + row) * width;
    out.fill((0 - mean[channel]) * scale[channel], at, at + width);
  }
}

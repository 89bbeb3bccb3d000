/**
 * Cells of a capture: luma on a square grid over the face, less its mean and by its deviation in each cell's
 * neighbourhood. Light, contrast and brightness are gone, and what is left is the face's own detail.
 */
import type { Capture } from "./capture.ts";

/** Cells of a row, and rows. */
export const across = 24;
/** Distance of two cells, px of the crop. */
const spacing = 4;
/** Cells on each side of a cell that are its neighbourhood. */
const around = 4;
/** Grey levels added to each deviation, so that the noise of a flat region stays small. */
const flatness = 6;

/** Similarity of the crop's plane about its centre: z -> (re + im i) z + x + y i, in px. */
export interface Motion {
  readonly re: number;
  readonly im: number;
  readonly x: number;
  readonly y: number;
}

export const atRest: Motion = { re: 1, im: 0, x: 0, y: 0 };

/** Reads cells into an array of its own, which the next call overwrites. */
export type CellReader = (capture: Capture, motion: Motion, mirrored: boolean) => Float32Array;

/** Offset of a column or a row from the crop's centre, px. */
export function offsetOf(index: number): number {
  return spacing * (index - (across - 1) / 2);
}

export function createCellReader(): CellReader {
  const wide = across + 1;
  const raw = new Float32Array(across * across);
  const sums = new Float64Array(wide * wide);
  const squares = new Float64Array(wide * wide);
  const cells = new Float32Array(across * across);

  return (capture, motion, mirrored) => {
    sample(capture, motion, mirrored, raw);
    // The tables hold the sums over all cells above and to the left.
    for (let row = 0, i = 0; row < across; row++) {
      let sum = 0;
      let square = 0;
      for (let column = 0, at = (row + 1) * wide + 1; column < across; column++, i++, at++) {
        sum += raw[i];
        square += raw[i] * raw[i];
        sums[at] = sums[at - wide] + sum;
        squares[at] = squares[at - wide] + square;
      }
    }
    for (let row = 0, i = 0; row < across; row++) {
      const top = Math.max(0, row - around) * wide;
      const bottom = Math.min(across, row + around + 1) * wide;
      for (let column = 0; column < across; column++, i++) {
        const left = Math.max(0, column - around);
        const right = Math.min(across, column + around + 1);
        const count = ((bottom - top) / wide) * (right - left);
        const mean =
          (sums[bottom + right] - sums[top + right] - sums[bottom + left] + sums[top + left]) / count;
        const square =
          (squares[bottom + right] - squares[top + right] - squares[bottom + left] + squares[top + left]) /
          count;
        const deviation = Math.sqrt(Math.max(0, square - mean * mean));
        cells[i] = (raw[i] - mean) / (deviation + flatness);
      }
    }
    return cells;
  };
}

/** Samples luma bilinearly at each cell's place; beyond the crop it is that of the nearest border. */
function sample(
  { luma, side }: Capture,
  { re, im, x, y }: Motion,
  mirrored: boolean,
  out: Float32Array,
): void {
  // Pixel centres of the crop lie at +0.5.
  const middle = side / 2 - 0.5;
  const sign = mirrored ? -1 : 1;
  const last = side - 1.001;
  for (let row = 0, i = 0; row < across; row++) {
    const down = offsetOf(row);
    for (let column = 0; column < across; column++, i++) {
      const right = offsetOf(column);
      const u = Math.min(last, Math.max(0, middle + sign * (re * right - im * down + x)));
      const v = Math.min(last, Math.max(0, middle + im * right + re * down + y));
      const left = u | 0;
      const top = v | 0;
      const fx = u - left;
      const fy = v - top;
      const at = top * side + left;
      const above = luma[at] + fx * (luma[at + 1] - luma[at]);
      const below = luma[at + side] + fx * (luma[at + side + 1] - luma[at + side]);
      out[i] = above + fy * (below - above);
    }
  }
}

/**
 * View of one capture, from which its sketch is made and with which sketches are compared: the smoothed luma of the
 * aligned crop, and where the crop lies in its photo.
 */
import type { Affine } from "../../image/photo.ts";

export interface Frame {
  /** Similarity from crop px to photo px, as a complex number: a turn of the photo and the photo's px a crop px. */
  readonly re: number;
  readonly im: number;
  /** Place of the crop's centre in the photo, px. */
  readonly x: number;
  readonly y: number;
  /** Size of the photo, px. */
  readonly width: number;
  readonly height: number;
}

export interface Capture {
  /** Luma of the crop, 0..255, smoothed to what cells can show, row by row. */
  readonly luma: Float32Array;
  /** Side of the crop, px. */
  readonly side: number;
  readonly frame: Frame;
}

/**
 * Pixels on each side that count in a smoothed one. Weights are a tent, 1 2 3 4 5 4 3 2 1, as wide as two cells: it takes out
 * detail that cells would show as false patterns.
 */
const reach = 4;
const tentSum = (reach + 1) ** 2;

/**
 * @param luma luma of the crop, 0..255, `side` x `side`
 * @param toPhoto similarity from the crop's coordinates to the photo's
 */
export function captureOf(
  luma: Float32Array,
  side: number,
  { a, b, tx, c, d, ty }: Affine,
  { width, height }: { readonly width: number; readonly height: number },
): Capture {
  const middle = side / 2;
  const frame = {
    re: a,
    im: c,
    x: a * middle + b * middle + tx,
    y: c * middle + d * middle + ty,
    width,
    height,
  };
  return { luma: smooth(extended(luma, side, frame), side), side, frame };
}

/** Gives each pixel of the crop that lies outside the photo the luma of the photo's border beside it. */
function extended(luma: Float32Array, side: number, frame: Frame): Float32Array {
  const { re, im, x, y, width, height } = frame;
  const size = re * re + im * im;
  // Between corners that lie in the photo all pixels do.
  const ends = [-side / 2, side / 2];
  if (ends.every((right) => ends.every((down) => shows(frame, right, down, 0)))) return luma;
  let whole: Float32Array | undefined;
  for (let row = 0, i = 0; row < side; row++) {
    const down = row + 0.5 - side / 2;
    for (let column = 0; column < side; column++, i++) {
      const right = column + 0.5 - side / 2;
      const u = re * right - im * down + x;
      const v = im * right + re * down + y;
      if (u >= 0 && v >= 0 && u <= width && v <= height) continue;
      whole ??= luma.slice();
      // The place of the border in the crop, a pixel inside, since the outermost pixels are mixed with black.
      const inset = Math.sqrt(size);
      const du = Math.min(width - inset, Math.max(inset, u)) - x;
      const dv = Math.min(height - inset, Math.max(inset, v)) - y;
      const near = (value: number) => Math.min(side - 1, Math.max(0, Math.floor(value + side / 2)));
      whole[i] = luma[near((re * dv - im * du) / size) * side + near((re * du + im * dv) / size)];
    }
  }
  return whole ?? luma;
}

/** True when the place in the crop, px from its centre, lies in the photo, at least `margin` px of the crop from its border. */
export function shows(
  { re, im, x, y, width, height }: Frame,
  right: number,
  down: number,
  margin: number,
): boolean {
  const u = re * right - im * down + x;
  const v = im * right + re * down + y;
  const inset = margin * Math.hypot(re, im);
  return u >= inset && v >= inset && u <= width - inset && v <= height - inset;
}

function smooth(luma: Float32Array, side: number): Float32Array {
  const across = new Float32Array(luma.length);
  const both = new Float32Array(luma.length);
  blurLines(luma, across, side, side, 1);
  blurLines(across, both, side, 1, side);
  return both;
}

/**
 * Blurs each line of a square along itself; `line` and `step` are the distances of two lines and of two values. The tent is
 * a mean of means of half its width, and each sum is the one before it with a value more and a value less.
 */
function blurLines(from: Float32Array, to: Float32Array, side: number, line: number, step: number): void {
  const padded = new Float64Array(side + 2 * reach);
  const sums = new Float64Array(side + reach);
  for (let i = 0; i < side; i++) {
    const start = i * line;
    for (let k = 0; k < padded.length; k++) {
      padded[k] = from[start + step * Math.min(side - 1, Math.max(0, k - reach))];
    }
    let sum = 0;
    for (let k = 0; k < reach; k++) sum += padded[k];
    for (let k = 0; k < sums.length; k++) {
      sum += padded[k + reach];
      sums[k] = sum;
      sum -= padded[k];
    }
    let total = 0;
    for (let k = 0; k < reach; k++) total += sums[k];
    for (let k = 0; k < side; k++) {
      total += sums[k + reach];
      to[start + step * k] = total / tentSum;
      total -= sums[k];
    }
  }
}

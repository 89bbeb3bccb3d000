/**
 * Averages areas of k x k pixels, on white, for formats whose decoders know no scales. A box at the right or bottom edge
 * averages the pixels that it has.
 */

import { onWhite } from "../alpha.ts";
import type { Part } from "../part.ts";
import type { Raster } from "../photo.ts";

/**
 * Shrinks a part of RGBA pixels that exist at full size: each pixel is shown on white, or as it is where alpha means
 * nothing, and then averaged.
 */
export function shrink(
  rgba: Uint8Array,
  width: number,
  height: number,
  part: Part,
  hasAlpha: boolean,
): Raster {
  const { factor, left, top, right, bottom } = part;
  const outWidth = right - left;
  const data = new Uint8Array(outWidth * (bottom - top) * 4);
  const sums = new Uint32Array(outWidth * 3);
  for (let row = top, out = 0; row < bottom; row++, out += outWidth * 4) {
    const end = Math.min((row + 1) * factor, height);
    sums.fill(0);
    for (let y = row * factor; y < end; y++) {
      addRow(rgba.subarray(y * width * 4, (y + 1) * width * 4), part, hasAlpha, sums);
    }
    writeMeans(sums, end - row * factor, width, part, data.subarray(out, out + outWidth * 4));
  }
  return { width: outWidth, height: bottom - top, data };
}

function addRow(rgba: Uint8Array, { factor, left, right }: Part, hasAlpha: boolean, sums: Uint32Array): void {
  for (let column = left, at = left * factor * 4, to = 0; column < right; column++, to += 3) {
    const end = Math.min(at + factor * 4, rgba.length);
    let red = 0;
    let green = 0;
    let blue = 0;
    for (; at < end; at += 4) {
      const alpha = hasAlpha ? rgba[at + 3] : 255;
      if (alpha === 255) {
        red += rgba[at];
        green += rgba[at + 1];
        blue += rgba[at + 2];
      } else {
        red += onWhite(rgba[at], alpha);
        green += onWhite(rgba[at + 1], alpha);
        blue += onWhite(rgba[at + 2], alpha);
      }
    }
    sums[to] += red;
    sums[to + 1] += green;
    sums[to + 2] += blue;
  }
}

function writeMeans(sums: Uint32Array, rows: number, width: number, part: Part, out: Uint8Array): void {
  const { factor, left } = part;
  for (let from = 0, to = 0; to < out.length; from += 3, to += 4) {
    const columns = Math.min(factor, width - (left + to / 4) * factor);
    const scale = 1 / (rows * columns);
    out[to] = sums[from] * scale + 0.5;
    out[to + 1] = sums[from + 1] * scale + 0.5;
    out[to + 2] = sums[from + 2] * scale + 0.5;
    out[to + 3] = 255;
  }
}

/** Parts of a raster that rows of an output need: few bytes at a time go into the samplers' memory. */
import type { Affine, Raster } from "../photo.ts";

/** A part of a raster, px; right and bottom are outside. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Rows `from` to `to` of an output, and all that they read. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly part: Part;
}

/** Most bytes of a raster's part, where one row of the output does not need more. */
const mostPartBytes = 1 << 20;
/** Bytes that are read behind a part, since two pixels are read at once. */
export const spareBytes = 4;

/** Returns bands of rows, one after the other; the part of rows that read nothing is empty. */
export function bandsOf(raster: Raster, map: Affine, width: number, height: number): Band[] {
  const bands: Band[] = [];
  for (let from = 0, to = height; from < height; from = to, to = height) {
    let part = partOf(raster, map, width, from, to);
    while (bytesOf(part) > mostPartBytes && to - from > 1) {
      to = from + Math.ceil((to - from) / 2);
      part = partOf(raster, map, width, from, to);
    }
    bands.push({ from, to, part });
  }
  return bands;
}

export function bytesOf({ left, top, right, bottom }: Part): number {
  return 4 * (right - left) * (bottom - top);
}

/**
 * Returns the part of the raster that these rows of the output read: where their corners lie, and around them as much as an
 * output pixel and the neighbours of a sample. Rows that lie outside of the raster have an empty part. A part of more than half of the raster's width has all of it, so that it is
 * copied at once.
 */
function partOf(
  { width, height }: Raster,
  { a, b, tx, c, d, ty }: Affine,
  outputWidth: number,
  from: number,
  to: number,
): Part {
  const span = (alongU: number, alongV: number, shift: number, size: number) => {
    const ends = [from, to].flatMap((v) => [0, outputWidth].map((u) => alongU * u + alongV * v + shift));
    const [least, most] = [Math.min(...ends), Math.max(...ends)];
    if (most < -1 || least > size + 1) return [0, 0] as const;
    const margin = Math.abs(alongU) + Math.abs(alongV) + 5;
    return [
      Math.max(0, Math.floor(least - margin)),
      Math.min(size, Math.max(0, Math.ceil(most + margin))),
    ] as const;
  };
  const [left, right] = span(a, b, tx, width);
  const [top, bottom] = span(c, d, ty, height);
  const isWide = right - left > width / 2;
  return isWide ? { left: 0, right: width, top, bottom } : { left, right, top, bottom };
}

export function copyPart({ width, data }: Raster, { left, top, right, bottom }: Part, to: Uint8Array): void {
  if (left === 0 && right === width) {
    to.set(data.subarray(4 * width * top, 4 * width * bottom));
    return;
  }
  const rowBytes = 4 * (right - left);
  for (let row = top; row < bottom; row++) {
    const at = 4 * (row * width + left);
    to.set(data.subarray(at, at + rowBytes), (row - top) * rowBytes);
  }
}

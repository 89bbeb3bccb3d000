/**
 * Averages areas of k x k pixels, for formats whose decoders know no scales. Rows come in one at a time, so a photo
 * never needs to exist at full size. A box at the right or bottom edge averages the pixels that it has: raster
 * coordinate = stored coordinate / k, exactly.
 */
import { allowsRaster, type DecodingCost, type ImageLimits } from "./limits.ts";
import type { Raster } from "./photo.ts";

export interface Shrinker {
  /** Adds the next row, RGBA, `4 * width` bytes. */
  addRow(rgba: Uint8Array): void;
  /** Raster, once every row has been added. Alpha is opaque. */
  readonly raster: Raster;
}

/** Chooses the largest k with 1/k >= `scaleAtLeast`, or the smallest that the limits allow. */
export function chooseFactor(
  width: number,
  height: number,
  scaleAtLeast: number,
  cost: DecodingCost,
  limits: ImageLimits,
): number {
  const longest = Math.max(width, height);
  let factor = Math.max(1, Math.min(longest, Math.floor(1 / Math.max(scaleAtLeast, 1 / longest) + 1e-9)));
  while (
    factor < 8 &&
    !allowsRaster(width * height, Math.ceil(width / factor) * Math.ceil(height / factor), cost, limits)
  ) {
    factor++;
  }
  return factor;
}

export function createShrinker(width: number, height: number, factor: number): Shrinker {
  const outWidth = Math.ceil(width / factor);
  const outHeight = Math.ceil(height / factor);
  const data = new Uint8Array(outWidth * outHeight * 4);
  const raster = { width: outWidth, height: outHeight, data };
  let rowsSeen = 0;

  if (factor === 1) {
    const addRow = (rgba: Uint8Array) => {
      const start = rowsSeen++ * width * 4;
      data.set(rgba, start);
      for (let i = start + 3; i < start + width * 4; i += 4) data[i] = 255;
    };
    return { addRow, raster };
  }

  const sums = new Uint32Array(outWidth * 3);
  let out = 0;

  function addRow(rgba: Uint8Array): void {
    for (let column = 0, at = 0; column < outWidth; column++) {
      const end = Math.min(at + factor * 4, width * 4);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (; at < end; at += 4) {
        red += rgba[at];
        green += rgba[at + 1];
        blue += rgba[at + 2];
      }
      sums[3 * column] += red;
      sums[3 * column + 1] += green;
      sums[3 * column + 2] += blue;
    }
    rowsSeen++;
    if (rowsSeen % factor === 0 || rowsSeen === height) writeRow();
  }

  function writeRow(): void {
    const rows = rowsSeen % factor || factor;
    for (let column = 0; column < outWidth; column++) {
      const columns = Math.min(factor, width - column * factor);
      const scale = 1 / (rows * columns);
      data[out++] = sums[3 * column] * scale + 0.5;
      data[out++] = sums[3 * column + 1] * scale + 0.5;
      data[out++] = sums[3 * column + 2] * scale + 0.5;
      data[out++] = 255;
    }
    sums.fill(0);
  }

  return { addRow, raster };
}

/** Shrinks pixels that exist at full size. */
export function shrink(rgba: Uint8Array, width: number, height: number, factor: number): Raster {
  const shrinker = createShrinker(width, height, factor);
  for (let row = 0; row < height; row++) {
    shrinker.addRow(rgba.subarray(row * width * 4, (row + 1) * width * 4));
  }
  return shrinker.raster;
}

/** Parts of a photo at 1/factor of its size, for formats whose decoders know no scales. */
import type { DecodeRequest, Region } from "./encoded-photo.ts";
import { allowsRaster, type DecodingCost, type ImageLimits, workingBytes } from "./limits.ts";
import { type Orientation, placeRaster, uprightSize, uprightToStored } from "./orientation.ts";
import type { Photo, Raster } from "./photo.ts";

/**
 * Pixels of the raster of the whole photo at 1/factor, as stored: right and bottom are outside. Raster coordinate =
 * stored coordinate / factor, exactly.
 */
export interface Part {
  readonly factor: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Size as stored, px. */
export interface StoredSize {
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

/** Chooses the largest factor with 1/factor >= `scaleAtLeast`, or the smallest that the limits allow. */
export function planPart(
  size: StoredSize,
  { scaleAtLeast, region }: DecodeRequest,
  cost: DecodingCost,
  limits: ImageLimits,
): Part {
  const { width, height } = size;
  const longest = Math.max(width, height);
  let factor = Math.max(1, Math.min(longest, Math.floor(1 / Math.max(scaleAtLeast, 1 / longest) + 1e-9)));
  while (true) {
    const part = partAt(size, factor, region);
    if (factor >= 8 || allowsRaster(width * height, pixelsOf(part), cost, limits)) return part;
    factor++;
  }
}

/** The pixels that show any of the region, which is widened to one pixel where it lies outside of the photo. */
function partAt({ width, height, orientation }: StoredSize, factor: number, region?: Region): Part {
  const right = Math.ceil(width / factor);
  const bottom = Math.ceil(height / factor);
  if (region === undefined) return { factor, left: 0, top: 0, right, bottom };
  const { a, b, tx, c, d, ty } = uprightToStored(orientation, width, height);
  const corners = [
    [region.x, region.y],
    [region.x + region.width, region.y + region.height],
  ];
  const [left, endX] = span(
    corners.map(([x, y]) => a * x + b * y + tx),
    factor,
    right,
  );
  const [top, endY] = span(
    corners.map(([x, y]) => c * x + d * y + ty),
    factor,
    bottom,
  );
  return { factor, left, top, right: endX, bottom: endY };
}

function span(ends: readonly number[], factor: number, side: number): [from: number, to: number] {
  const from = Math.max(0, Math.min(side - 1, Math.floor(Math.min(...ends) / factor)));
  return [from, Math.max(from + 1, Math.min(side, Math.ceil(Math.max(...ends) / factor)))];
}

function pixelsOf({ left, top, right, bottom }: Part): number {
  return (right - left) * (bottom - top);
}

/** Bytes that the decode of a part holds, the file and the raster included. */
export function partBytes({ width, height }: StoredSize, part: Part, cost: DecodingCost): number {
  return workingBytes(width * height, pixelsOf(part), cost);
}

/** The photo whose part this raster shows. */
export function photoOf({ width, height, orientation }: StoredSize, part: Part, raster: Raster): Photo {
  const whole = placeRaster(orientation, width, height, 1 / part.factor);
  const toRaster = { ...whole, tx: whole.tx - part.left, ty: whole.ty - part.top };
  return { ...uprightSize(orientation, width, height), raster, toRaster };
}

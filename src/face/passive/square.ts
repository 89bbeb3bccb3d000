/** Squares around a face that the passive networks and signals look at. */
import type { Affine, Photo } from "../../image/photo.ts";
import type { Sampler } from "../../image/sampling/sampler.ts";
import type { Box } from "../geometry.ts";

/** A square with level sides, in the photo's coordinates. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/**
 * Returns the square around the box's middle whose side is `reach` of the box's longer sides, no larger than the photo
 * and moved to lie inside it: networks were trained on squares without black borders.
 */
export function squareAround({ x, y, width, height }: Box, reach: number, photo: Photo): Square {
  const side = Math.min(reach * Math.max(width, height), photo.width, photo.height);
  const inside = (start: number, most: number) => Math.min(most - side, Math.max(0, start));
  return {
    left: inside(x + width / 2 - side / 2, photo.width),
    top: inside(y + height / 2 - side / 2, photo.height),
    side,
  };
}

/** Returns the map from a picture of `pixels` a side to the photo. */
export function squareToPhoto({ left, top, side }: Square, pixels: number): Affine {
  const scale = side / pixels;
  return { a: scale, b: 0, tx: left, c: 0, d: scale, ty: top };
}

/** Normalisation that leaves pixels as they are, 0..255. */
export const untouched = { mean: [0, 0, 0], scale: [1, 1, 1] };

/** Samples the square as planes R, G, B of `pixels` a side, 0..255. */
export function samplePlanes(sample: Sampler, photo: Photo, square: Square, pixels: number): Float32Array {
  const planes = new Float32Array(3 * pixels * pixels);
  sample(photo, squareToPhoto(square, pixels), pixels, pixels, untouched, planes);
  return planes;
}

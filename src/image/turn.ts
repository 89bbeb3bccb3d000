/** Quarter turns of a photo. No pixel is copied: samplers compose with the map. */
import { type Affine, compose, type Photo } from "./photo.ts";

/** Degrees clockwise by which a photo is turned before it is looked at. */
export const quarterTurns = [0, 90, 180, 270] as const;
export type QuarterTurn = (typeof quarterTurns)[number];

/** The photo turned clockwise; its coordinates are those of the turned picture. */
export function turnPhoto(photo: Photo, turned: QuarterTurn): Photo {
  if (turned === 0) return photo;
  const lying = turned !== 180;
  return {
    width: lying ? photo.height : photo.width,
    height: lying ? photo.width : photo.height,
    raster: photo.raster,
    toRaster: compose(fromTurned(turned, photo), photo.toRaster),
  };
}

/** Maps the turned picture's coordinates to the photo's, whose size before the turn is given. */
export function fromTurned(
  turned: QuarterTurn,
  { width, height }: { readonly width: number; readonly height: number },
): Affine {
  switch (turned) {
    case 0:
      return { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
    case 90:
      return { a: 0, b: 1, tx: 0, c: -1, d: 0, ty: height };
    case 180:
      return { a: -1, b: 0, tx: width, c: 0, d: -1, ty: height };
    case 270:
      return { a: 0, b: -1, tx: width, c: 1, d: 0, ty: 0 };
  }
}

/**
 * Exif orientation (Exif 2.32, 4.6.4.A, tag 0x0112) as an affine map. Pixels are never turned: samplers of the photo
 * apply the map.
 */
import { type Affine, compose } from "./photo.ts";

/**
 * Orientation: 1 upright, 2 mirrored, 3 turned by 180, 4 flipped, 5 transposed, 6 needs 90 clockwise, 7 transverse, 8
 * needs 270.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Size of the upright photo; 5 to 8 lie on their side. */
export function uprightSize(
  orientation: Orientation,
  width: number,
  height: number,
): { readonly width: number; readonly height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** Map from upright coordinates to stored ones, both at full size; `width` and `height` are the stored raster's, px. */
export function uprightToStored(orientation: Orientation, width: number, height: number): Affine {
  switch (orientation) {
    case 1:
      return { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
    case 2:
      return { a: -1, b: 0, tx: width, c: 0, d: 1, ty: 0 };
    case 3:
      return { a: -1, b: 0, tx: width, c: 0, d: -1, ty: height };
    case 4:
      return { a: 1, b: 0, tx: 0, c: 0, d: -1, ty: height };
    case 5:
      return { a: 0, b: 1, tx: 0, c: 1, d: 0, ty: 0 };
    case 6:
      return { a: 0, b: 1, tx: 0, c: -1, d: 0, ty: height };
    case 7:
      return { a: 0, b: -1, tx: width, c: -1, d: 0, ty: height };
    case 8:
      return { a: 0, b: -1, tx: width, c: 1, d: 0, ty: 0 };
  }
}

/**
 * Map of `Photo.toRaster` for a raster decoded at `scale`: raster coordinate = stored coordinate * scale, exactly,
 * however the raster's own size was rounded.
 */
export function placeRaster(orientation: Orientation, width: number, height: number, scale: number): Affine {
  const shrink = { a: scale, b: 0, tx: 0, c: 0, d: scale, ty: 0 };
  return compose(uprightToStored(orientation, width, height), shrink);
}

/**
 * Reads the orientation in an Exif block that starts at its TIFF header (Exif 2.32, 4.5.2; TIFF 6.0, section 2).
 * Reads IFD0 and nothing else. A malformed or absent value counts as 1, as in every viewer.
 */
export function readExifOrientation(tiff: Uint8Array): Orientation {
  if (tiff.length < 14) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  const little = order === 0x4949; // "II", or "MM"
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = Math.min(view.getUint16(directory, little), maxDirectoryEntries);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const type = view.getUint16(at + 2, little);
    const isOneNumber = (type === short || type === long) && view.getUint32(at + 4, little) === 1;
    const value = type === long ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
    return isOneNumber && value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

/** Types of a field (TIFF 6.0, section 2). Some programs write the orientation as LONG. */
const short = 3;
const long = 4;

/** Most entries of IFD0 that are read. Cameras write about 15. */
const maxDirectoryEntries = 256;

/**
 * Decoded photo. Pixels stay as the file stores them, perhaps at a fraction of their size and perhaps lying on their
 * side; `toRaster` says where each point of the upright, full-size photo is. Samplers compose with it, so neither
 * orientation nor scale ever costs a copy.
 *
 * Coordinates are continuous: the centre of the first pixel is (0.5, 0.5), the photo spans [0, width] x [0, height].
 * Every box and landmark in sameface is in upright full-size coordinates.
 */

/** Pixels as 8-bit RGBA, row-major, no padding: `data.length === 4 * width * height`. Alpha is ignored. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Affine map: x' = a*x + b*y + tx, y' = c*x + d*y + ty. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly c: number;
  readonly d: number;
  readonly ty: number;
}

export interface Photo {
  /** Width of the upright photo at full resolution, px. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the whole photo, or of the part that was requested. */
  readonly raster: Raster;
  /** Map from upright full-size coordinates to raster coordinates. */
  readonly toRaster: Affine;
}

/** Composes a map that applies `first`, then `second`. */
export function compose(first: Affine, second: Affine): Affine {
  return {
    a: second.a * first.a + second.b * first.c,
    b: second.a * first.b + second.b * first.d,
    tx: second.a * first.tx + second.b * first.ty + second.tx,
    c: second.c * first.a + second.d * first.c,
    d: second.c * first.b + second.d * first.d,
    ty: second.c * first.tx + second.d * first.ty + second.ty,
  };
}

/**
 * Every limit on a photo in one place. All are checked on the file's headers, before a pixel of it is
 * allocated. The length of the request body is HTTP's own limit.
 *
 * The defaults keep one decode within about 60 MB, so that it fits a 128 MB isolate which also holds the
 * models, the encoded file and onnxruntime's arena.
 */
import { type Failure, fail } from "../errors.ts";

export interface ImageLimits {
  /** Shorter side, px. */
  readonly minSidePixels: number;
  /** A ceiling for the time a decode takes; memory has its own limit below. */
  readonly jpegMaxPixels: number;
  readonly pngMaxPixels: number;
  readonly webpMaxPixels: number;
  readonly avifMaxPixels: number;
  /** SOS markers in a JPEG: each scan passes over every block again. */
  readonly maxScans: number;
  /** What a decoder's own memory may reach: its copy of the file, coefficients or planes, and pixels. */
  readonly maxWorkingBytes: number;
  /** A larger raster is never handed out: the scale is lowered instead. */
  readonly maxRasterPixels: number;
}

export const defaultImageLimits: ImageLimits = {
  minSidePixels: 32,
  jpegMaxPixels: 50_000_000,
  pngMaxPixels: 25_000_000,
  webpMaxPixels: 12_500_000,
  avifMaxPixels: 12_500_000,
  maxScans: 100,
  maxWorkingBytes: 48 * 1024 * 1024,
  maxRasterPixels: 4_000_000,
};

/** What one format costs a decoder: `fixedBytes + bytesPerPixel * pixels`, full size. */
export interface DecodingCost {
  readonly fixedBytes: number;
  readonly bytesPerPixel: number;
}

/** The failure that an image of this size meets, or undefined where it is within the limits. */
export function refuseSize(
  width: number,
  height: number,
  maxPixels: number,
  cost: DecodingCost,
  { minSidePixels, maxWorkingBytes }: ImageLimits,
): { readonly ok: false; readonly failure: Failure } | undefined {
  if (width === 0 || height === 0) {
    return fail({ code: "invalid_image", reason: "its header gives a size of zero" });
  }
  const room = Math.max(0, maxWorkingBytes - cost.fixedBytes);
  const affordable = cost.bytesPerPixel === 0 ? maxPixels : Math.floor(room / cost.bytesPerPixel);
  const limit = Math.min(maxPixels, affordable);
  const actual = width * height;
  if (actual > limit) return fail({ code: "image_too_large", limit, actual, unit: "pixels" });
  if (Math.min(width, height) < minSidePixels) {
    const reason = `it measures ${width} by ${height} pixels, and no side may be under ${minSidePixels}`;
    return fail({ code: "invalid_image", reason });
  }
  return undefined;
}

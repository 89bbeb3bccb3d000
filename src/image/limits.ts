/**
 * Limits on a photo, all in one place. They are checked on the file's headers, before a pixel of it is allocated. The
 * length of the request body is HTTP's own limit.
 *
 * The defaults keep one decode within 59 MB, so that it fits a 128 MB isolate which also holds 14 MB of models and
 * runtime, and bodies.
 */
import { fail } from "../errors.ts";
import { invalid, type Refusal } from "./refusal.ts";

export interface ImageLimits {
  /** Least length of the shorter side, px. */
  readonly minSidePixels: number;
  /**
   * Most pixels of a JPEG. This and the next limits bound the time that a decode takes; memory has its own limit
   * below, which is often the lower one.
   */
  readonly jpegMaxPixels: number;
  /** Most pixels of a PNG at 24 bits a pixel or fewer; proportionally fewer at more bits. */
  readonly pngMaxPixels: number;
  readonly webpMaxPixels: number;
  readonly avifMaxPixels: number;
  /** Most SOS markers in a JPEG: each scan passes over every block again. */
  readonly maxScans: number;
  /**
   * Most blocks of 8 x 8 samples that all scans of a JPEG together go through; 64 megapixels in ten scans have 15
   * million.
   */
  readonly maxScanBlocks: number;
  /** Most bytes that one decode holds: the file and copies of it, coefficients or planes, and the raster. */
  readonly maxWorkingBytes: number;
  /** Most pixels of a raster. A larger one is never handed out: the scale is lowered. */
  readonly maxRasterPixels: number;
}

export const defaultImageLimits: ImageLimits = {
  minSidePixels: 32,
  jpegMaxPixels: 65_000_000,
  pngMaxPixels: 50_000_000,
  webpMaxPixels: 16_000_000,
  avifMaxPixels: 16_000_000,
  maxScans: 100,
  maxScanBlocks: 40_000_000,
  maxWorkingBytes: 56 * 1024 * 1024,
  maxRasterPixels: 4_000_000,
};

/** Bytes that a decode holds: `fixedBytes + bytesPerPixel * full size + bytesPerRasterPixel * raster`. */
export interface DecodingCost {
  readonly fixedBytes: number;
  readonly bytesPerPixel: number;
  readonly bytesPerRasterPixel: number;
}

/** Share of the full size's pixels that a raster has at least. */
const leastRasterShare = 1 / 64;

/** Failure that an image of this size meets; undefined when it is within the limits. */
export function refuseSize(
  width: number,
  height: number,
  maxPixels: number,
  cost: DecodingCost,
  { minSidePixels, maxWorkingBytes }: ImageLimits,
): Refusal | undefined {
  if (width === 0 || height === 0) {
    return invalid("its header gives a size of zero");
  }
  const leastBytesPerPixel = cost.bytesPerPixel + cost.bytesPerRasterPixel * leastRasterShare;
  const room = Math.max(0, maxWorkingBytes - cost.fixedBytes);
  const limit = Math.min(maxPixels, Math.floor(room / leastBytesPerPixel));
  const actual = width * height;
  if (actual > limit) {
    if (limit >= minSidePixels ** 2) return fail({ code: "image_too_large", limit, actual, unit: "pixels" });
    // The buffers of one wide row may take all of the memory: then no number of pixels would be few enough.
    if (actual > maxPixels)
      return fail({ code: "image_too_large", limit: maxPixels, actual, unit: "pixels" });
    return fail({ code: "image_too_large", limit: maxWorkingBytes, unit: "bytes" });
  }
  if (Math.min(width, height) < minSidePixels) {
    return invalid(`it measures ${width} by ${height} pixels, and no side may be under ${minSidePixels}`);
  }
  return undefined;
}

export function workingBytes(pixels: number, rasterPixels: number, cost: DecodingCost): number {
  return cost.fixedBytes + cost.bytesPerPixel * pixels + cost.bytesPerRasterPixel * rasterPixels;
}

/** True when a photo of `pixels` may be decoded to a raster of `rasterPixels`. */
export function allowsRaster(
  pixels: number,
  rasterPixels: number,
  cost: DecodingCost,
  { maxRasterPixels, maxWorkingBytes }: ImageLimits,
): boolean {
  return rasterPixels <= maxRasterPixels && workingBytes(pixels, rasterPixels, cost) <= maxWorkingBytes;
}

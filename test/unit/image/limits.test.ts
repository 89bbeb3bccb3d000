import { describe, expect, it } from "vitest";
import { fail } from "../../../src/errors.ts";
import type { Region } from "../../../src/image/decode.ts";
import {
  allowsRaster,
  type DecodingCost,
  defaultImageLimits,
  type ImageLimits,
  refuseSize,
  workingBytes,
} from "../../../src/image/limits.ts";
import { planPart } from "../../../src/image/part.ts";

function chooseFactor(
  width: number,
  height: number,
  scaleAtLeast: number,
  cost: DecodingCost,
  limited: ImageLimits,
  region?: Region,
): number {
  const request = region === undefined ? { scaleAtLeast } : { scaleAtLeast, region };
  return planPart({ width, height, orientation: 1 }, request, cost, limited).factor;
}

const free = { fixedBytes: 0, bytesPerPixel: 0, bytesPerRasterPixel: 0 };
const limits = {
  ...defaultImageLimits,
  minSidePixels: 32,
  maxWorkingBytes: 1_000_000,
  maxRasterPixels: 10_000,
};

describe("a photo's size", () => {
  it("of the most pixels passes, and of one row more fails with the limit and its own", () => {
    expect(refuseSize(100, 50, 5000, free, limits)).toBeUndefined();
    expect(refuseSize(100, 51, 5000, free, limits)).toMatchObject({
      failure: { code: "image_too_large", limit: 5000, actual: 5100, unit: "pixels" },
    });
  });

  it.each([
    [0, 50],
    [50, 0],
    [0, 0],
  ])("of %i x %i is no size", (width, height) => {
    expect(refuseSize(width, height, 5000, free, limits)).toMatchObject({
      failure: { code: "invalid_image", reason: "its header gives a size of zero" },
    });
  });

  it.each([
    [32, 40, true],
    [40, 32, true],
    [31, 40, false],
    [40, 31, false],
  ])("of %i x %i has sides of 32 px at least: %s", (width, height, isLarge) => {
    const refused = refuseSize(width, height, 5000, free, limits);
    if (isLarge) expect(refused).toBeUndefined();
    else
      expect(refused).toMatchObject({
        failure: { reason: `it measures ${width} by ${height} pixels, and no side may be under 32` },
      });
  });

  it("that is too large in all and too small on a side is too large", () => {
    expect(refuseSize(1, 6000, 5000, free, limits)).toMatchObject({ failure: { code: "image_too_large" } });
  });

  it("of which the buffers of one row leave no memory fails with the limit on pixels, not with none", () => {
    const wide = { fixedBytes: 1_000_000, bytesPerPixel: 1, bytesPerRasterPixel: 0 };
    expect(refuseSize(100_000, 40, 5000, wide, limits)).toMatchObject({
      failure: { code: "image_too_large", limit: 5000, actual: 4_000_000 },
    });
  });

  it("is bounded by memory too: what is fixed, what each pixel takes, and the smallest raster's 1/64 of them", () => {
    // 1,000,000 less 200,000, at 100 and 6,400 / 64 bytes a pixel, are 4,000 pixels.
    const cost = { fixedBytes: 200_000, bytesPerPixel: 100, bytesPerRasterPixel: 6400 };
    expect(refuseSize(80, 50, 5000, cost, limits)).toBeUndefined();
    expect(refuseSize(80, 51, 5000, cost, limits)).toMatchObject({ failure: { limit: 4000, actual: 4080 } });
  });

  it("of any number of pixels fails with the limit on memory where the fixed part takes all of it", () => {
    for (const fixedBytes of [1_000_000, 2_000_000]) {
      const cost = { fixedBytes, bytesPerPixel: 1, bytesPerRasterPixel: 0 };
      expect(refuseSize(40, 40, 5000, cost, limits)).toEqual(
        fail({ code: "image_too_large", limit: 1_000_000, unit: "bytes" }),
      );
    }
  });
});

describe("a raster", () => {
  const cost = { fixedBytes: 1000, bytesPerPixel: 10, bytesPerRasterPixel: 100 };

  it("costs its own pixels beside the photo's and what is fixed", () => {
    expect(workingBytes(50, 7, cost)).toBe(1000 + 500 + 700);
  });

  it("may take all of the memory, and not a byte more", () => {
    // 1,000 + 10 * 10,000 + 100 * 8,990 = 1,000,000.
    expect(allowsRaster(10_000, 8990, cost, limits)).toBe(true);
    expect(allowsRaster(10_000, 8991, cost, limits)).toBe(false);
    expect(allowsRaster(10_001, 8990, cost, limits)).toBe(false);
  });

  it("may have the most pixels, and not one more", () => {
    expect(allowsRaster(10_000, 10_000, free, limits)).toBe(true);
    expect(allowsRaster(10_000, 10_001, free, limits)).toBe(false);
  });
});

describe("the factor by which a photo is shrunk", () => {
  it.each([
    [1, 1],
    [0.51, 1],
    [0.5, 2],
    [0.34, 2],
    [1 / 3, 3],
    [0.1, 10],
    [0.01, 100],
    [0.001, 100],
    [0, 100],
    [7, 1],
  ])("for a scale of at least %f is %i, for a photo of 100 x 60", (scaleAtLeast, factor) => {
    expect(chooseFactor(100, 60, scaleAtLeast, free, limits)).toBe(factor);
    expect(chooseFactor(60, 100, scaleAtLeast, free, limits)).toBe(factor);
  });

  it("is the smallest that the raster's limit allows, sides rounded up", () => {
    // A photo of 301 x 100 at 1/3 is 101 x 34 px.
    const at = (maxRasterPixels: number) => chooseFactor(301, 100, 1, free, { ...limits, maxRasterPixels });
    expect(at(301 * 100)).toBe(1);
    expect(at(301 * 100 - 1)).toBe(2);
    expect(at(101 * 34)).toBe(3);
    expect(at(101 * 34 - 1)).toBe(4);
  });

  it("does not go past 8 for a limit, which a photo that was let in keeps there", () => {
    expect(chooseFactor(800, 800, 1, free, { ...limits, maxRasterPixels: 1 })).toBe(8);
    expect(chooseFactor(800, 800, 0.1, free, { ...limits, maxRasterPixels: 1 })).toBe(10);
  });

  it("looks at the part that is asked for alone", () => {
    const region = { x: 50, y: 20, width: 100, height: 50 };
    const at = (maxRasterPixels: number) =>
      chooseFactor(301, 100, 1, free, { ...limits, maxRasterPixels }, region);
    expect(at(100 * 50)).toBe(1);
    expect(at(100 * 50 - 1)).toBe(2);
  });

  it("looks at the memory of photo and raster together", () => {
    const cost = { fixedBytes: 0, bytesPerPixel: 10, bytesPerRasterPixel: 90 };
    // 100 x 100 px take 100,000 for the photo, and 900,000 / n^2 for the raster.
    const at = (maxWorkingBytes: number) => chooseFactor(100, 100, 1, cost, { ...limits, maxWorkingBytes });
    expect(at(1_000_000)).toBe(1);
    expect(at(999_999)).toBe(2);
    expect(at(325_000)).toBe(2);
    expect(at(324_999)).toBe(3);
  });
});

describe("the default limits", () => {
  const { jpegMaxPixels, pngMaxPixels, maxRasterPixels } = defaultImageLimits;

  it.each([
    ["a JPEG of 65 megapixels", jpegMaxPixels, 10_000, 6500],
    ["a PNG of 50 megapixels", pngMaxPixels, 8000, 6250],
  ])("take %s, and not one row more", (_, maxPixels, width, height) => {
    expect(refuseSize(width, height, maxPixels, free, defaultImageLimits)).toBeUndefined();
    expect(refuseSize(width, height + 1, maxPixels, free, defaultImageLimits)).toMatchObject({
      failure: { code: "image_too_large", limit: width * height },
    });
  });

  it("hand out a raster of 4 megapixels, and not one row more", () => {
    expect(maxRasterPixels).toBe(2000 * 2000);
    expect(chooseFactor(2000, 2000, 1, free, defaultImageLimits)).toBe(1);
    expect(chooseFactor(2000, 2001, 1, free, defaultImageLimits)).toBe(2);
  });

  it("give one decode 56 MiB", () => {
    const cost = { fixedBytes: 56 * 1024 * 1024, bytesPerPixel: 0, bytesPerRasterPixel: 0 };
    expect(allowsRaster(1, 1, cost, defaultImageLimits)).toBe(true);
    expect(allowsRaster(1, 1, { ...cost, fixedBytes: cost.fixedBytes + 1 }, defaultImageLimits)).toBe(false);
  });
});

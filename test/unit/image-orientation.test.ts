import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openPhoto } from "../../src/image/decode.ts";
import { defaultImageLimits } from "../../src/image/limits.ts";
import { placeRaster, readExifOrientation, uprightSize } from "../../src/image/orientation.ts";
import { compose, invert } from "../../src/image/photo.ts";
import { createShrinker } from "../../src/image/shrink.ts";
import { nodeCodecs } from "../fixtures/codecs.ts";
import { areaAverage, meanDifference, upright } from "../fixtures/compare.ts";
import { encodeJpeg, exifBlock, orientations, scene, storedFor } from "../fixtures/images.ts";

const anyOrientation = fc.constantFrom(...orientations);

describe("Exif orientation", () => {
  it("maps every upright pixel to the one the specification's table puts there", () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(anyOrientation, side, side, (orientation, width, height) => {
        const photo = scene(width, height);
        const stored = storedFor(photo, orientation);
        expect(uprightSize(orientation, stored.width, stored.height)).toEqual({ width, height });
        const toRaster = placeRaster(orientation, stored.width, stored.height, 1);
        expect(upright({ width, height, raster: stored, toRaster }).data).toEqual(photo.data);
      }),
    );
  });

  it("maps the upright photo's corners to the raster's corners at any scale", () => {
    const scale = fc.integer({ min: 1, max: 8 }).map((eighths) => eighths / 8);
    fc.assert(
      fc.property(anyOrientation, scale, (orientation, s) => {
        const map = placeRaster(orientation, 400, 240, s);
        const identity = compose(map, invert(map));
        for (const [key, value] of Object.entries({ a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 })) {
          expect(identity[key as keyof typeof identity]).toBeCloseTo(value, 9);
        }
        expect(Math.abs(map.a * map.d - map.b * map.c)).toBeCloseTo(s * s, 12);
      }),
    );
  });

  it.each(orientations)("of a JPEG, %i, changes no decoded pixel's upright place", async (orientation) => {
    const photo = scene(72, 40);
    const bytes = encodeJpeg(storedFor(photo, orientation), 95, orientation);
    const opened = await openPhoto(bytes, defaultImageLimits, nodeCodecs());
    expect(opened).toMatchObject({ ok: true, value: { width: 72, height: 40, orientation } });
    if (!opened.ok) return;
    for (const scaleAtLeast of [1, 0.5]) {
      const decoded = await opened.value.decode({ scaleAtLeast });
      if (!decoded.ok) throw new Error("it does not decode");
      const limit = scaleAtLeast === 1 ? 3 : 8;
      expect(meanDifference(upright(decoded.value), photo)).toBeLessThan(limit);
    }
  });

  it.each([true, false])("is read in either byte order (little-endian %s)", (littleEndian) => {
    for (const orientation of orientations) {
      expect(readExifOrientation(exifBlock(orientation, littleEndian))).toBe(orientation);
    }
  });

  it.each([0, 9, 65535])("%i is undefined and counts as 1", (orientation) => {
    expect(readExifOrientation(exifBlock(orientation))).toBe(1);
  });

  it("of a malformed block counts as 1", () => {
    fc.assert(
      fc.property(fc.nat(21), fc.uint8Array({ maxLength: 40 }), (cut, junk) => {
        expect(readExifOrientation(exifBlock(6).subarray(0, cut))).toBe(1);
        expect(readExifOrientation(junk)).toBeOneOf([...orientations]);
      }),
    );
    const directoryOutside = exifBlock(6);
    directoryOutside.set([0xff, 0xff, 0xff, 0xf0], 4);
    expect(readExifOrientation(directoryOutside)).toBe(1);
  });
});

describe("the shrinking average", () => {
  it("equals the mean of each box, also of those cut off at the edges", () => {
    const side = fc.integer({ min: 1, max: 23 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 9 }), (width, height, factor) => {
        const photo = scene(width, height);
        const shrinker = createShrinker(width, height, factor);
        for (let y = 0; y < height; y++) {
          shrinker.addRow(photo.data.slice(y * width * 4, (y + 1) * width * 4) as Uint8Array);
        }
        const expected = areaAverage(photo, 1 / factor);
        expect(meanDifference(shrinker.raster, expected)).toBeLessThan(0.01);
      }),
    );
  });
});

describe("meanDifference, which judges decoders here", () => {
  it("is zero for equal rasters and sees a photo turned upside down", () => {
    const photo = scene(20, 20);
    expect(meanDifference(photo, photo)).toBe(0);
    expect(meanDifference(photo, storedFor(photo, 3))).toBeGreaterThan(30);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shrink } from "../../../src/image/codecs/shrink.ts";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { placeRaster, readExifOrientation, uprightSize } from "../../../src/image/orientation.ts";
import { compose } from "../../../src/image/photo.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { invert } from "../../fixtures/kernels/affine.ts";
import { areaAverage, meanDifference, upright } from "../../fixtures/photos/compare.ts";
import { encodeJpeg, exifBlock, orientations, scene, storedFor } from "../../fixtures/photos/images.ts";

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

describe("an Exif block", () => {
  type Entry = readonly [tag: number, type: number, count: number, value: number];
  const orientationOf6: Entry = [0x0112, 3, 1, 6];
  const other: Entry = [0x010f, 2, 4, 0];

  /**
   * Makes a big-endian block with IFD0 at `directoryAt` and these entries; `counted` is the number that it states.
   */
  function block(entries: readonly Entry[], { directoryAt = 8, counted = entries.length } = {}): Uint8Array {
    const view = new DataView(new ArrayBuffer(directoryAt + 2 + 12 * entries.length));
    view.setUint32(0, 0x4d4d002a);
    view.setUint32(4, directoryAt);
    view.setUint16(directoryAt, counted);
    for (const [i, [tag, type, count, value]] of entries.entries()) {
      const at = directoryAt + 2 + 12 * i;
      view.setUint16(at, tag);
      view.setUint16(at + 2, type);
      view.setUint32(at + 4, count);
      view.setUint16(at + 8, value);
    }
    return new Uint8Array(view.buffer);
  }

  it("may have its directory anywhere, and other entries before the orientation", () => {
    expect(readExifOrientation(block([other, other, orientationOf6]))).toBe(6);
    expect(readExifOrientation(block([other, orientationOf6], { directoryAt: 40 }))).toBe(6);
  });

  it("may have the orientation as a long, in either order of bytes", () => {
    const big = block([[0x0112, 4, 1, 0]]);
    big[21] = 6;
    expect(readExifOrientation(big)).toBe(6);
    const little = exifBlock(8, true);
    little[12] = 4;
    expect(readExifOrientation(little)).toBe(8);
  });

  it("counts by its first orientation", () => {
    expect(readExifOrientation(block([[0x0112, 3, 1, 8], orientationOf6]))).toBe(8);
  });

  it.each([
    ["is neither a short nor a long", [0x0112, 1, 1, 6]],
    ["is a long beyond 8", [0x0112, 4, 1, 6]],
    ["is more than one", [0x0112, 3, 2, 6]],
    ["is none", [0x0112, 3, 0, 6]],
    ["has another tag", [0x0113, 3, 1, 6]],
  ] as const)("with an orientation that %s counts as 1", (_, entry) => {
    expect(readExifOrientation(block([entry]))).toBe(1);
  });

  it("has as many entries as it says, and no more", () => {
    expect(readExifOrientation(block([other, orientationOf6], { counted: 1 }))).toBe(1);
    expect(readExifOrientation(block([other, orientationOf6], { counted: 2 }))).toBe(6);
    expect(readExifOrientation(block([orientationOf6], { counted: 9 }))).toBe(6);
    expect(readExifOrientation(block([other], { counted: 9 }))).toBe(1);
  });

  it("is read for 256 entries, and no further", () => {
    const entries = (before: number) => [...new Array<Entry>(before).fill(other), orientationOf6];
    expect(readExifOrientation(block(entries(255)))).toBe(6);
    expect(readExifOrientation(block(entries(256)))).toBe(1);
  });

  it("may end with its only entry, and not within it", () => {
    const whole = block([orientationOf6]);
    expect(readExifOrientation(whole)).toBe(6);
    expect(readExifOrientation(whole.subarray(0, whole.length - 1))).toBe(1);
  });

  it("with its directory at the end, or behind it, counts as 1", () => {
    for (const at of [24, 25, 26, 27, 2 ** 32 - 1]) {
      const bytes = block([orientationOf6]);
      new DataView(bytes.buffer).setUint32(4, at);
      expect(readExifOrientation(bytes), `at ${at}`).toBe(1);
    }
  });

  it.each([
    ["another order of bytes", [0x4d, 0x49, 0, 42]],
    ["big-endian order and a little-endian mark", [0x4d, 0x4d, 42, 0]],
    ["another mark", [0x4d, 0x4d, 0, 43]],
  ])("with %s counts as 1", (_, head) => {
    const bytes = block([orientationOf6]);
    bytes.set(head);
    expect(readExifOrientation(bytes)).toBe(1);
  });

  it("that lies anywhere in its buffer is read", () => {
    const bytes = new Uint8Array([7, 7, 7, ...block([orientationOf6])]).subarray(3);
    expect(readExifOrientation(bytes)).toBe(6);
  });
});

describe("the shrinking average", () => {
  it("equals the mean of each box, also of those cut off at the edges", () => {
    const side = fc.integer({ min: 1, max: 23 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 9 }), (width, height, factor) => {
        const photo = scene(width, height);
        const [right, bottom] = [Math.ceil(width / factor), Math.ceil(height / factor)];
        const whole = { factor, left: 0, top: 0, right, bottom };
        const shrunk = shrink(photo.data as Uint8Array, width, height, whole, true);
        expect(meanDifference(shrunk, areaAverage(photo, 1 / factor))).toBeLessThan(0.01);
        const [left, top] = [right >> 1, bottom >> 2];
        const part = shrink(photo.data as Uint8Array, width, height, { ...whole, left, top }, true);
        const at = 4 * (top * right + left);
        expect(part).toMatchObject({ width: right - left, height: bottom - top });
        expect(part.data.subarray(0, 4 * part.width)).toEqual(shrunk.data.subarray(at, at + 4 * part.width));
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

/**
 * PNGs of every kind and many sizes against what was written, at full size: means of whole boxes, and the pixels of
 * sharp (libpng). A part of a photo is that part of the whole.
 */
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openPhoto, type Region } from "../../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../../src/image/limits.ts";
import type { Photo, Raster } from "../../../../src/image/photo.ts";
import { nodeCodecs } from "../../../fixtures/codecs.ts";
import { sweep } from "../../../fixtures/exhaustive.ts";
import { exifBlock, orientations, scene } from "../../../fixtures/photos/images.ts";
import { encodePng, shownBy } from "../../../fixtures/photos/png.ts";

const codecs = nodeCodecs();

async function decode(bytes: Uint8Array, scaleAtLeast: number, region?: Region): Promise<Photo> {
  const opened = await openPhoto(bytes, { ...defaultImageLimits, minSidePixels: 1 }, codecs);
  const request = region === undefined ? { scaleAtLeast } : { scaleAtLeast, region };
  const decoded = opened.ok ? await opened.value.decode(request) : opened;
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  return decoded.value;
}

/** Draws the scene with alpha from 0 to 255, both of them often. */
function fadedScene(width: number, height: number): Raster {
  const photo = scene(width, height);
  for (let i = 3; i < photo.data.length; i += 4)
    photo.data[i] = Math.max(0, Math.min(255, ((i * 37) % 400) - 60));
  return photo;
}

/** Largest distance of a value from the mean of its box. */
function farthestFromMeans(raster: Raster, whole: Raster, factor: number): number {
  let farthest = 0;
  for (let row = 0, to = 0; row < raster.height; row++) {
    for (let column = 0; column < raster.width; column++, to += 4) {
      const sums = [0, 0, 0, 0];
      let count = 0;
      for (let y = row * factor; y < Math.min(whole.height, (row + 1) * factor); y++) {
        for (let x = column * factor; x < Math.min(whole.width, (column + 1) * factor); x++, count++) {
          for (let c = 0; c < 4; c++) sums[c] += whole.data[(y * whole.width + x) * 4 + c];
        }
      }
      for (let c = 0; c < 4; c++) {
        farthest = Math.max(farthest, Math.abs(raster.data[to + c] - sums[c] / count));
      }
    }
  }
  return farthest;
}

function cropped({ width, data }: Raster, left: number, top: number, part: Raster): Uint8Array {
  const out = new Uint8Array(part.data.length);
  for (let row = 0; row < part.height; row++) {
    const from = ((top + row) * width + left) * 4;
    out.set(data.subarray(from, from + part.width * 4), row * part.width * 4);
  }
  return out;
}

const kinds = [
  ...([1, 2, 4, 8, 16] as const).map((bits) => [0, bits] as const),
  ...([8, 16] as const).map((bits) => [2, bits] as const),
  ...([1, 2, 4, 8] as const).map((bits) => [3, bits] as const),
  ...([8, 16] as const).flatMap((bits) => [[4, bits] as const, [6, bits] as const]),
];
const sides = Array.from({ length: 70 }, (_, i) => i + 1);
const sizes = sweep(
  sides.flatMap((width) => [
    [width, ((width * 37) % 70) + 1],
    [((width * 11) % 70) + 1, width],
  ]),
  [1, 2, 3, 5, 8, 9, 16, 23, 33, 47, 64, 70].map((width) => [width, ((width * 37) % 70) + 1]),
);

describe.each(kinds)("PNGs of colour type %i at %i bits", (colourType, bitDepth) => {
  it.each([false, true])(
    "of 1 to 70 px are the means of their boxes (interlaced: %s)",
    async (interlaced) => {
      for (const [i, [width, height]] of sizes.entries()) {
        const photo = fadedScene(width, height);
        const shown = shownBy(photo, colourType, bitDepth);
        const bytes = await encodePng(photo, {
          colourType,
          bitDepth,
          interlaced,
          chunkBytes: 1 + ((i * 7) % 90),
        });
        const factor = Math.min(Math.max(width, height), 1 + (i % 9));
        const { raster } = await decode(bytes, 1 / factor);
        expect(raster).toMatchObject({
          width: Math.ceil(width / factor),
          height: Math.ceil(height / factor),
        });
        expect(farthestFromMeans(raster, shown, factor), `${width} x ${height}`).toBeLessThanOrEqual(
          0.5 + 1e-9,
        );

        const region = { x: width / 3, y: height / 4 - 1, width: width / 2, height: height / 2 };
        const part = await decode(bytes, 1 / factor, region);
        const whole = placeOf(part, factor);
        expect(part.raster.data).toEqual(cropped(raster, whole.left, whole.top, part.raster));
        expect(whole.left * factor).toBeLessThanOrEqual(region.x);
        expect((whole.left + part.raster.width) * factor).toBeGreaterThanOrEqual(region.x + region.width);
      }
    },
  );

  it("are shown as sharp shows them on white", async () => {
    for (const interlaced of [false, true]) {
      const photo = fadedScene(61, 43);
      const bytes = await encodePng(photo, { colourType, bitDepth, interlaced });
      const whole = sharp(bytes).flatten({ background: "#ffffff" }).toColourspace("srgb").raw();
      const { data, info } = await whole.toBuffer({ resolveWithObject: true });
      expect(info.channels).toBe(3);
      const { raster } = await decode(bytes, 1);
      const farthest = data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - raster.data[4 * Math.floor(i / 3) + (i % 3)])),
        0,
      );
      expect(farthest).toBeLessThanOrEqual(1);
    }
  });
});

describe("a PNG's stream", () => {
  /** Noise of `period` rows, repeated. */
  function repeated(width: number, height: number, period: number): Raster {
    const photo = scene(width, height);
    for (let i = 0, state = 1; i < photo.data.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const before = i - period * width * 4;
      if (i % 4 !== 3) photo.data[i] = before < 0 ? state >>> 24 : photo.data[before];
    }
    return photo;
  }

  it.each([
    ["matches nearly as far as the window is long", 10],
    ["matches farther than the window, which are none", 11],
    ["matches of one row", 1],
  ])("of a megabyte with %s is what was written", async (_, period) => {
    // Ten rows of 1,090 px and their filters' bytes are 32,710 bytes; the window has 32,768.
    const photo = repeated(1090, 320, period);
    const raw = { width: 1090, height: 320, channels: 4 } as const;
    for (const compressionLevel of [0, 1, 9]) {
      const bytes = await sharp(photo.data, { raw }).removeAlpha().png({ compressionLevel }).toBuffer();
      expect((await decode(bytes, 1)).raster.data).toEqual(photo.data);
    }
  });

  it("of more rows in a box than 16 bits sum up is averaged", async () => {
    const photo = scene(40, 700);
    const { raster } = await decode(await encodePng(photo), 1 / 600);
    expect(raster).toMatchObject({ width: 1, height: 2 });
    expect(farthestFromMeans(raster, photo, 600)).toBeLessThanOrEqual(0.5 + 1e-9);
    const white = { ...photo, data: photo.data.map(() => 255) };
    expect((await decode(await encodePng(white), 1 / 600)).raster.data.every((value) => value === 255)).toBe(
      true,
    );
  });
});

/** Returns the place of a part in the whole raster of an upright photo. */
function placeOf({ toRaster }: Photo, factor: number) {
  expect(toRaster.a).toBeCloseTo(1 / factor, 12);
  return { left: Math.round(-toRaster.tx), top: Math.round(-toRaster.ty) };
}

describe("a part of a PNG", () => {
  it.each(orientations)(
    "with orientation %i shows the upright photo where it is asked to",
    async (orientation) => {
      const bytes = await encodePng(scene(90, 60), { extra: [["eXIf", exifBlock(orientation)]] });
      const whole = await decode(bytes, 1);
      const region = { x: 20.5, y: 11, width: 30, height: 25.25 };
      const part = await decode(bytes, 1, region);
      expect(part.raster.width * part.raster.height).toBeLessThanOrEqual(31 * 27);
      for (const [x, y] of [
        [20.6, 11.1],
        [50.4, 11.1],
        [20.6, 36.2],
        [50.4, 36.2],
        [33.3, 20.1],
      ]) {
        expect(pixelAt(part, x, y)).toEqual(pixelAt(whole, x, y));
      }
    },
  );

  it.each([
    ["left of it", { x: -900, y: 10, width: 20, height: 20 }, [1, 20]],
    ["below it", { x: 10, y: 900, width: 20, height: 20 }, [20, 1]],
    ["around it", { x: -50, y: -50, width: 900, height: 900 }, [90, 60]],
  ] as const)("that lies %s is cut to the photo, or one pixel wide", async (_, region, [width, height]) => {
    const part = await decode(await encodePng(scene(90, 60)), 1, region);
    expect(part.raster).toMatchObject({ width, height });
  });

  it("is read without what follows its last row", async () => {
    const whole = await encodePng(scene(80, 80), { chunkBytes: 200 });
    const half = whole.subarray(0, Math.ceil(whole.length * 0.6));
    const top = await decode(half, 1, { x: 10, y: 10, width: 20, height: 20 });
    expect(top.raster).toMatchObject({ width: 20, height: 20 });
    await expect(decode(half, 1)).rejects.toThrow("rows of its picture are missing");
  });
});

function pixelAt({ raster, toRaster: { a, b, tx, c, d, ty } }: Photo, x: number, y: number): number[] {
  const column = Math.floor(a * x + b * y + tx);
  const row = Math.floor(c * x + d * y + ty);
  const at = (row * raster.width + column) * 4;
  return [...raster.data.subarray(at, at + 4)];
}

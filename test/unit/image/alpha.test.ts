/** Transparency of every format, against the definition and against sharp, which blends with libvips. */
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { onWhite } from "../../../src/image/alpha.ts";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import type { Raster } from "../../../src/image/photo.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { overWhite } from "../../fixtures/photos/alpha.ts";
import { scene } from "../../fixtures/photos/images.ts";
import { encodePng, type PngOptions } from "../../fixtures/photos/png.ts";

const codecs = nodeCodecs();

async function rasterOf(bytes: Uint8Array, scaleAtLeast = 1): Promise<Raster> {
  const opened = await openPhoto(bytes, defaultImageLimits, codecs);
  const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast }) : opened;
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  return decoded.value.raster;
}

/** RGBA of the file on white, by sharp. */
async function flattened(bytes: Uint8Array): Promise<Uint8Array> {
  const onWhiteBySharp = sharp(bytes).flatten({ background: "#ffffff" }).toColourspace("srgb");
  return new Uint8Array(await onWhiteBySharp.ensureAlpha().raw().toBuffer());
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Draws the scene with the alpha that `alphaAt` gives. */
function faded(width: number, height: number, alphaAt: (x: number, y: number) => number): Raster {
  const photo = scene(width, height);
  for (let i = 0; i < width * height; i++) photo.data[4 * i + 3] = alphaAt(i % width, Math.floor(i / width));
  return photo;
}

const rgba = ({ width, height, data }: Raster) => sharp(data, { raw: { width, height, channels: 4 } });

const writers: Record<string, (photo: Raster) => Promise<Uint8Array>> = {
  "PNG, 8 bits": (photo) => encodePng(photo, { colourType: 6 }),
  "PNG, 16 bits": (photo) => encodePng(photo, { colourType: 6, bitDepth: 16 }),
  "PNG, 8 bits, interlaced": (photo) => encodePng(photo, { colourType: 6, interlaced: true }),
  "lossless WebP": (photo) => rgba(photo).webp({ lossless: true, exact: true }).toBuffer(),
  "lossy WebP": (photo) => rgba(photo).webp({ quality: 95, alphaQuality: 100 }).toBuffer(),
  "lossless AVIF": (photo) => rgba(photo).avif({ lossless: true, chromaSubsampling: "4:4:4" }).toBuffer(),
};

describe("a value on white", () => {
  it("is the nearest whole number to the blend, for every value and alpha", () => {
    for (let value = 0; value < 256; value++) {
      for (let alpha = 0; alpha < 256; alpha++)
        expect(onWhite(value, alpha)).toBe(overWhite(value, alpha, 255));
    }
  });
});

describe.each(Object.entries(writers))("transparency of a %s", (kind, write) => {
  /** Levels by which decoders of lossy pictures differ, chroma above all. */
  const tolerance = kind.startsWith("lossy") ? 12 : 1;

  it("is blended with white as sharp blends it", async () => {
    const bytes = await write(faded(64, 48, (x, y) => Math.min(255, 4 * x + y)));
    expect(farthest((await rasterOf(bytes)).data, await flattened(bytes))).toBeLessThanOrEqual(tolerance);
  });

  it("hides all that lies under it: what is wholly transparent is white, at every scale", async () => {
    const bytes = await write(faded(64, 48, () => 0));
    for (const scaleAtLeast of [1, 1 / 3]) {
      const { data } = await rasterOf(bytes, scaleAtLeast);
      expect(data.every((value) => value === 255)).toBe(true);
    }
  });

  it("is blended before pixels are averaged", async () => {
    // Dark pixels that are opaque, and bright ones that are hidden: their mean is that of dark and white.
    const photo = faded(64, 48, (x) => (x % 2 === 0 ? 255 : 0));
    const bytes = await write({
      ...photo,
      data: photo.data.map((value, i) => (i % 4 === 3 ? value : i % 8 < 4 ? 60 : 200)),
    });
    const { data } = await rasterOf(bytes, 1 / 2);
    const mean = (60 + 255) / 2 + 0.5;
    const expected = data.map((_, i) => (i % 4 === 3 ? 255 : mean));
    expect(farthest(data, expected)).toBeLessThanOrEqual(kind.startsWith("lossy") ? 20 : 1);
  });
});

describe("a PNG's tRNS", () => {
  const shown = (options: PngOptions, photo = scene(64, 48)) => encodePng(photo, options);
  const u16 = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [value >> 8, value & 255]));
  /** All pixels are one of two colours, left and right. */
  const halves = (left: readonly number[], right: readonly number[]): Raster => {
    const photo = scene(64, 48);
    const data = photo.data.map((_, i) =>
      i % 4 === 3 ? 255 : (i >> 2) % 64 < 32 ? left[i % 4] : right[i % 4],
    );
    return { ...photo, data };
  };
  const [from, to] = [
    [90, 120, 200],
    [91, 120, 200],
  ];
  const colourAt = ({ width, data }: Raster, x: number) => [
    ...data.subarray((width * 20 + x) * 4, (width * 20 + x) * 4 + 3),
  ];
  const white = [255, 255, 255];

  it.each([1, 2, 4, 8] as const)(
    "of a palette of %i bits is the alpha of its first colours",
    async (bitDepth) => {
      const alphas = Uint8Array.from({ length: 2 ** bitDepth - 1 }, (_, i) => (i * 83) & 255);
      const bytes = await shown({ colourType: 3, bitDepth, extra: [["tRNS", alphas]] });
      expect(farthest((await rasterOf(bytes)).data, await flattened(bytes))).toBeLessThanOrEqual(1);
    },
  );

  it.each([1, 2, 4, 8, 16] as const)("of grey at %i bits is one grey, exactly", async (bitDepth) => {
    const bytes = await shown(
      {
        colourType: 0,
        bitDepth,
        extra: [["tRNS", u16(bitDepth === 16 ? 90 * 256 + 165 : 90 >> (8 - bitDepth))]],
      },
      halves([90, 0, 0], [150, 0, 0]),
    );
    const raster = await rasterOf(bytes);
    expect(colourAt(raster, 10)).toEqual(white);
    const bits = Math.min(8, bitDepth);
    const grey = Math.floor((255 * (150 >> (8 - bits))) / (2 ** bits - 1));
    expect(colourAt(raster, 50)).toEqual([grey, grey, grey]);
    expect(farthest(raster.data, await flattened(bytes))).toBeLessThanOrEqual(1);
  });

  it.each([false, true])("of RGB at 8 bits is one colour, exactly (interlaced: %s)", async (interlaced) => {
    const raster = await rasterOf(
      await shown({ interlaced, extra: [["tRNS", u16(...from)]] }, halves(from, to)),
    );
    expect(colourAt(raster, 10)).toEqual(white);
    expect(colourAt(raster, 50)).toEqual(to);
  });

  it("of RGB at 16 bits is a colour of all 16", async () => {
    const samples = from.map((value) => 256 * value + 255 - value);
    const options = { colourType: 2, bitDepth: 16 } as const;
    const same = await rasterOf(
      await shown({ ...options, extra: [["tRNS", u16(...samples)]] }, halves(from, to)),
    );
    expect([colourAt(same, 10), colourAt(same, 50)]).toEqual([white, to]);
    const near = u16(samples[0], samples[1], samples[2] + 1);
    const other = await rasterOf(await shown({ ...options, extra: [["tRNS", near]] }, halves(from, to)));
    expect(colourAt(other, 10)).toEqual(from);
  });

  it.each([
    ["that has another length", { extra: [["tRNS", u16(...from, 0)]] }],
    ["that is not allowed beside alpha", { colourType: 6, extra: [["tRNS", u16(...from)]] }],
    [
      "that has a second colour after the first",
      {
        extra: [
          ["tRNS", u16(...to)],
          ["tRNS", u16(...from)],
        ],
      },
    ],
  ] as const)("%s is ignored, as libpng ignores it", async (_, options) => {
    const bytes = await shown(options as PngOptions, halves(from, [7, 7, 7]));
    expect(colourAt(await rasterOf(bytes), 10)).toEqual(from);
    expect(farthest((await rasterOf(bytes)).data, await flattened(bytes))).toBe(0);
  });
});

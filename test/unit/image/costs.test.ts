/** Costs of a decode by the header alone, in bytes and in pixels: none of these files holds a picture. */
import { describe, expect, it } from "vitest";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits, type ImageLimits } from "../../../src/image/limits.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { ascii, concat, wrapWebp } from "../../fixtures/photos/images.ts";
import { pngChunk } from "../../fixtures/photos/png.ts";

const codecs = nodeCodecs();
const u16 = (value: number) => [value >> 8, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];

async function failureOf(file: Uint8Array, limits: Partial<ImageLimits> = {}) {
  const opened = await openPhoto(file, { ...defaultImageLimits, ...limits }, codecs);
  return opened.ok ? "none" : opened.failure;
}

interface Jpeg {
  readonly width: number;
  readonly height: number;
  readonly factors?: readonly number[];
  readonly progressive?: boolean;
  readonly codedBytes?: number;
}

function jpeg({ width, height, factors = [0x11, 0x11, 0x11], progressive = false, codedBytes = 1000 }: Jpeg) {
  const components = factors.flatMap((factor, i) => [i + 1, factor, 0]);
  const frame = [8, ...u16(height), ...u16(width), factors.length, ...components];
  const scan = [factors.length, ...factors.flatMap((_, i) => [i + 1, 0]), 0, 63, 0];
  return concat([
    [0xff, 0xd8],
    [0xff, progressive ? 0xc2 : 0xc0, ...u16(2 + frame.length), ...frame],
    [0xff, 0xda, ...u16(2 + scan.length), ...scan],
    new Uint8Array(codedBytes),
    [0xff, 0xd9],
  ]);
}

describe("a JPEG's data", () => {
  const tooLittle = { code: "invalid_image", reason: "it holds less data than its size needs" };

  it.each([
    // 65 x 33 px are 9 x 5 blocks; chroma at half its resolution has 5 x 3.
    ["of three full planes", [0x11, 0x11, 0x11], false, 33],
    ["with chroma at half its resolution", [0x22, 0x11, 0x11], false, 18],
    ["with chroma at half its width", [0x21, 0x11, 0x11], false, 23],
    ["with chroma at half its height", [0x12, 0x11, 0x11], false, 18 + 6],
    ["of one plane", [0x11], false, 11],
    ["of one plane, whose factors say nothing", [0x22], false, 11],
    ["that is progressive, of three full planes", [0x11, 0x11, 0x11], true, 16],
  ])(
    "%s has two bits a block at least, or one where it is progressive",
    async (_, factors, progressive, least) => {
      const at = (codedBytes: number) =>
        failureOf(jpeg({ width: 65, height: 33, factors, progressive, codedBytes }));
      expect(await at(least)).toBe("none");
      expect(await at(least - 1)).toEqual(tooLittle);
    },
  );
});

describe("a JPEG's memory", () => {
  // 64 x 64 px in three planes are 192 blocks, in MCUs of 8 x 8 px.
  const size = { width: 64, height: 64 };
  const reader = 832 * 1024;
  /** Bytes of the overview: planes of 9 x 9 samples and 64 bytes, lines and rows of 8 px and 64 more, and the raster. */
  const shown = 3 * (81 + 64) + 69 * 72 + 256;

  it("is the file, the reader's own, and an overview with what was noted of places, twice", async () => {
    const file = jpeg(size);
    const needed = file.length + reader + shown + 2 * 20 * (2 * 12 + 2 * 3 * 8);
    expect(await failureOf(file, { maxWorkingBytes: needed })).toBe("none");
    expect(await failureOf(file, { maxWorkingBytes: needed - 1 })).toMatchObject({
      code: "image_too_large",
      unit: "pixels",
    });
  });

  it("is DC of all blocks instead of places where it is progressive", async () => {
    const file = jpeg({ ...size, progressive: true });
    const needed = file.length + reader + shown + 2 * 192;
    expect(await failureOf(file, { maxWorkingBytes: needed })).toBe("none");
    expect(await failureOf(file, { maxWorkingBytes: needed - 1 })).toMatchObject({ code: "image_too_large" });
  });

  it("does not count what trails the picture", async () => {
    const file = jpeg({ ...size, progressive: true });
    const needed = file.length + reader + shown + 2 * 192;
    expect(await failureOf(concat([file, new Uint8Array(9000)]), { maxWorkingBytes: needed })).toBe("none");
  });

  it("is refused by the raster and a plane alone as soon as the size is known, before the scans", async () => {
    const torso = jpeg(size).subarray(0, 21);
    expect(await failureOf(torso, { maxWorkingBytes: 319 })).toMatchObject({ code: "image_too_large" });
    expect(await failureOf(torso, { maxWorkingBytes: 320 })).toMatchObject({
      reason: "the file is cut short",
    });
  });
});

function png(width: number, height: number, { depth = 8, colour = 2, interlace = 0 } = {}) {
  return concat([
    [0x89, ...ascii("PNG\r\n\x1a\n")],
    pngChunk("IHDR", Uint8Array.from([...u32(width), ...u32(height), depth, colour, 0, 0, interlace])),
    pngChunk("PLTE", new Uint8Array(6)),
    pngChunk("IDAT", Uint8Array.of(1)),
    pngChunk("IEND", new Uint8Array(0)),
  ]);
}

describe("a PNG's memory", () => {
  // A line of 64 px has 192 bytes; a pixel of a row takes 3 as RGB, 6 as sums of columns, 12 as sums of boxes, 4 as RGBA.
  const reader = 5 * 64 * 1024;
  const lines = 3 * 192;

  it("is the file, the reader, three lines, sums of a row, and the smallest raster", async () => {
    const file = png(64, 64);
    const needed = file.length + reader + lines + 25 * 64 + 256;
    expect(await failureOf(file, { maxWorkingBytes: needed })).toBe("none");
    expect(await failureOf(file, { maxWorkingBytes: needed - 1 })).toMatchObject({ code: "image_too_large" });
  });

  it("is sums of the smallest raster's boxes beside them where it is interlaced", async () => {
    const file = png(64, 64, { interlace: 1 });
    const needed = file.length + reader + lines + 13 * 64 + 4 * 256;
    expect(await failureOf(file, { maxWorkingBytes: needed })).toBe("none");
    expect(await failureOf(file, { maxWorkingBytes: needed - 1 })).toMatchObject({ code: "image_too_large" });
  });

  it.each([
    ["a bit a pixel", { depth: 1, colour: 0 }, 10_000],
    ["24 bits a pixel", { depth: 8, colour: 2 }, 10_000],
    ["32 bits a pixel", { depth: 8, colour: 6 }, 7500],
    ["48 bits a pixel", { depth: 16, colour: 2 }, 5000],
    ["64 bits a pixel", { depth: 16, colour: 6 }, 3750],
  ])("of %s, 5,000 px wide, allows it %i rows", async (_, kind, height) => {
    expect(await failureOf(png(5000, height, kind))).toBe("none");
    expect(await failureOf(png(5000, height + 1, kind))).toMatchObject({ limit: 5000 * height });
  });
});

/** Makes a lossless or lossy WebP that has a size and no data. */
function webp(width: number, height: number, kind: "lossless" | "lossy" | "alpha") {
  const bits = (width - 1) | ((height - 1) << 14);
  const side = (pixels: number) => [pixels & 255, pixels >> 8];
  return wrapWebp([
    ...(kind === "alpha" ? ([["ALPH", [0]]] as const) : []),
    kind === "lossless"
      ? ["VP8L", [0x2f, bits & 255, (bits >>> 8) & 255, (bits >>> 16) & 255, bits >>> 24]]
      : ["VP8 ", [0x10, 0, 0, 0x9d, 0x01, 0x2a, ...side(width), ...side(height)]],
  ]);
}

function avif(width: number, height: number, flags: number, isAlpha: boolean) {
  const box = (type: string, ...payload: ArrayLike<number>[]) => {
    const bytes = concat(payload);
    return concat([u32(8 + bytes.length), ascii(type), bytes]);
  };
  const properties = [
    box("ispe", u32(0), u32(width), u32(height)),
    box("av1C", [0x81, 0x20, flags, 0]),
    ...(isAlpha ? [box("auxC", u32(0))] : []),
  ];
  const ipma = box("ipma", u32(0), u32(1), u16(1), [1, 1]);
  const meta = [u32(0), box("pitm", u32(0), u16(1)), box("iprp", box("ipco", ...properties), ipma)];
  return concat([box("ftyp", ascii("avif\0\0\0\0")), box("meta", ...meta)]);
}

/** The most rows of 4,000 px (2,000 for AVIF) that are accepted, to the nearest 1 %. */
describe("the largest photo that 56 MiB decode", () => {
  it.each([
    ["a lossy WebP: 13.8 megapixels", (height: number) => webp(4000, height, "lossy"), 3459],
    ["a lossy WebP with alpha: 9.2 megapixels", (height: number) => webp(4000, height, "alpha"), 2301],
    ["a lossless WebP: 7.1 megapixels", (height: number) => webp(4000, height, "lossless"), 1766],
    ["an AVIF, 4:2:0, 8 bits: 3.1 megapixels", (height: number) => avif(2000, height, 0x0c, false), 1546],
    ["an AVIF, 4:4:4, 8 bits: 2.6 megapixels", (height: number) => avif(2000, height, 0x00, false), 1276],
    ["an AVIF with alpha, 8 bits: 1.5 megapixels", (height: number) => avif(2000, height, 0x0c, true), 774],
    ["an AVIF, 4:2:0, 10 bits: 2.3 megapixels", (height: number) => avif(2000, height, 0x4c, false), 1160],
    ["an AVIF, 4:4:4, 10 bits: 1.8 megapixels", (height: number) => avif(2000, height, 0x40, false), 881],
    ["an AVIF, 4:2:0, 12 bits: 1.8 megapixels", (height: number) => avif(2000, height, 0x6c, false), 881],
    ["an AVIF, 4:4:4, 12 bits: 1.4 megapixels", (height: number) => avif(2000, height, 0x60, false), 710],
  ])("is of %s", async (_, file, rows) => {
    expect(await failureOf(file(Math.floor(0.99 * rows)))).toBe("none");
    expect(await failureOf(file(Math.ceil(1.01 * rows)))).toMatchObject({ code: "image_too_large" });
  });

  it("shrinks by the file, which is held four times for AVIF and three times for WebP", async () => {
    const padded = (file: Uint8Array, type: string) =>
      type === "avif"
        ? concat([file, u32(8 + 2 ** 21), ascii("free"), new Uint8Array(2 ** 21)])
        : wrapWebp([
            ["VP8 ", file.subarray(20)],
            ["XXXX", new Uint8Array(2 ** 21)],
          ]);
    const room = defaultImageLimits.maxWorkingBytes;
    // Bytes a pixel, with the smallest raster's share, as above.
    const rowsOf = (fixed: number, bytesAPixel: number, width: number) =>
      Math.floor((room - fixed) / bytesAPixel / width);
    const lossy = rowsOf(3 * 2 ** 21 + 2 ** 20, 4.1625, 4000);
    expect(await failureOf(padded(webp(4000, lossy - 2, "lossy"), "webp"))).toBe("none");
    expect(await failureOf(padded(webp(4000, lossy + 2, "lossy"), "webp"))).toMatchObject({
      code: "image_too_large",
    });
    const coded = rowsOf(4 * 2 ** 21 + 7_500_000, 16.5625, 2000);
    expect(await failureOf(padded(avif(2000, coded - 2, 0x0c, false), "avif"))).toBe("none");
    expect(await failureOf(padded(avif(2000, coded + 2, 0x0c, false), "avif"))).toMatchObject({
      code: "image_too_large",
    });
  });
});

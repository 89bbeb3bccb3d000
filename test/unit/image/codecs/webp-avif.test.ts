import { describe, expect, it } from "vitest";
import { createCodecs, openPhoto } from "../../../../src/image/decode.ts";
import { defaultImageLimits, type ImageLimits } from "../../../../src/image/limits.ts";
import { nodeCodecs } from "../../../fixtures/codecs.ts";
import { fadedOnWhite } from "../../../fixtures/photos/alpha.ts";
import { areaAverage, meanDifference, upright } from "../../../fixtures/photos/compare.ts";
import {
  exifBlock,
  orientations,
  scene,
  storedFor,
  vp8x,
  wrapWebp,
} from "../../../fixtures/photos/images.ts";
import photos from "../../../fixtures/photos/photos.json" with { type: "json" };

const codecs = nodeCodecs();
const bytesOf = (name: keyof typeof photos) => Uint8Array.from(Buffer.from(photos[name], "base64"));

const open = (bytes: Uint8Array, limits: Partial<ImageLimits> = {}) =>
  openPhoto(bytes, { ...defaultImageLimits, ...limits }, codecs);

async function decode(bytes: Uint8Array, scaleAtLeast = 1, limits: Partial<ImageLimits> = {}) {
  const opened = await open(bytes, limits);
  return opened.ok ? opened.value.decode({ scaleAtLeast }) : opened;
}

describe("WebP and AVIF pixels", () => {
  it.each([
    ["webpLossy", 5],
    ["webpLossless", 0],
    ["webpAlpha", 5],
    ["avif420", 5],
    ["avif444", 3],
    ["avifAlpha", 5],
    ["avif10Bit", 5],
  ] as const)(
    "of %s are the scene's within %i grey levels, at full size and at half",
    async (name, limit) => {
      const photo = name.endsWith("Alpha") ? fadedOnWhite(scene(96, 64)) : scene(96, 64);
      const whole = await decode(bytesOf(name));
      const half = await decode(bytesOf(name), 0.5);
      if (!whole.ok || !half.ok) throw new Error("it does not decode");
      expect(meanDifference(whole.value.raster, photo)).toBeLessThanOrEqual(limit);
      expect(half.value.raster).toMatchObject({ width: 48, height: 32 });
      expect(meanDifference(half.value.raster, areaAverage(whole.value.raster, 0.5))).toBeLessThan(0.01);
    },
  );

  it("leave no global behind", async () => {
    const before = Object.getOwnPropertyNames(globalThis);
    expect(await decode(bytesOf("webpLossy"))).toMatchObject({ ok: true });
    expect(await decode(bytesOf("avif420"))).toMatchObject({ ok: true });
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
  });
});

describe("WebP and AVIF orientation", () => {
  const lossless = bytesOf("webpLossless");
  /** The VP8L payload of the simple file format. */
  const frame = lossless.subarray(20);

  it.each(orientations)("%i of a WebP's EXIF chunk places the pixels", async (orientation) => {
    const file = wrapWebp([
      ["VP8X", vp8x(0x08, 96, 64)],
      ["VP8L", frame],
      ["EXIF", exifBlock(orientation)],
    ]);
    const decoded = await decode(file);
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
    const { raster } = decoded.value;
    const shown = upright(decoded.value);
    expect(storedFor(shown, orientation).data).toEqual(raster.data);
    expect(raster.data).toEqual(scene(96, 64).data);
  });

  it.each([
    [0, undefined, 1],
    [1, undefined, 8],
    [2, undefined, 3],
    [3, undefined, 6],
    [0, "topBottom", 4],
    [0, "leftRight", 2],
    [1, "topBottom", 5],
    [1, "leftRight", 7],
    [2, "topBottom", 2],
    [2, "leftRight", 4],
    [3, "topBottom", 7],
    [3, "leftRight", 5],
  ] as const)(
    "of an AVIF turned %i quarters anticlockwise and mirrored %s is %i",
    async (turns, mirror, orientation) => {
      const decoded = await open(turnedAvif(turns, mirror));
      expect(decoded).toMatchObject({ ok: true, value: { orientation } });
    },
  );

  it("of an AVIF is not applied twice: the decoder leaves pixels as coded", async () => {
    const plain = await decode(bytesOf("avif420"));
    const turned = await decode(turnedAvif(1, undefined));
    if (!plain.ok || !turned.ok) throw new Error("it does not decode");
    expect(turned.value).toMatchObject({ width: 64, height: 96, raster: { width: 96, height: 64 } });
    expect(turned.value.raster.data).toEqual(plain.value.raster.data);
  });
});

describe("WebP and AVIF limits", () => {
  it.each([
    ["webpLossy", "webpMaxPixels"],
    ["avif420", "avifMaxPixels"],
  ] as const)("on pixels of %s: exactly at the limit passes, one less fails", async (name, limit) => {
    expect(await open(bytesOf(name), { [limit]: 96 * 64 })).toMatchObject({ ok: true });
    expect(await open(bytesOf(name), { [limit]: 96 * 64 - 1 })).toEqual({
      ok: false,
      failure: { code: "image_too_large", limit: 96 * 64 - 1, actual: 96 * 64, unit: "pixels" },
    });
  });

  it("on memory hold even where the header understates the data", async () => {
    const liar = bytesOf("avifFlat1600x1200");
    const ispe = Buffer.from(liar).indexOf("ispe");
    liar.set([0, 0, 0, 96, 0, 0, 0, 64], ispe + 8);
    expect(await decode(liar, 1, { maxWorkingBytes: 24 * 2 ** 20 })).toEqual({
      ok: false,
      failure: { code: "image_too_large", limit: 24 * 2 ** 20, unit: "bytes" },
    });
  });

  it("on memory refuse an honest header before decoding", async () => {
    const honest = bytesOf("avifFlat1600x1200");
    expect(await decode(honest, 0.5)).toMatchObject({ ok: true, value: { raster: { width: 800 } } });
    expect(await open(honest, { maxWorkingBytes: 24 * 2 ** 20 })).toMatchObject({
      failure: { code: "image_too_large", actual: 1600 * 1200, unit: "pixels" },
    });
  });
});

describe("a WebP or AVIF that cannot be decoded", () => {
  it.each(["webpLossy", "webpLossless", "webpAlpha", "avif420", "avifAlpha"] as const)(
    "is refused wherever it is cut: %s",
    async (name) => {
      const whole = bytesOf(name);
      for (let length = 0; length < whole.length; length += 53) {
        expect(await decode(whole.subarray(0, length))).toMatchObject({ ok: false });
      }
    },
  );

  it("is refused by name where it is animated", async () => {
    const animated = wrapWebp([
      ["VP8X", vp8x(0x02, 96, 64)],
      ["ANIM", [0, 0, 0, 0, 0, 0]],
    ]);
    expect(await open(animated)).toMatchObject({
      failure: { code: "unsupported_media_type", found: "an animated WebP" },
    });
  });

  it("is refused where its canvas and its frame differ", async () => {
    const file = wrapWebp([
      ["VP8X", vp8x(0, 97, 64)],
      ["VP8L", bytesOf("webpLossless").subarray(20)],
    ]);
    expect(await open(file)).toMatchObject({
      failure: { code: "invalid_image", reason: "its headers disagree about its size" },
    });
  });

  it("is refused by name where its codec was left out", async () => {
    const jpegOnly = createCodecs({ jpeg: () => Promise.reject(new Error("not needed")) });
    expect(await openPhoto(bytesOf("avif420"), defaultImageLimits, jpegOnly)).toMatchObject({
      failure: { code: "unsupported_media_type", found: "an AVIF image" },
    });
  });
});

/** Returns the fixture with its `colr` box (19 bytes) overwritten by `irot`, and its `pixi` (16 bytes) by `imir`. */
function turnedAvif(turns: number, mirror: "topBottom" | "leftRight" | undefined): Uint8Array {
  const file = bytesOf("avif420");
  const overwrite = (from: string, to: string, payload: number) => {
    const at = Buffer.from(file).indexOf(from);
    file.set(Buffer.from(to), at);
    file[at + 4] = payload;
  };
  overwrite("colr", "irot", turns);
  if (mirror) overwrite("pixi", "imir", mirror === "leftRight" ? 1 : 0);
  return file;
}

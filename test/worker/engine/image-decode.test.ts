import { expect, it } from "vitest";
import { createCodecs, openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import avif from "../../../wasm/codecs/avif_dec.wasm";
import webp from "../../../wasm/codecs/webp_dec.wasm";
import jpeg from "../../../wasm/jpeg.wasm";
import png from "../../../wasm/png.wasm";
import { fadedOnWhite } from "../../fixtures/photos/alpha.ts";
import { meanDifference } from "../../fixtures/photos/compare.ts";
import { encodeJpeg, flatJpeg, scene } from "../../fixtures/photos/images.ts";
import photos from "../../fixtures/photos/photos.json";
import { encodePng } from "../../fixtures/photos/png.ts";

const codecs = createCodecs({
  jpeg: async () => jpeg,
  png: async () => png,
  webp: async () => webp,
  avif: async () => avif,
});

async function decode(bytes: Uint8Array, scaleAtLeast = 1) {
  const opened = await openPhoto(bytes, defaultImageLimits, codecs);
  const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast }) : opened;
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  return decoded.value;
}

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

it("decodes a JPEG in workerd", async () => {
  const photo = await decode(encodeJpeg(scene(96, 64), 95));
  expect(meanDifference(photo.raster, scene(96, 64))).toBeLessThan(3);
});

it.each([false, true])("decodes a PNG in workerd, exactly (interlaced: %s)", async (interlaced) => {
  const photo = await decode(await encodePng(scene(96, 64), { interlaced }));
  expect(photo.raster.data).toEqual(scene(96, 64).data);
});

it("refuses a damaged PNG in workerd", async () => {
  const bytes = await encodePng(scene(96, 64));
  bytes.fill(0x55, bytes.length - 400, bytes.length - 200);
  await expect(decode(bytes)).rejects.toThrow("invalid_image");
});

it.each(Object.entries(photos).filter(([name]) => !name.includes("Flat")))(
  "decodes %s in workerd",
  async (name, text) => {
    const photo = await decode(fromBase64(text));
    const shown = name.endsWith("Alpha") ? fadedOnWhite(scene(96, 64)) : scene(96, 64);
    expect(meanDifference(photo.raster, shown), name).toBeLessThan(5);
  },
);

it("leaves no ImageData global in workerd", () => {
  expect("ImageData" in globalThis).toBe(false);
});

it("decodes a 48-megapixel JPEG to detection size in workerd", async () => {
  const photo = await decode(flatJpeg(8000, 6000), 640 / 8000);
  expect(photo.raster).toMatchObject({ width: 1000, height: 750 });
});

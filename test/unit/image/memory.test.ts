import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deflateSync } from "node:zlib";
import encodeAvif, { init as initAvif } from "@jsquash/avif/encode.js";
import encodeWebp, { init as initWebp } from "@jsquash/webp/encode.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { sweep } from "../../fixtures/exhaustive.ts";
import { watchWasmMemory } from "../../fixtures/memory.ts";
import { ascii, concat, flatJpeg } from "../../fixtures/photos/images.ts";
import { pngChunk } from "../../fixtures/photos/png.ts";

/** Makes pixels with some texture, so that encoders and decoders do real work. */
function textured(width: number, height: number): ImageData {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? 255 : 128 + ((i * 2654435761) >>> 28);
  return { width, height, data, colorSpace: "srgb" } as ImageData;
}

/** Makes a black PNG with 8-bit grey samples. */
function flatPng(width: number, height: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, 8);
  return concat([
    [0x89, ...ascii("PNG\r\n\x1a\n")],
    pngChunk("IHDR", new Uint8Array(head.buffer)),
    pngChunk("IDAT", deflateSync(new Uint8Array((width + 1) * height))),
    pngChunk("IEND", new Uint8Array(0)),
  ]);
}

const require = createRequire(import.meta.url);
const moduleOf = (file: string) => new WebAssembly.Module(readFileSync(require.resolve(file)));

describe("one decode of the largest accepted photo", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    await initWebp(moduleOf("@jsquash/webp/codec/enc/webp_enc_simd.wasm"));
    await initAvif(moduleOf("@jsquash/avif/codec/enc/avif_enc.wasm"));
  });

  const probe = watchWasmMemory();
  afterAll(() => probe.stop());

  it.each([
    ["a baseline JPEG of 64 MP", async () => flatJpeg(9248, 6936)],
    ["a progressive JPEG, 4:4:4, of 64 MP", async () => flatJpeg(9248, 6936, 3)],
    ["a PNG of 50 MP", async () => flatPng(8000, 6250)],
    ["a lossy WebP of 13 MP", async () => encodeWebp(textured(4160, 3120), { quality: 75 })],
    ["a lossless WebP of 6 MP", async () => encodeWebp(textured(3000, 2000), { lossless: 1, method: 0 })],
    ["an AVIF, 4:2:0, of 2.8 MP", async () => encodeAvif(textured(1930, 1450), { quality: 50, speed: 10 })],
    [
      "an AVIF, 4:4:4, of 2.2 MP",
      async () => encodeAvif(textured(1710, 1290), { quality: 70, speed: 10, subsample: 3 }),
    ],
  ])("%s stays within maxWorkingBytes, whatever scale is asked for", async (_name, encode) => {
    const bytes = new Uint8Array(await encode());
    for (const scaleAtLeast of sweep([0.08, 1], [1])) {
      probe.reset();
      const opened = await openPhoto(bytes, defaultImageLimits, nodeCodecs());
      const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast }) : opened;
      if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
      const held = bytes.length + decoded.value.raster.data.length + probe.largestBytes();
      expect(held).toBeLessThan(defaultImageLimits.maxWorkingBytes);
    }
  });
});

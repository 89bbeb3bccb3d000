/** A face under transparency, through the production pipeline: what no viewer shows is not found. */
import jpegJs from "jpeg-js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadRuntime } from "../../model/runtime.ts";
import { distance } from "../../src/face/decision/decide.ts";
import type { Raster } from "../../src/image/photo.ts";
import { readMedia } from "../fixtures/data.ts";
import { encodePng } from "../fixtures/photos/png.ts";

const photo: Raster = jpegJs.decode(readMedia("franck_01829.jpg"), { useTArray: true });
const runtime = loadRuntime();

const withAlpha = (alpha: number): Raster => ({
  ...photo,
  data: photo.data.map((value, i) => (i % 4 === 3 ? alpha : value)),
});
const rgba = ({ width, height, data }: Raster) => sharp(data, { raw: { width, height, channels: 4 } });

/** Writes a grey photo whose palette has the same alpha for every grey. */
async function palettePng(alpha: number): Promise<Uint8Array> {
  return encodePng(photo, { colourType: 3, bitDepth: 8, extra: [["tRNS", new Uint8Array(256).fill(alpha)]] });
}

const writers: Record<string, (alpha: number) => Promise<Uint8Array>> = {
  "PNG, RGBA": (alpha) => encodePng(withAlpha(alpha), { colourType: 6, filter: () => 0 }),
  "PNG, grey and alpha, interlaced": (alpha) =>
    encodePng(withAlpha(alpha), { colourType: 4, interlaced: true }),
  "PNG, palette": palettePng,
  WebP: (alpha) => rgba(withAlpha(alpha)).webp({ lossless: true, exact: true }).toBuffer(),
  AVIF: (alpha) => rgba(withAlpha(alpha)).avif({ quality: 70, effort: 2 }).toBuffer(),
};

describe.each(Object.entries(writers))("a face in a %s", (_, write) => {
  it("under alpha 0 is face_not_found", async () => {
    const { pipeline } = await runtime;
    expect(await pipeline.encodeFace(await write(0), "largest")).toMatchObject({
      failure: { code: "face_not_found" },
    });
  });

  it("that is hardly transparent is the same face", async () => {
    const { pipeline } = await runtime;
    const opaque = await pipeline.encodeFace(await write(255), "largest");
    const faint = await pipeline.encodeFace(await write(235), "largest");
    if (!opaque.ok || !faint.ok) throw new Error("there is no face");
    const apart = distance(opaque.value.embedding, faint.value.embedding);
    if (!apart.ok) throw new Error("they are of two models");
    expect(apart.value).toBeLessThan(0.5);
  });
});

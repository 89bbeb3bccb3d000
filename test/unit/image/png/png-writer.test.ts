import { crc32, inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openPhoto } from "../../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../../src/image/limits.ts";
import { writePng } from "../../../../src/image/png/png-writer.ts";
import { nodeCodecs } from "../../../fixtures/codecs.ts";

const pictures = fc
  .tuple(fc.integer({ min: 32, max: 50 }), fc.integer({ min: 32, max: 50 }), fc.integer())
  .map(([width, height, seed]) => {
    const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 2654435761 + seed) >>> 24);
    return { width, height, rgb };
  });

it("writes what the PNG decoder reads back, pixel for pixel", async () => {
  const codecs = nodeCodecs();
  await fc.assert(
    fc.asyncProperty(pictures, async ({ width, height, rgb }) => {
      const opened = await openPhoto(await writePng(width, height, rgb), defaultImageLimits, codecs);
      const photo = opened.ok ? await opened.value.decode({ scaleAtLeast: 1 }) : opened;
      if (!photo.ok) throw new Error(JSON.stringify(photo.failure));
      const { raster } = photo.value;
      expect([raster.width, raster.height]).toEqual([width, height]);
      expect(raster.data.filter((_, i) => i % 4 !== 3)).toEqual(rgb);
    }),
    { numRuns: 20 },
  );
});

it("gives each chunk zlib's checksum, and zlib inflates its rows", async () => {
  const png = Buffer.from(await writePng(2, 1, Uint8Array.of(1, 2, 3, 4, 5, 6)));
  const types: string[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    if (type === "IDAT") {
      expect([...inflateSync(png.subarray(at + 8, at + 8 + length))]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
    types.push(type);
    at += 12 + length;
  }
  expect(types).toEqual(["IHDR", "IDAT", "IEND"]);
});

it("refuses bytes that do not fit the size", async () => {
  await expect(writePng(2, 2, new Uint8Array(11))).rejects.toThrow(RangeError);
});

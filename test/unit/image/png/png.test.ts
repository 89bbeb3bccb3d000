import { deflateRawSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openPhoto } from "../../../../src/image/decode.ts";
import { defaultImageLimits, type ImageLimits } from "../../../../src/image/limits.ts";
import { nodeCodecs } from "../../../fixtures/codecs.ts";
import { meanDifference, upright } from "../../../fixtures/photos/compare.ts";
import { concat, exifBlock, orientations, scene, storedFor } from "../../../fixtures/photos/images.ts";
import { encodePng, pngChunk, shownBy } from "../../../fixtures/photos/png.ts";

const open = (bytes: Uint8Array, limits: Partial<ImageLimits> = {}) =>
  openPhoto(bytes, { ...defaultImageLimits, ...limits }, nodeCodecs());

async function decode(bytes: Uint8Array, scaleAtLeast = 1) {
  const opened = await open(bytes);
  return opened.ok ? opened.value.decode({ scaleAtLeast }) : opened;
}

describe("a PNG's pixels", () => {
  it.each([
    [0, 1],
    [0, 2],
    [0, 4],
    [0, 8],
    [0, 16],
    [2, 8],
    [2, 16],
    [3, 1],
    [3, 2],
    [3, 4],
    [3, 8],
    [4, 8],
    [4, 16],
    [6, 8],
    [6, 16],
  ] as const)(
    "of colour type %i at %i bits are exact, in rows and interlaced",
    async (colourType, bitDepth) => {
      const photo = scene(53, 37);
      for (const interlaced of [false, true]) {
        const decoded = await decode(await encodePng(photo, { colourType, bitDepth, interlaced }));
        expect(decoded).toMatchObject({ ok: true });
        if (decoded.ok) {
          expect(decoded.value.raster.data).toEqual(shownBy(photo, colourType, bitDepth).data);
        }
      }
    },
  );

  it.each([1, 2, 4, 8] as const)("of a palette of colours at %i bits are its colours", async (bitDepth) => {
    const photo = scene(40, 40);
    const colours = Uint8Array.from({ length: 3 * 2 ** bitDepth }, (_, i) => (i * 89 + 11) & 255);
    // The writer's own palette is grey; the one that follows it counts.
    const bytes = await encodePng(photo, { colourType: 3, bitDepth, extra: [["PLTE", colours]] });
    const decoded = await decode(bytes);
    const expected = photo.data.map((_, i) => {
      const entry = photo.data[i - (i % 4)] >> (8 - bitDepth);
      return i % 4 === 3 ? 255 : colours[3 * entry + (i % 4)];
    });
    expect(decoded.ok && decoded.value.raster.data).toEqual(expected);
  });

  it("of every interlaced size down to one pixel are exact", async () => {
    for (let width = 1; width <= 9; width++) {
      for (let height = 1; height <= 9; height++) {
        const photo = scene(width, height);
        const bytes = await encodePng(photo, { interlaced: true });
        const opened = await open(bytes, { minSidePixels: 1 });
        const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast: 1 }) : opened;
        expect(decoded.ok && decoded.value.raster.data).toEqual(photo.data);
      }
    }
  });

  it.each(orientations)("are placed by the eXIf chunk's orientation, %i", async (orientation) => {
    const photo = scene(50, 34);
    const extra = [["eXIf", exifBlock(orientation)]] as const;
    const decoded = await decode(await encodePng(storedFor(photo, orientation), { extra }));
    expect(decoded.ok && meanDifference(upright(decoded.value), photo)).toBe(0);
  });

  it.each([
    [0.5, 50],
    [0.51, 100],
    [0.34, 50],
    [0.25, 25],
  ])("are averaged to the smallest 1/k at or above %f: %i px wide", async (scaleAtLeast, width) => {
    const decoded = await decode(await encodePng(scene(100, 60)), scaleAtLeast);
    expect(decoded.ok && decoded.value.raster.width).toBe(width);
  });
});

describe("a PNG's limits", () => {
  it("on pixels: exactly at the limit passes, one row more fails", async () => {
    const limits = { pngMaxPixels: 100 * 80 };
    expect(await open(await encodePng(scene(100, 80)), limits)).toMatchObject({ ok: true });
    expect(await open(await encodePng(scene(100, 81)), limits)).toEqual({
      ok: false,
      failure: { code: "image_too_large", limit: 8000, actual: 8100, unit: "pixels" },
    });
  });

  it("on pixels: 64 bits a pixel allow 24/64 of them", async () => {
    const limits = { pngMaxPixels: 6400 };
    const options = { colourType: 6, bitDepth: 16 } as const;
    expect(await open(await encodePng(scene(60, 40), options), limits)).toMatchObject({ ok: true });
    expect(await open(await encodePng(scene(60, 41), options), limits)).toMatchObject({
      failure: { code: "image_too_large", limit: 2400 },
    });
  });

  it("on memory: interlacing keeps sums of the raster alone, and so a smaller raster at most", async () => {
    const claimed = { width: 5000, height: 5000 };
    const bytesOf = async (interlaced: boolean, scaleAtLeast: number) => {
      const opened = await open(await encodePng(scene(64, 64), { claimed, interlaced }));
      return opened.ok ? opened.value.workingBytes({ scaleAtLeast }) : Number.NaN;
    };
    // Both have 500 x 500 px at 1/10; pixels and memory allow at most 1/3 each.
    expect((await bytesOf(true, 0.1)) - (await bytesOf(false, 0.1))).toBe(12 * 500 * 500 - 12 * 5000);
    expect((await bytesOf(true, 1)) - (await bytesOf(false, 1))).toBe(12 * 1667 * 1667 - 12 * 5000);
    expect(await bytesOf(true, 1)).toBeLessThan(defaultImageLimits.maxWorkingBytes);
  });

  it.each([
    ["narrow", 40, 600],
    ["wide", 12_000, 33],
    ["square", 200, 180],
  ] as const)(
    "on memory: no decode holds more than it reserves, where the photo is %s",
    async (_, width, height) => {
      const photo = scene(width, height);
      for (const [colourType, bitDepth] of [
        [0, 1],
        [2, 8],
        [6, 16],
      ] as const) {
        for (const interlaced of [false, true]) {
          const bytes = await encodePng(photo, { colourType, bitDepth, interlaced, filter: () => 0 });
          for (const scaleAtLeast of [1, 1 / 7]) {
            const codecs = nodeCodecs();
            const opened = await openPhoto(bytes, defaultImageLimits, codecs);
            const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast }) : opened;
            if (!opened.ok || !decoded.ok) throw new Error("it does not decode");
            const held = codecs.heldBytes() + decoded.value.raster.data.length;
            expect(held).toBeLessThanOrEqual(opened.value.workingBytes({ scaleAtLeast }));
          }
        }
      }
    },
  );

  it("stop reading a stream that unfolds to more than the header says", async () => {
    const claimed = { width: 2000, height: 32 };
    const bytes = await encodePng(scene(2000, 1500), { claimed, filter: () => 0 });
    expect(await decode(bytes)).toMatchObject({ ok: true, value: { width: 2000, height: 32 } });
  });
});

describe("a PNG's blocks without bytes", () => {
  // 64 rows of 192 bytes may lie in 4,096 + 8 * 64 + 64 * 192 / 256 blocks.
  const most = 4096 + 512 + 48;

  it(`are ${most} at most with those that have bytes, for a photo of 64 x 64 px`, async () => {
    const photo = scene(64, 64);
    const whole = await encodePng(photo, { chunkBytes: 1e6, filter: () => 0 });
    const at = Buffer.from(whole).indexOf("IDAT");
    const data = whole.subarray(at + 4, whole.length - 16);
    const lines = inflateSync(data);
    const sum = data.subarray(data.length - 4);
    const of = (blocks: number) => {
      const empty = new Uint8Array(5 * (blocks - 1)).map((_, i) => (i % 5 > 2 ? 255 : 0));
      const stream = concat([[0x78, 0x9c], empty, deflateRawSync(lines, { level: 0 }), sum]);
      return concat([whole.subarray(0, at - 4), pngChunk("IDAT", stream)]);
    };
    const decoded = await decode(of(most));
    expect(decoded.ok && decoded.value.raster.data).toEqual(photo.data);
    expect(await decode(of(most + 1))).toMatchObject({ failure: { reason: "its data is damaged" } });
  });
});

describe("a PNG that ends early", () => {
  const reasonOf = async (bytes: Uint8Array) => {
    const decoded = await decode(bytes);
    return decoded.ok ? "none" : "reason" in decoded.failure ? decoded.failure.reason : decoded.failure.code;
  };
  const missing = "rows of its picture are missing: its data ends before them";
  /** Bytes after the last of the compressed data: Adler-32, the checksum of IDAT, and IEND. */
  const [sum, checksum, end] = [4, 4, 12];

  it.each([false, true])(
    "is a whole photo as long as its last row is there, and refused without its last byte (interlaced: %s)",
    async (interlaced) => {
      const photo = scene(48, 40);
      const whole = await encodePng(photo, { interlaced, chunkBytes: 1e6 });
      const data = whole.length - end - checksum - sum;
      let least = whole.length;
      for (; least > 0; least--) {
        const decoded = await decode(whole.subarray(0, least));
        if (!decoded.ok) break;
        expect(decoded.value.raster.data).toEqual(photo.data);
      }
      // The code that ends the block may lie alone in the last byte.
      expect(data - least).toBeGreaterThanOrEqual(1);
      expect(data - least).toBeLessThanOrEqual(3);
      for (let length = least; length > 60; length -= 7) {
        expect(await reasonOf(whole.subarray(0, length)), `${length} bytes`).toBe(missing);
      }
      for (let length = 0; length < 41; length++) {
        expect(await reasonOf(whole.subarray(0, length)), `${length} bytes`).not.toBe("none");
      }
    },
  );

  it.each([
    ["IEND", end],
    ["IEND and the checksum of its data", end + checksum],
    ["IEND, that checksum and half of the stream's own", end + checksum + 2],
  ])("is a whole photo without %s", async (_, bytes) => {
    const photo = scene(60, 50);
    const whole = await encodePng(photo, { chunkBytes: 700 });
    const decoded = await decode(whole.subarray(0, whole.length - bytes));
    expect(decoded.ok && decoded.value.raster.data).toEqual(photo.data);
  });

  it("is a whole photo where something else follows its rows", async () => {
    const photo = scene(60, 50);
    const whole = await encodePng(photo, { chunkBytes: 700 });
    const cut = whole.subarray(0, whole.length - end);
    for (const tail of [
      whole,
      concat([cut, new Uint8Array(500)]),
      concat([cut, pngChunk("quIT", new Uint8Array(9))]),
    ]) {
      const decoded = await decode(concat([tail, [1, 2, 3]]));
      expect(decoded.ok && decoded.value.raster.data).toEqual(photo.data);
    }
  });

  it.each([false, true])(
    "is refused where its stream holds one row less than its header says (interlaced: %s)",
    async (interlaced) => {
      // All bytes are zeros, so that data read from a wrong place has a valid filter.
      const black = { width: 64, height: 64, data: new Uint8Array(4 * 64 * 64) };
      const options = { interlaced, filter: () => 0 };
      expect(await reasonOf(await encodePng(black, { ...options, claimed: { width: 64, height: 64 } }))).toBe(
        "none",
      );
      expect(await reasonOf(await encodePng(black, { ...options, claimed: { width: 64, height: 65 } }))).toBe(
        missing,
      );
    },
  );
});

describe("a PNG that cannot be decoded", () => {
  it("is refused wherever a byte of its data is wrong", async () => {
    const whole = await encodePng(scene(120, 90));
    for (let at = whole.length >> 2; at < whole.length - 40; at += 401) {
      const broken = whole.slice();
      broken[at] ^= 0x55;
      expect(await decode(broken), `byte ${at}`).toMatchObject({ failure: { code: "invalid_image" } });
    }
  });

  it("is refused where the checksum of its stream is wrong, and taken where that of an IDAT is", async () => {
    const whole = await encodePng(scene(120, 90), { chunkBytes: 1e6 });
    for (const [fromEnd, reason] of [
      [20, "its data is damaged"],
      [17, "its data is damaged"],
      [16, "none"],
      [13, "none"],
    ] as const) {
      const broken = whole.slice();
      broken[whole.length - fromEnd] ^= 1;
      const decoded = await decode(broken);
      expect(decoded.ok ? "none" : "reason" in decoded.failure && decoded.failure.reason).toBe(reason);
    }
  });

  it.each([
    ["a header's checksum is wrong", (png: Uint8Array) => png.set([1], 29)],
    ["the first chunk is no header", (png: Uint8Array) => png.set([0x74], 12)],
  ])("is refused where %s", async (_what, damage) => {
    const bytes = await encodePng(scene(64, 64));
    damage(bytes);
    expect(await open(bytes)).toMatchObject({ failure: { code: "invalid_image" } });
  });

  it("is refused where a chunk of data reaches past the end over other chunks", async () => {
    const bytes = await encodePng(scene(64, 64), { chunkBytes: 500 });
    bytes.set([0x7f], 33);
    expect(await decode(bytes)).toMatchObject({ failure: { code: "invalid_image" } });
  });

  it("is refused where a filter type is not defined", async () => {
    expect(await decode(await encodePng(scene(64, 64), { filter: () => 5 }))).toMatchObject({
      failure: { code: "invalid_image" },
    });
  });

  it("leaves the reader as good as new", async () => {
    const photo = scene(70, 50);
    const whole = await encodePng(photo);
    const codecs = nodeCodecs();
    for (const length of [100, 900, whole.length]) {
      const opened = await openPhoto(whole.subarray(0, length), defaultImageLimits, codecs);
      const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast: 1 }) : opened;
      expect(decoded.ok && decoded.value.raster.data).toEqual(length === whole.length && photo.data);
    }
  });
});

import jpegJs from "jpeg-js";
import { describe, expect, it } from "vitest";
import { openPhoto } from "../../../../src/image/decode.ts";
import { defaultImageLimits, type ImageLimits } from "../../../../src/image/limits.ts";
import type { Photo } from "../../../../src/image/photo.ts";
import { nodeCodecs } from "../../../fixtures/codecs.ts";
import { areaAverage, meanDifference } from "../../../fixtures/photos/compare.ts";
import {
  concat,
  encodeJpeg,
  fillJpeg,
  findMarker,
  flatJpeg,
  scene,
  storedFor,
} from "../../../fixtures/photos/images.ts";

const codecs = nodeCodecs();

const open = (bytes: Uint8Array, limits: Partial<ImageLimits> = {}) =>
  openPhoto(bytes, { ...defaultImageLimits, ...limits }, codecs);

async function decode(bytes: Uint8Array, scaleAtLeast: number, limits: Partial<ImageLimits> = {}) {
  const opened = await open(bytes, limits);
  return opened.ok ? opened.value.decode({ scaleAtLeast }) : opened;
}

async function raster(bytes: Uint8Array, scaleAtLeast: number) {
  const decoded = await decode(bytes, scaleAtLeast);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  return decoded.value.raster;
}

describe("a JPEG's pixels", () => {
  it("at full size match jpeg-js within one grey level", async () => {
    const bytes = encodeJpeg(scene(333, 217));
    const oracle = jpegJs.decode(bytes, { useTArray: true });
    expect(meanDifference(await raster(bytes, 1), oracle)).toBeLessThan(1);
  });

  it.each([1, 2, 4])("at %i/8 match area averages within 2 grey levels", async (eighths) => {
    const bytes = encodeJpeg(scene(333, 217));
    const oracle = areaAverage(jpegJs.decode(bytes, { useTArray: true }), eighths / 8);
    expect(meanDifference(await raster(bytes, eighths / 8), oracle)).toBeLessThan(2);
  });

  it.each([
    [0, 1],
    [0.125, 1],
    [0.126, 2],
    [0.5, 4],
    [0.51, 8],
    [1, 8],
    [7, 8],
  ])(
    "are decoded at the smallest of 1, 2, 4 and 8 eighths at or above %f: %i/8",
    async (scaleAtLeast, eighths) => {
      const { width, height } = await raster(encodeJpeg(scene(320, 200)), scaleAtLeast);
      expect([width, height]).toEqual([40 * eighths, 25 * eighths]);
    },
  );

  it("are decoded at the largest scale that the raster limit allows, where that is less than wanted", async () => {
    const bytes = encodeJpeg(scene(320, 200));
    const at = async (maxRasterPixels: number) => {
      const decoded = await decode(bytes, 1, { maxRasterPixels });
      return decoded.ok && decoded.value.raster.width;
    };
    expect(await at(160 * 100)).toBe(160);
    expect(await at(160 * 100 - 1)).toBe(80);
  });

  it("come from a progressive file too", async () => {
    const { width, data } = await raster(flatJpeg(64, 48, 5), 1);
    expect(width).toBe(64);
    expect(data.every((value, i) => value === (i % 4 === 3 ? 255 : 128))).toBe(true);
  });
});

/** Makes 8 x 8 px of one colour: each component's block is its DC, 11110 and seven bits, then end of block. */
function oneColour(values: readonly number[], adobe: boolean): Uint8Array {
  const model = encodeJpeg({ width: 8, height: 8, data: new Uint8Array(256).fill(128) });
  const tables = model.slice(findMarker(model, 0xc4), findMarker(model, 0xda));
  const quantization = [0xff, 0xdb, 0, 67, 0, ...new Array(64).fill(8)];
  const mark = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];
  const ids = values.map((_, i) => i + 1);
  const frame = [
    0xff,
    0xc0,
    0,
    8 + 3 * ids.length,
    8,
    0,
    8,
    0,
    8,
    ids.length,
    ...ids.flatMap((id) => [id, 0x11, 0]),
  ];
  const scan = [0xff, 0xda, 0, 6 + 2 * ids.length, ids.length, ...ids.flatMap((id) => [id, 0]), 0, 63, 0];
  const bits = values
    .map((value) => {
      const level = value - 128;
      const code = (level > 0 ? level : level + 127).toString(2).padStart(7, "0");
      return `11110${code}1010`;
    })
    .join("")
    .padEnd(64, "1");
  const coded = Array.from({ length: 8 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2));
  return concat([[0xff, 0xd8], adobe ? mark : [], quantization, frame, tables, scan, coded, [0xff, 0xd9]]);
}

it("a JPEG of two components shows the first, in grey", async () => {
  const decoded = await decode(oneColour([220, 40], false), 1, { minSidePixels: 1 });
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  const { data } = decoded.value.raster;
  for (let i = 0; i < 256; i += 4) expect([...data.subarray(i, i + 4)]).toEqual([220, 220, 220, 255]);
});

describe("a JPEG of four inks", () => {
  it.each([
    // 255 is no ink: the light that each colour leaves, times the light that black leaves.
    [true, [220, 40, 60, 200], [173, 31, 47]],
    [true, [212, 192, 44, 30], [25, 23, 5]],
    // Inks are inverted without Adobe's mark too, as browsers and ImageMagick take them.
    [false, [220, 40, 60, 200], [173, 31, 47]],
    [false, [212, 192, 44, 30], [25, 23, 5]],
  ])("with Adobe's mark (%s), of %j, is %j, opaque", async (adobe, values, colour) => {
    const decoded = await decode(oneColour(values, adobe), 1, { minSidePixels: 1 });
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
    const { data } = decoded.value.raster;
    for (let i = 0; i < 256; i += 4) expect([...data.subarray(i, i + 4)]).toEqual([...colour, 255]);
  });
});

describe("a JPEG's limits", () => {
  it("on pixels: exactly at the limit passes, one row more fails", async () => {
    const limits = { jpegMaxPixels: 640 * 480 };
    expect(await open(flatJpeg(640, 480), limits)).toMatchObject({ ok: true });
    expect(await open(flatJpeg(640, 481), limits)).toEqual({
      ok: false,
      failure: { code: "image_too_large", limit: 640 * 480, actual: 640 * 481, unit: "pixels" },
    });
  });

  it("on scans: exactly at the limit passes, one more fails", async () => {
    expect(await open(flatJpeg(64, 64, 100))).toMatchObject({ ok: true });
    expect(await open(flatJpeg(64, 64, 101))).toEqual({
      ok: false,
      failure: { code: "image_too_large", limit: 100, actual: 101, unit: "scans" },
    });
  });

  it("on sides: 32 passes, 31 fails", async () => {
    expect(await open(flatJpeg(32, 500))).toMatchObject({ ok: true });
    expect(await open(flatJpeg(31, 500))).toMatchObject({ failure: { code: "invalid_image" } });
  });

  it("on sides: 65,500 passes, one more is refused by name, as the library would refuse it without one", async () => {
    expect(await open(flatJpeg(65_500, 64))).toMatchObject({ ok: true });
    expect(await open(flatJpeg(64, 65_501))).toEqual({
      ok: false,
      failure: {
        code: "invalid_image",
        reason: "it measures 64 by 65501 pixels, and no side of a JPEG may be over 65500",
      },
    });
  });

  it("on memory: a progressive file is accepted wherever a baseline file is, since its overview keeps DC alone", async () => {
    expect(await open(flatJpeg(10_000, 6500))).toMatchObject({ ok: true });
    const opened = await open(flatJpeg(10_000, 6500, 2));
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    // All its coefficients would be 390 MB: it is decoded at 1/8, whatever is asked for.
    const decoded = await opened.value.decode({ scaleAtLeast: 0.25 });
    expect(decoded.ok && decoded.value.raster.width).toBe(1250);
  });
});

describe.each([
  ["50 megapixels", 8160, 6144],
  ["64 megapixels", 9248, 6936],
])("a sensor's JPEG of %s in a file of 10 MiB", (_, width, height) => {
  const bodyBytes = 10 * 1024 * 1024;

  it.each([
    ["baseline", undefined],
    ["progressive, in ten scans", 10],
  ] as const)("and %s is shown, and a face in its last corner in full detail", async (_, scans) => {
    const file = fillJpeg(flatJpeg(width, height, scans), bodyBytes - 4);
    const opened = await open(file);
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    const face = { x: width - 500, y: height - 500, width: 500, height: 500 };
    for (const request of [{ scaleAtLeast: 0.08 }, { scaleAtLeast: 1, region: face }]) {
      expect(file.length + opened.value.workingBytes(request)).toBeLessThan(
        defaultImageLimits.maxWorkingBytes,
      );
      const decoded = await opened.value.decode(request);
      if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
      const { raster } = decoded.value;
      expect([raster.width, raster.height]).toEqual(
        "region" in request ? [500, 500] : [width / 8, height / 8],
      );
      expect(raster.data.every((value, i) => value === (i % 4 === 3 ? 255 : 128))).toBe(true);
    }
  });
});

describe("a part of a JPEG", () => {
  const width = 333;
  const height = 217;

  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)(
    "in orientation %i is the pixels of all of it, at the scale asked for, in their place",
    async (orientation) => {
      const bytes = encodeJpeg(storedFor(scene(width, height), orientation), 90, orientation);
      const opened = await open(bytes);
      if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
      const region = { x: 101.5, y: 40, width: 120, height: 90.25 };
      for (const scaleAtLeast of [0.2, 0.5, 1]) {
        const whole = await opened.value.decode({ scaleAtLeast });
        const part = await opened.value.decode({ scaleAtLeast, region });
        if (!whole.ok || !part.ok) throw new Error("not decoded");
        for (const [x, y] of [
          [102, 41],
          [160, 88],
          [221, 130],
        ])
          expect(pixelAt(part.value, x, y)).toEqual(pixelAt(whole.value, x, y));
        const share = (part.value.raster.width * part.value.raster.height) / (120 * 90);
        expect(share / scaleAtLeast ** 2).toBeLessThan(2);
      }
    },
  );

  it("that lies outside of the photo is one pixel of its edge", async () => {
    const opened = await open(encodeJpeg(scene(width, height)));
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    const part = await opened.value.decode({
      scaleAtLeast: 1,
      region: { x: 900, y: -50, width: 20, height: 20 },
    });
    expect(part.ok && [part.value.raster.width, part.value.raster.height]).toEqual([1, 1]);
  });

  function pixelAt({ raster, toRaster }: Photo, x: number, y: number): number[] {
    const column = Math.floor(toRaster.a * x + toRaster.b * y + toRaster.tx);
    const row = Math.floor(toRaster.c * x + toRaster.d * y + toRaster.ty);
    expect(column >= 0 && row >= 0 && column < raster.width && row < raster.height).toBe(true);
    return [...raster.data.subarray(4 * (row * raster.width + column)).subarray(0, 4)];
  }
});

describe("a JPEG that cannot be decoded", () => {
  const whole = encodeJpeg(scene(160, 120));

  it("is refused wherever it is cut before its last rows, and never throws", async () => {
    for (let length = 0; length < whole.length - 20; length += 97) {
      expect(await decode(whole.subarray(0, length), 1)).toMatchObject({ ok: false });
    }
    for (const scaleAtLeast of [0.125, 1]) {
      expect(await decode(whole.subarray(0, whole.length - 20), scaleAtLeast)).toMatchObject({
        failure: {
          code: "invalid_image",
          reason: "rows of its picture are missing: its data ends before them",
        },
      });
    }
  });

  it("for want of its end alone is decoded: all rows are there", async () => {
    const expected = await raster(whole, 1);
    expect(await raster(whole.subarray(0, whole.length - 2), 1)).toEqual(expected);
  });

  it("is refused where data is missing although its end is there", async () => {
    const torso = concat([whole.subarray(0, whole.length >> 1), whole.subarray(whole.length - 2)]);
    expect(await decode(torso, 1)).toMatchObject({ failure: { code: "invalid_image" } });
  });

  it("leaves the codec able to decode the next one", async () => {
    const broken = whole.slice();
    broken.fill(0xff, findMarker(whole, 0xc4) + 5, findMarker(whole, 0xc4) + 20);
    expect(await decode(broken, 1)).toMatchObject({ failure: { code: "invalid_image" } });
    expect(await decode(whole, 1)).toMatchObject({ ok: true });
  });

  it("is refused before decoding where a header promises more than its data can hold", async () => {
    const bomb = whole.slice();
    bomb.set([0x17, 0x70, 0x17, 0x70], findMarker(whole, 0xc0) + 5);
    expect(await open(bomb)).toMatchObject({
      failure: { code: "invalid_image", reason: "it holds less data than its size needs" },
    });
  });

  it.each([
    [0xc3, "a lossless JPEG"],
    [0xc5, "a hierarchical JPEG"],
    [0xc9, "an arithmetic-coded JPEG"],
    [0xca, "an arithmetic-coded JPEG"],
    [0xcb, "a lossless JPEG"],
    [0xcd, "a hierarchical JPEG"],
  ])("by its process, SOF marker 0x%s, is named: %s", async (marker, found) => {
    const other = whole.slice();
    other[findMarker(whole, 0xc0) + 1] = marker;
    expect(await open(other)).toMatchObject({ failure: { code: "unsupported_media_type", found } });
  });

  it("by its precision is named: a 12-bit JPEG", async () => {
    const other = whole.slice();
    other[findMarker(whole, 0xc0) + 4] = 12;
    expect(await open(other)).toMatchObject({
      failure: { code: "unsupported_media_type", found: "a 12-bit JPEG" },
    });
  });
});

it("a JPEG with bytes after its end is decoded without them", async () => {
  const bytes = concat([encodeJpeg(scene(64, 64)), new Uint8Array(5000).fill(0xd8)]);
  expect(await decode(bytes, 1)).toMatchObject({ ok: true });
});

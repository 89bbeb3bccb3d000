import { describe, expect, it } from "vitest";
import { readWebpHeader } from "../../../../src/image/codecs/webp-header.ts";
import { ascii, concat, exifBlock, vp8x, wrapWebp } from "../../../fixtures/photos/images.ts";

type Chunk = readonly [type: string, payload: ArrayLike<number>];

/** Makes a lossless frame's header: 14 bits for each side less one. */
function lossless(width: number, height: number): number[] {
  const bits = (width - 1) | ((height - 1) << 14);
  return [0x2f, bits & 255, (bits >>> 8) & 255, (bits >>> 16) & 255, bits >>> 24];
}

/** Makes a lossy key frame's tag, start code and sides; the two high bits of a side are its scale. */
function lossy(width: number, height: number, scale = 0): number[] {
  const side = (pixels: number) => [pixels & 255, (pixels >> 8) | (scale << 6)];
  return [0x10, 0, 0, 0x9d, 0x01, 0x2a, ...side(width), ...side(height)];
}

const read = (...chunks: readonly Chunk[]) => readWebpHeader(wrapWebp(chunks));

function reasonOf(answer: ReturnType<typeof readWebpHeader>): string {
  if (answer.ok) return "none";
  const { failure } = answer;
  return "reason" in failure ? failure.reason : "found" in failure ? failure.found : failure.code;
}

const malformed = "its frame header is malformed";

describe("a WebP's header", () => {
  it("of a lossless frame is its size", () => {
    const file = wrapWebp([["VP8L", lossless(300, 200)]]);
    expect(readWebpHeader(file)).toEqual({
      ok: true,
      value: {
        width: 300,
        height: 200,
        lossless: true,
        alphaPlane: false,
        hasAlpha: false,
        orientation: 1,
        end: file.length,
      },
    });
  });

  it("of a lossy frame is its size, without the bits that say how to scale it", () => {
    expect(read(["VP8 ", lossy(300, 1000, 3)])).toMatchObject({
      value: { width: 300, height: 1000, lossless: false, alphaPlane: false },
    });
  });

  it.each([
    [1, 1],
    [16_384, 16_384],
    [257, 16_383],
  ])("of a lossless frame of %i x %i is read", (width, height) => {
    expect(read(["VP8L", lossless(width, height)])).toMatchObject({ value: { width, height } });
  });

  it("says whether a lossy frame has a plane of alpha", () => {
    const chunks: Chunk[] = [
      ["VP8X", vp8x(0x10, 300, 200)],
      ["ALPH", [1, 2, 3]],
      ["VP8 ", lossy(300, 200)],
    ];
    expect(read(...chunks)).toMatchObject({ value: { alphaPlane: true, lossless: false } });
  });

  it("says whether there is any alpha: a plane of it, or a lossless frame whose bit 28 is set", () => {
    const used = lossless(300, 200);
    used[4] |= 0x10;
    const plane: Chunk = ["ALPH", [1, 2, 3]];
    const canvas: Chunk = ["VP8X", vp8x(0x10, 300, 200)];
    expect(read(["VP8L", used])).toMatchObject({ value: { hasAlpha: true, alphaPlane: false } });
    expect(read(["VP8L", lossless(300, 200)])).toMatchObject({ value: { hasAlpha: false } });
    expect(read(canvas, plane, ["VP8 ", lossy(300, 200)])).toMatchObject({ value: { hasAlpha: true } });
    expect(read(canvas, ["VP8 ", lossy(300, 200)])).toMatchObject({ value: { hasAlpha: false } });
  });

  it("counts the first frame", () => {
    expect(read(["VP8L", lossless(300, 200)], ["VP8L", lossless(30, 20)])).toMatchObject({
      value: { width: 300 },
    });
  });

  it.each([
    ["no key frame", "VP8 ", [0x11, ...lossy(300, 200).slice(1)]],
    ["without its start code's first byte", "VP8 ", lossy(300, 200).with(3, 0)],
    ["without its start code's second byte", "VP8 ", lossy(300, 200).with(4, 0)],
    ["without its start code's third byte", "VP8 ", lossy(300, 200).with(5, 0)],
    ["shorter than its sides", "VP8 ", lossy(300, 200).slice(0, 9)],
    ["without its signature", "VP8L", lossless(300, 200).with(0, 0x2e)],
    ["cut short", "VP8L", lossless(300, 200).slice(0, 4)],
  ])("of a frame that is %s is refused", (_, type, payload) => {
    // A further chunk keeps the file longer than its fixed parts.
    expect(reasonOf(read([type, payload], ["XXXX", new Uint8Array(20)]))).toBe(malformed);
  });

  it("without a frame holds no pixels", () => {
    expect(reasonOf(read(["XXXX", [1, 2]]))).toBe("it holds no pixels");
  });
});

describe("a WebP's canvas", () => {
  it.each([
    [300, 200, "none"],
    [301, 200, "its headers disagree about its size"],
    [300, 201, "its headers disagree about its size"],
    [65_836, 200, "its headers disagree about its size"],
    [300, 65_736, "its headers disagree about its size"],
    [556, 200, "its headers disagree about its size"],
  ])("of %i x %i is that of a frame of 300 x 200: refused for %s", (width, height, reason) => {
    expect(reasonOf(read(["VP8X", vp8x(0, width, height)], ["VP8L", lossless(300, 200)]))).toBe(reason);
  });

  it("is read where its chunk is whole, and is not where it is cut short", () => {
    const canvas = vp8x(0, 30, 20);
    expect(read(["VP8X", [...canvas, 0, 0]], ["VP8L", lossless(30, 20)]).ok).toBe(true);
    expect(read(["VP8X", vp8x(2, 9, 9).slice(0, 9)], ["VP8L", lossless(300, 200)]).ok).toBe(true);
  });

  it.each([
    ["the canvas's flag", [["VP8X", vp8x(0x02, 30, 20)]]],
    ["ANIM", [["ANIM", [0, 0, 0, 0, 0, 0]]]],
    ["ANMF", [["ANMF", new Uint8Array(16)]]],
  ] as [string, Chunk[]][])("that moves, by %s, is refused by name", (_, chunks) => {
    expect(reasonOf(read(...chunks, ["VP8L", lossless(30, 20)]))).toBe("an animated WebP");
  });

  it.each([0x01, 0x04, 0x08, 0x10, 0x20])("with flag 0x%s does not move", (flag) => {
    expect(read(["VP8X", vp8x(flag, 30, 20)], ["VP8L", lossless(30, 20)]).ok).toBe(true);
  });
});

describe("a WebP's chunks", () => {
  const frame: Chunk = ["VP8L", lossless(300, 200)];

  it("may be of an odd length, with a byte after them", () => {
    expect(read(["XXXX", [1]], ["EXIF", [0]], frame)).toMatchObject({ value: { width: 300 } });
  });

  it("carry the orientation, with JPEG's prefix or without", () => {
    expect(read(frame, ["EXIF", exifBlock(6)])).toMatchObject({ value: { orientation: 6 } });
    const prefixed = concat([ascii("Exif\0\0"), exifBlock(8)]);
    expect(read(frame, ["EXIF", prefixed])).toMatchObject({ value: { orientation: 8 } });
    for (const at of [0, 1, 2, 3]) {
      const other = prefixed.with(at, 0x7a);
      expect(read(frame, ["EXIF", other])).toMatchObject({ value: { orientation: 1 } });
    }
  });

  it("that reach past the end of the file are refused, and one that ends there is not", () => {
    const file = wrapWebp([frame, ["XXXX", [1, 2, 3, 4]]]);
    const view = new DataView(file.buffer);
    expect(readWebpHeader(file).ok).toBe(true);
    view.setUint32(file.length - 8, 5, true);
    expect(reasonOf(readWebpHeader(file))).toBe("a chunk reaches past the end of the file");
  });

  it("that lie behind the RIFF chunk are another file's", () => {
    const file = wrapWebp([frame]);
    const longer = concat([file, ascii("ANIM"), [0, 0, 0, 0]]);
    expect(readWebpHeader(longer)).toMatchObject({ ok: true, value: { end: file.length } });
  });

  it("are 256 at most: a frame behind them is not looked for", () => {
    const fillers = new Array<Chunk>(255).fill(["XXXX", []]);
    expect(read(...fillers, frame).ok).toBe(true);
    expect(reasonOf(read(...fillers, ["XXXX", []], frame))).toBe("it holds no pixels");
  });

  it("cut short anywhere, or with a RIFF chunk longer than the file, are refused", () => {
    const file = wrapWebp([frame]);
    for (let length = 12; length < file.length; length++) {
      expect(reasonOf(readWebpHeader(file.subarray(0, length))), `${length}`).toBe("the file is cut short");
    }
    expect(reasonOf(readWebpHeader(wrapWebp([])))).toBe("the file is cut short");
    expect(reasonOf(readWebpHeader(wrapWebp([["XXXX", []]])))).toBe("it holds no pixels");
  });

  it("are read of a file that lies anywhere in its buffer", () => {
    const file = wrapWebp([frame]);
    const inside = concat([[1, 2, 3], file]).subarray(3);
    expect(readWebpHeader(inside)).toMatchObject({ ok: true, value: { width: 300, height: 200 } });
  });
});

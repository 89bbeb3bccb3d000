import { describe, expect, it } from "vitest";
import { fail } from "../../../../src/errors.ts";
import { readJpegHeader } from "../../../../src/image/jpeg/jpeg-header.ts";
import { ascii, concat, exifBlock } from "../../../fixtures/photos/images.ts";

const SOI = [0xff, 0xd8];
const EOI = [0xff, 0xd9];

function segment(code: number, payload: ArrayLike<number>, length = payload.length + 2): Uint8Array {
  return concat([[0xff, code, length >> 8, length & 255], payload]);
}

/**
 * Makes a header of 300 x 200 px; each component has its sampling factors, H in the high four bits and V in the low
 * ones.
 */
function frame({ code = 0xc0, precision = 8, factors = [0x22, 0x11, 0x11] } = {}): Uint8Array {
  const components = factors.flatMap((factor, i) => [i + 1, factor, 0]);
  return segment(code, [precision, 0, 200, 1, 44, factors.length, ...components]);
}

function scan(components: number, ...coded: number[]): Uint8Array {
  const selectors = Array.from({ length: components }, (_, i) => [i + 1, 0]).flat();
  return concat([segment(0xda, [components, ...selectors, 0, 63, 0]), coded]);
}

const read = (parts: readonly ArrayLike<number>[], limits = {}) =>
  readJpegHeader(concat(parts), { maxScans: 10, maxScanBlocks: 1e6, ...limits }, () => undefined);

function headerOf(...parts: readonly ArrayLike<number>[]) {
  const header = read(parts);
  if (!header.ok) throw new Error(JSON.stringify(header.failure));
  return header.value;
}

const reasonOf = (...parts: readonly ArrayLike<number>[]) => {
  const header = read(parts);
  return header.ok ? "none" : "reason" in header.failure ? header.failure.reason : header.failure.code;
};

const foundIn = (...parts: readonly ArrayLike<number>[]) => {
  const header = read(parts);
  return !header.ok && "found" in header.failure ? header.failure.found : "none";
};

const cutShort = "the file is cut short";

describe("a JPEG's header", () => {
  it("is its frame, what its scans hold, and where it ends", () => {
    const whole = [SOI, frame(), scan(3, 1, 2, 3), EOI];
    expect(headerOf(...whole, [0xff, 0xd8, 9, 9])).toEqual({
      width: 300,
      height: 200,
      components: [
        { id: 1, horizontal: 2, vertical: 2 },
        { id: 2, horizontal: 1, vertical: 1 },
        { id: 3, horizontal: 1, vertical: 1 },
      ],
      progressive: false,
      scans: 1,
      orientation: 1,
      codedBytes: 3,
      end: concat(whole).length,
    });
  });

  it.each([
    [0xc0, false],
    [0xc1, false],
    [0xc2, true],
  ])("with frame marker 0x%s is read, and progressive: %s", (code, progressive) => {
    const header = headerOf(SOI, frame({ code }), scan(3, 1), EOI);
    expect(header).toMatchObject({ progressive });
  });

  it.each([0xc4, 0xc8, 0xcc, 0xbf, 0xdb, 0xe0, 0xfe])(
    "is no frame in a segment of marker 0x%s, whatever stands there",
    (code) => {
      expect(reasonOf(SOI, frame({ code }), EOI)).toBe("it holds no pixels");
      expect(headerOf(SOI, frame({ code }), frame(), scan(3, 1), EOI).width).toBe(300);
    },
  );

  it.each([
    [0xc3, "a lossless JPEG"],
    [0xc5, "a hierarchical JPEG"],
    [0xc6, "a hierarchical JPEG"],
    [0xc7, "a hierarchical JPEG"],
    [0xc9, "an arithmetic-coded JPEG"],
    [0xca, "an arithmetic-coded JPEG"],
    [0xcb, "a lossless JPEG"],
    [0xcd, "a hierarchical JPEG"],
    [0xce, "a hierarchical JPEG"],
    [0xcf, "a hierarchical JPEG"],
  ])("with frame marker 0x%s is refused as %s", (code, found) => {
    expect(foundIn(SOI, frame({ code }), scan(3, 1), EOI)).toBe(found);
  });

  it("with a hierarchy announced before its first frame is refused as hierarchical", () => {
    expect(foundIn(SOI, frame({ code: 0xde }), frame(), scan(3, 1), EOI)).toBe("a hierarchical JPEG");
  });

  it.each([7, 9, 12])("with %i bits a channel is refused by that", (precision) => {
    expect(foundIn(SOI, frame({ precision }), scan(3, 1), EOI)).toBe(`a ${precision}-bit JPEG`);
  });

  it.each([0, 5])("with %i components is refused by that", (count) => {
    const factors = new Array(count).fill(0x11);
    expect(foundIn(SOI, frame({ factors }), scan(1, 1), EOI)).toBe(`a JPEG with ${count} colour channels`);
  });

  it.each([1, 2, 3, 4])("with %i components is read", (count) => {
    const factors = new Array(count).fill(0x11);
    expect(headerOf(SOI, frame({ factors }), scan(count, 1), EOI).components).toHaveLength(count);
  });

  it.each([
    [0x11, true],
    [0x44, true],
    [0x14, true],
    [0x41, true],
    [0x01, false],
    [0x10, false],
    [0x51, false],
    [0x15, false],
  ])("with sampling factors 0x%s is read: %s", (factor, isRead) => {
    const reason = reasonOf(SOI, frame({ factors: [0x11, 0x11, factor] }), scan(3, 1), EOI);
    expect(reason).toBe(isRead ? "none" : "its sampling factors are out of range");
  });

  it("cut within the frame's segment is refused, though the segment is whole", () => {
    const whole = frame().subarray(4);
    const cut = (length: number) => reasonOf(SOI, segment(0xc0, whole.subarray(0, length)), scan(3, 1), EOI);
    expect([0, 5, 6, 14].map(cut)).toEqual(new Array(4).fill("its frame header is cut short"));
    expect(cut(15)).toBe("none");
  });

  it("with two frames, a second beginning, or pixels before its frame is refused", () => {
    expect(reasonOf(SOI, frame(), frame(), scan(3, 1), EOI)).toBe("it declares two frames");
    expect(reasonOf(SOI, frame(), SOI, scan(3, 1), EOI)).toBe("a second image starts inside it");
    expect(reasonOf(SOI, scan(3, 1), frame(), EOI)).toBe("its pixels come before its header");
  });

  it("without a frame or a scan holds no pixels", () => {
    expect(reasonOf(SOI, EOI)).toBe("it holds no pixels");
    expect(reasonOf(SOI, frame(), EOI)).toBe("it holds no pixels");
  });
});

describe("the frame's size", () => {
  it("is shown before the scans are looked for, and what is said of it is the answer", () => {
    const sizes: number[][] = [];
    const refusal = fail({ code: "invalid_image", reason: "no" });
    const torso = concat([SOI, frame()]);
    const answer = readJpegHeader(torso, { maxScans: 10, maxScanBlocks: 1e6 }, (width, height) => {
      sizes.push([width, height]);
      return refusal;
    });
    expect(answer).toBe(refusal);
    expect(sizes).toEqual([[300, 200]]);
  });
});

describe("a JPEG's segments", () => {
  it("may be empty, and are refused where their length leaves no room for itself", () => {
    expect(headerOf(SOI, segment(0xfe, []), frame(), scan(3, 1), EOI).width).toBe(300);
    expect(reasonOf(SOI, segment(0xfe, [], 1), frame(), scan(3, 1), EOI)).toBe(
      "a segment has an impossible length",
    );
    expect(reasonOf(SOI, [0xff, 0xfe, 0, 0])).toBe("a segment has an impossible length");
  });

  it("that reach past the end, or have no length any more, are cut short", () => {
    expect(reasonOf(SOI, frame(), segment(0xfe, [1, 2, 3], 6))).toBe(cutShort);
    expect(reasonOf(SOI, frame(), [0xff, 0xfe, 0])).toBe(cutShort);
    expect(reasonOf(SOI, frame(), [0xff, 0xfe])).toBe(cutShort);
    expect(reasonOf(SOI, frame(), [0xff])).toBe(cutShort);
    expect(reasonOf(SOI)).toBe(cutShort);
  });

  it.each([0x01, 0xd0, 0xd3, 0xd7])("have no length where the marker is 0x%s, which stands alone", (code) => {
    expect(headerOf(SOI, [0xff, code], frame(), scan(3, 1), EOI).width).toBe(300);
  });

  it("may be longer than 255 bytes", () => {
    expect(headerOf(SOI, segment(0xfe, new Uint8Array(700)), frame(), scan(3, 1), EOI).width).toBe(300);
  });

  it("may have fill bytes before their marker, and what is no marker between them", () => {
    expect(headerOf(SOI, [0xff, 0xff, 0xff], frame(), scan(3, 1), [0xff], EOI).width).toBe(300);
    expect(headerOf(SOI, [7, 0xff, 0x00, 8], frame(), [9], scan(3, 1), EOI).width).toBe(300);
  });
});

describe("a JPEG's scans", () => {
  it("go on through stuffed zeros, fill bytes and restarts, and end at the next marker", () => {
    const coded = [1, 0xff, 0x00, 2, 0xff, 0xd0, 3, 0xff, 0xd7, 4, 0xff, 0xff, 0x00, 5];
    const parts = [SOI, frame(), scan(3, ...coded), EOI];
    expect(headerOf(...parts)).toMatchObject({ codedBytes: coded.length, end: concat(parts).length });
  });

  it("are counted, with the bytes of all", () => {
    expect(headerOf(SOI, frame({ code: 0xc2 }), scan(3, 1, 2), scan(1, 3), scan(1), EOI)).toMatchObject({
      scans: 3,
      codedBytes: 3,
    });
  });

  it("may have tables between them", () => {
    expect(
      headerOf(SOI, frame({ code: 0xc2 }), scan(3, 1, 2), segment(0xc4, [1, 2]), scan(1, 3), EOI).scans,
    ).toBe(2);
  });

  it("beyond the most that are accepted are refused at the first too many", () => {
    const parts = [SOI, frame({ code: 0xc2 }), scan(3, 1), scan(1, 1), scan(1, 1), EOI];
    expect(read(parts, { maxScans: 3 }).ok).toBe(true);
    expect(read(parts, { maxScans: 2 })).toEqual(
      fail({ code: "image_too_large", limit: 2, actual: 3, unit: "scans" }),
    );
  });

  // 300 x 200 px: 19 x 13 MCUs of six blocks, 38 x 25 blocks of luma and 19 x 13 of each chroma.
  it.each([
    [3, 247 * 6 + 950],
    [1, 950 + 950],
  ])(
    "that go through more blocks than is accepted are refused: of %i components and of luma",
    (components, blocks) => {
      const parts = [SOI, frame({ code: 0xc2 }), scan(components, 1), scan(1, 1), EOI];
      expect(read(parts, { maxScanBlocks: blocks }).ok).toBe(true);
      expect(read(parts, { maxScanBlocks: blocks - 1 })).toEqual(
        fail({ code: "image_too_large", limit: 1, actual: 2, unit: "scans" }),
      );
    },
  );

  it("of a component that the frame lacks go through none: the reader refuses them", () => {
    const other = segment(0xda, [1, 9, 0, 0, 63, 0]);
    expect(read([SOI, frame({ code: 0xc2 }), other, [1], EOI], { maxScanBlocks: 0 }).ok).toBe(true);
  });

  it("are one where a sequential file's first has all components: what is behind it is not looked for", () => {
    const parts = [SOI, frame(), scan(3, 1, 2), EOI, [7, 7], EOI];
    expect(headerOf(...parts)).toMatchObject({ scans: 1, codedBytes: 6, end: concat(parts).length });
    expect(headerOf(...parts, [7])).toMatchObject({ scans: 1, codedBytes: 2, end: concat(parts).length - 4 });
    expect(headerOf(SOI, frame(), scan(2, 1, 2), scan(1, 3), EOI)).toMatchObject({ scans: 2, codedBytes: 3 });
  });

  it("may end the file: whether all rows are there is not the header's to say", () => {
    for (const coded of [[2, 3], [2, 0xff], []]) {
      const parts = [SOI, frame(), scan(3, 1, ...coded)];
      expect(headerOf(...parts).end).toBe(concat(parts).length);
    }
    expect(headerOf(SOI, frame(), scan(3, 1), [0xff, 0xc4, 0, 9, 1]).scans).toBe(1);
  });
});

describe("what else a JPEG says", () => {
  const exif = (orientation: number) => segment(0xe1, concat([ascii("Exif\0\0"), exifBlock(orientation)]));

  it("is its orientation, by the first Exif segment", () => {
    expect(headerOf(SOI, exif(6), frame(), scan(3, 1), EOI).orientation).toBe(6);
    expect(headerOf(SOI, exif(8), exif(6), frame(), scan(3, 1), EOI).orientation).toBe(8);
    expect(headerOf(SOI, exif(1), exif(6), frame(), scan(3, 1), EOI).orientation).toBe(1);
  });

  it("is not read from a segment of another kind, or under another marker", () => {
    const xmp = segment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0"));
    const wrong = segment(0xe2, exif(6).subarray(4));
    expect(headerOf(SOI, xmp, wrong, frame(), scan(3, 1), EOI).orientation).toBe(1);
    expect(headerOf(SOI, xmp, exif(6), frame(), scan(3, 1), EOI).orientation).toBe(6);
    expect(headerOf(SOI, segment(0xe1, ascii("Exi")), frame(), scan(3, 1), EOI).orientation).toBe(1);
  });
});

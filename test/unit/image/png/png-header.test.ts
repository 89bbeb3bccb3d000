import { describe, expect, it } from "vitest";
import { readPngHeader } from "../../../../src/image/png/png-header.ts";
import { ascii, concat, exifBlock } from "../../../fixtures/photos/images.ts";
import { pngChunk } from "../../../fixtures/photos/png.ts";

const signature = [0x89, ...ascii("PNG\r\n\x1a\n")];

/** Makes a header of 300 x 200 px. */
function ihdr({ depth = 8, colour = 2, compression = 0, filter = 0, interlace = 0 } = {}): Uint8Array {
  const fields = [depth, colour, compression, filter, interlace];
  return pngChunk("IHDR", Uint8Array.from([0, 0, 1, 44, 0, 0, 0, 200, ...fields]));
}

const idat = pngChunk("IDAT", Uint8Array.of(1, 2, 3));
const iend = pngChunk("IEND", new Uint8Array(0));
const plte = (length: number) => pngChunk("PLTE", new Uint8Array(length).fill(7));

const read = (...chunks: readonly ArrayLike<number>[]) => readPngHeader(concat([signature, ...chunks]));

function headerOf(...chunks: readonly ArrayLike<number>[]) {
  const header = read(...chunks);
  if (!header.ok) throw new Error(JSON.stringify(header.failure));
  return header.value;
}

function reasonOf(...chunks: readonly ArrayLike<number>[]): string {
  const header = read(...chunks);
  return header.ok ? "none" : "reason" in header.failure ? header.failure.reason : header.failure.code;
}

const cutShort = "the file is cut short";
const undefinedValues = "its header holds values that PNG does not define";

describe("a PNG's header", () => {
  it("is what IHDR says, and where the data of its IDAT chunks lie, in order", () => {
    const second = pngChunk("IDAT", Uint8Array.of(4));
    expect(headerOf(ihdr(), idat, second, iend)).toEqual({
      width: 300,
      height: 200,
      bitDepth: 8,
      colour: "rgb",
      interlaced: false,
      palette: new Uint8Array(0),
      transparency: new Uint8Array(0),
      orientation: 1,
      data: [Uint8Array.of(1, 2, 3), Uint8Array.of(4)],
    });
  });

  it.each([
    [0, "grey", [1, 2, 4, 8, 16]],
    [2, "rgb", [8, 16]],
    [3, "indexed", [1, 2, 4, 8]],
    [4, "greyAlpha", [8, 16]],
    [6, "rgba", [8, 16]],
  ] as const)("of colour type %i is %s, at its own depths alone", (type, colour, depths) => {
    for (const depth of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32]) {
      const header = read(ihdr({ colour: type, depth }), plte(6), idat, iend);
      if ((depths as readonly number[]).includes(depth)) {
        expect(header).toMatchObject({ ok: true, value: { colour, bitDepth: depth } });
      } else {
        expect(header).toMatchObject({ ok: false, failure: { reason: undefinedValues } });
      }
    }
  });

  it.each([
    ["colour type 1", { colour: 1 }],
    ["colour type 5", { colour: 5 }],
    ["colour type 7", { colour: 7 }],
    ["another compression", { compression: 1 }],
    ["another filter method", { filter: 1 }],
    ["another interlacing", { interlace: 2 }],
  ])("of %s is refused", (_, fields) => {
    expect(reasonOf(ihdr(fields), idat, iend)).toBe(undefinedValues);
  });

  it("says whether it is interlaced", () => {
    expect(headerOf(ihdr({ interlace: 1 }), idat, iend).interlaced).toBe(true);
  });

  it.each([12, 14])("of %i bytes in place of 13 is refused", (length) => {
    const wrong = pngChunk("IHDR", new Uint8Array(14).fill(1).subarray(0, length));
    expect(reasonOf(wrong, idat, iend)).toBe("its header has the wrong length");
  });

  it("must come first", () => {
    expect(reasonOf(idat, ihdr(), iend)).toBe("it does not start with a header");
    expect(reasonOf(iend)).toBe("it does not start with a header");
  });
});

describe("a PNG's palette", () => {
  it("of one colour will do; less is missing", () => {
    expect(headerOf(ihdr({ colour: 3 }), plte(3), idat, iend).palette).toEqual(new Uint8Array(3).fill(7));
    expect(reasonOf(ihdr({ colour: 3 }), plte(2), idat, iend)).toBe("its palette is missing");
    expect(reasonOf(ihdr({ colour: 3 }), idat, iend)).toBe("its palette is missing");
  });

  it("is of 256 colours at most", () => {
    expect(headerOf(ihdr({ colour: 3 }), plte(768), idat, iend).palette).toHaveLength(768);
    expect(headerOf(ihdr({ colour: 3 }), plte(771), idat, iend).palette).toHaveLength(768);
  });

  it("is not needed where colours are stored by pixel", () => {
    expect(reasonOf(ihdr({ colour: 6 }), idat, iend)).toBe("none");
  });
});

describe("a PNG's transparency", () => {
  const trns = (...bytes: number[]) => pngChunk("tRNS", Uint8Array.from(bytes));

  it.each([
    ["of a grey", 0, [trns(0, 7)], [0, 7]],
    ["of a colour", 2, [trns(0, 7, 0, 8, 0, 9)], [0, 7, 0, 8, 0, 9]],
    ["of as many colours as the palette has", 3, [plte(6), trns(1, 2)], [1, 2]],
    ["of more colours than the palette has", 3, [plte(6), trns(1, 2, 3)], []],
    ["before the palette", 3, [trns(1), plte(6)], []],
    ["of another length than its colour", 2, [trns(0, 7)], []],
    ["beside alpha", 4, [trns(0, 7)], []],
    ["given twice", 0, [trns(0, 7), trns(0, 8)], [0, 7]],
  ] as const)("%s, of colour type %i, is kept where libpng keeps it", (_, colour, chunks, expected) => {
    expect([...headerOf(ihdr({ colour }), ...chunks, idat, iend).transparency]).toEqual(expected);
  });

  it("after the first data is ignored", () => {
    expect(headerOf(ihdr({ colour: 0 }), idat, trns(0, 7), iend).transparency).toHaveLength(0);
  });
});

describe("a PNG's chunks", () => {
  it("that are not known are skipped, and the orientation is read", () => {
    const chunks = [pngChunk("tEXt", new Uint8Array(300)), pngChunk("eXIf", exifBlock(6)), idat, iend];
    expect(headerOf(ihdr(), ...chunks).orientation).toBe(6);
  });

  it("without data hold no pixels", () => {
    expect(reasonOf(ihdr(), iend)).toBe("it holds no pixels");
  });

  it.each([
    ["IHDR", (bytes: Uint8Array) => bytes.fill(bytes[20] ^ 1, 20, 21), "a checksum in its header is wrong"],
    ["PLTE", (bytes: Uint8Array) => bytes.fill(8, 41, 42), "a checksum in its header is wrong"],
    ["tRNS", (bytes: Uint8Array) => bytes.fill(9, 51 + 8, 51 + 9), "a checksum in its header is wrong"],
    ["IDAT", (bytes: Uint8Array) => bytes.fill(9, 69 + 8, 69 + 9), "none"],
  ])("have their checksum compared where no other guards them: %s", (_, damage, reason) => {
    const trns = pngChunk("tRNS", Uint8Array.of(1, 2, 3, 4, 5, 6));
    // They begin at bytes 8, 33, 51 and 69.
    const bytes = concat([signature, ihdr(), plte(6), trns, idat, iend]);
    damage(bytes);
    const header = readPngHeader(bytes);
    expect(header.ok ? "none" : "reason" in header.failure && header.failure.reason).toBe(reason);
  });

  it("that end before any data, or do not begin, are cut short", () => {
    const whole = concat([ihdr(), plte(6)]);
    for (let length = 0; length <= whole.length; length++) {
      expect(reasonOf(whole.subarray(0, length)), `${length} bytes`).toBe(cutShort);
    }
  });

  it("that end within or after data hold what is there of it", () => {
    const second = pngChunk("IDAT", Uint8Array.of(4, 5));
    const whole = concat([ihdr(), idat, second, iend]);
    const held = (length: number) => headerOf(whole.subarray(0, length)).data.map((data) => [...data]);
    const end = whole.length - 12;
    for (let length = end - 4; length <= whole.length; length++)
      expect(held(length)).toEqual([
        [1, 2, 3],
        [4, 5],
      ]);
    expect(held(end - 5)).toEqual([[1, 2, 3], [4]]);
    expect(held(end - 6)).toEqual([[1, 2, 3], []]);
    // The second chunk's type is not whole.
    expect(held(end - 7)).toEqual([[1, 2, 3]]);
    expect(held(end - 14)).toEqual([[1, 2, 3]]);
  });

  it("after its end are not read", () => {
    expect(headerOf(ihdr(), idat, iend, [1, 2, 3]).data).toHaveLength(1);
  });

  it("are 20,000 at most", () => {
    const empty = pngChunk("tEXt", new Uint8Array(0));
    const fillers = concat(new Array(20_000 - 3).fill(empty));
    expect(reasonOf(ihdr(), fillers, idat, iend)).toBe("none");
    expect(reasonOf(ihdr(), fillers, empty, idat, iend)).toBe("it has too many chunks");
  });

  it("are read of a file that lies anywhere in its buffer", () => {
    const file = concat([signature, ihdr(), idat, iend]);
    const inside = concat([[1, 2, 3], file, [4]]).subarray(3, 3 + file.length);
    expect(readPngHeader(inside)).toMatchObject({ ok: true, value: { width: 300, height: 200 } });
  });
});

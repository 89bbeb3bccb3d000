import { describe, expect, it } from "vitest";
import { readAvifHeader } from "../../../../src/image/codecs/avif-header.ts";
import { ascii, concat } from "../../../fixtures/photos/images.ts";

type Bytes = ArrayLike<number>;

const u16 = (value: number) => [value >> 8, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];

function box(type: string, ...payload: readonly Bytes[]): Uint8Array {
  const bytes = concat(payload);
  return concat([u32(8 + bytes.length), ascii(type), bytes]);
}

/** Version and flags of a full box. */
const full = (version = 0, flags = 0) => [version, 0, 0, flags];

const ispe = (width: number, height: number) => box("ispe", full(), u32(width), u32(height));
/** The third byte: high bit depth 0x40, twelve bit 0x20, monochrome 0x10, chroma subsampled 0x08 and 0x04. */
const av1C = (flags = 0x0c) => box("av1C", [0x81, 0x20, flags, 0]);

interface Change {
  readonly properties?: readonly Uint8Array[];
  /** Properties of item 1, counted from 1. */
  readonly indices?: readonly number[];
  readonly pitm?: Uint8Array;
  readonly ipma?: Uint8Array;
}

function file({
  properties = [ispe(300, 200), av1C()],
  indices = properties.map((_, i) => i + 1),
  pitm = box("pitm", full(), u16(1)),
  ipma = box("ipma", full(), u32(1), u16(1), [indices.length], indices),
}: Change = {}): Uint8Array {
  const iprp = box("iprp", box("ipco", ...properties), ipma);
  return concat([box("ftyp", ascii("avif\0\0\0\0")), box("meta", full(), pitm, iprp), box("mdat", [1, 2])]);
}

const read = (change?: Change) => readAvifHeader(file(change));

function headerOf(change: Change) {
  const header = read(change);
  if (!header.ok) throw new Error(JSON.stringify(header.failure));
  return header.value;
}

function reasonOf(answer: ReturnType<typeof readAvifHeader>): string {
  return answer.ok ? "none" : "reason" in answer.failure ? answer.failure.reason : answer.failure.code;
}

const malformed = "its boxes are malformed";
const noSize = "it does not state its size";

describe("an AVIF's header", () => {
  it("is the primary item's size and how it is coded", () => {
    expect(headerOf({ properties: [ispe(70_000, 200), av1C()] })).toEqual({
      width: 70_000,
      height: 200,
      orientation: 1,
      bitDepth: 8,
      fullChroma: false,
      auxiliaryImage: false,
    });
  });

  it.each([
    [0x0c, 8],
    [0x2c, 8],
    [0x4c, 10],
    [0x6c, 12],
  ])("of codes with flags 0x%s has %i bits a channel", (flags, bitDepth) => {
    expect(headerOf({ properties: [ispe(3, 2), av1C(flags)] }).bitDepth).toBe(bitDepth);
  });

  it.each([
    [0x00, true],
    [0x40, true],
    [0x0c, false],
    [0x08, false],
    [0x04, false],
    [0x1c, false],
    [0x10, false],
  ])("of codes with flags 0x%s has chroma at full resolution: %s", (flags, fullChroma) => {
    expect(headerOf({ properties: [ispe(3, 2), av1C(flags)] }).fullChroma).toBe(fullChroma);
  });

  it("is of the most demanding image in the file, whichever item it belongs to", () => {
    const properties = [ispe(3, 2), av1C(0x0c), av1C(0x40), box("auxC", full(), ascii("alpha\0"))];
    expect(headerOf({ properties, indices: [1, 2] })).toMatchObject({
      bitDepth: 10,
      fullChroma: true,
      auxiliaryImage: true,
    });
  });

  it("passes over codes that are cut short", () => {
    expect(headerOf({ properties: [ispe(3, 2), box("av1C", [0x81, 0x20, 0x40])] })).toMatchObject({
      bitDepth: 8,
      fullChroma: false,
    });
  });
});

describe("an AVIF's orientation", () => {
  const at = (turns: number, mirror?: number) =>
    headerOf({
      properties: [
        ispe(3, 2),
        ...(turns === 0 ? [] : [box("irot", [turns])]),
        ...(mirror === undefined ? [] : [box("imir", [mirror])]),
      ],
    }).orientation;

  it("is its turns and then its mirroring; other bits say nothing", () => {
    expect([0, 1, 2, 3].map((turns) => at(turns))).toEqual([1, 8, 3, 6]);
    expect([0, 1, 2, 3].map((turns) => at(turns, 0))).toEqual([4, 5, 2, 7]);
    expect([0, 1, 2, 3].map((turns) => at(turns, 1))).toEqual([2, 7, 4, 5]);
    expect(at(0xfd)).toBe(8);
    expect(at(0, 0xfe)).toBe(4);
  });

  it("of boxes without a byte, or of another item, is none", () => {
    const properties = [ispe(3, 2), box("irot"), box("imir"), box("irot", [1])];
    expect(headerOf({ properties, indices: [1, 2, 3] }).orientation).toBe(1);
  });
});

describe("an AVIF's properties", () => {
  it("are found by the numbers of the primary item, in any order", () => {
    const properties = [ispe(9, 9), box("free"), ispe(300, 200)];
    expect(headerOf({ properties, indices: [3] })).toMatchObject({ width: 300, height: 200 });
    expect(reasonOf(read({ properties, indices: [2] }))).toBe(noSize);
  });

  it("that are not there are passed over", () => {
    expect(headerOf({ indices: [0, 77, 1] }).width).toBe(300);
  });

  it("without a whole size state none", () => {
    const short = box("ispe", full(), u32(300), [0, 0, 0]);
    expect(reasonOf(read({ properties: [short] }))).toBe(noSize);
    expect(reasonOf(read({ indices: [] }))).toBe(noSize);
  });

  it("may be marked as essential", () => {
    expect(headerOf({ indices: [0x81] }).width).toBe(300);
  });

  it("have numbers of 15 bits where the flag says so", () => {
    const ipma = box("ipma", full(0, 1), u32(1), u16(1), [2], u16(0x8002), u16(0x8001));
    expect(headerOf({ ipma }).width).toBe(300);
    // 258 is no property, though its low byte is one.
    const far = box("ipma", full(0, 1), u32(1), u16(1), [1], u16(0x0101));
    expect(reasonOf(read({ ipma: far }))).toBe(noSize);
  });

  it("are those of an item behind others, whatever the length of its number", () => {
    const properties = [ispe(9, 9), ispe(300, 200)];
    const short = box("ipma", full(), u32(2), u16(7), [2, 1, 1], u16(1), [1, 2]);
    expect(headerOf({ properties, ipma: short }).width).toBe(300);
    const wide = box("ipma", full(0, 1), u32(2), u16(7), [2], u16(1), u16(1), u16(1), [1], u16(2));
    expect(headerOf({ properties, ipma: wide }).width).toBe(300);
    const long = box("ipma", full(1), u32(2), u32(0x10001), [1, 1], u32(1), [1, 2]);
    expect(headerOf({ properties, ipma: long }).width).toBe(300);
  });

  it("of a list that ends early are those before its end", () => {
    const ipma = box("ipma", full(), u32(1), u16(1), [3, 2, 1]);
    expect(headerOf({ ipma }).width).toBe(300);
    const wide = box("ipma", full(0, 1), u32(1), u16(1), [2], u16(2), [0]);
    expect(reasonOf(read({ ipma: wide }))).toBe(noSize);
    expect(reasonOf(read({ ipma: box("ipma", full(), u32(1), u16(1)) }))).toBe(noSize);
    expect(reasonOf(read({ ipma: box("free") }))).toBe(noSize);
  });
});

describe("an AVIF's primary item", () => {
  it("is named by 16 bits, and by 32 from version 1 on", () => {
    const ipma = box("ipma", full(1), u32(1), u32(0x10001), [1, 1]);
    expect(headerOf({ pitm: box("pitm", full(1), u32(0x10001)), ipma }).width).toBe(300);
    expect(reasonOf(read({ pitm: box("pitm", full(), u16(2)) }))).toBe(noSize);
  });

  it.each([
    ["is missing", box("free")],
    ["is cut short", box("pitm", full(), [0])],
    ["is cut short at 32 bits", box("pitm", full(1), [0, 0, 1])],
  ])("that %s is refused", (_, pitm) => {
    expect(reasonOf(read({ pitm }))).toBe(malformed);
  });
});

describe("an AVIF's boxes", () => {
  const ftyp = box("ftyp", ascii("avif\0\0\0\0"));
  const pitm = box("pitm", full(), u16(1));
  const meta = file().subarray(ftyp.length, file().length - 10);

  it("may give their size in 64 bits, or reach to the end", () => {
    const payload = meta.subarray(8);
    const wide = concat([u32(1), ascii("meta"), u32(0), u32(16 + payload.length), payload]);
    expect(readAvifHeader(concat([ftyp, wide]))).toMatchObject({ value: { width: 300 } });
    const open = concat([u32(0), ascii("meta"), payload]);
    expect(readAvifHeader(concat([ftyp, open]))).toMatchObject({ value: { width: 300 } });
    // 2^32 bytes and some more.
    const huge = concat([u32(1), ascii("meta"), u32(1), u32(16 + payload.length), payload]);
    expect(reasonOf(readAvifHeader(concat([ftyp, huge])))).toBe("the file is cut short");
  });

  it("end with the file, and do not reach past it", () => {
    const whole = concat([ftyp, meta]);
    expect(readAvifHeader(whole).ok).toBe(true);
    expect(reasonOf(readAvifHeader(whole.subarray(0, whole.length - 1)))).toBe("the file is cut short");
    expect(readAvifHeader(concat([whole, [1, 2, 3, 4, 5, 6, 7]])).ok).toBe(true);
    expect(readAvifHeader(concat([whole, box("free")])).ok).toBe(true);
  });

  it.each([7, 2])("of %i bytes, less than their own header, are refused", (size) => {
    expect(reasonOf(readAvifHeader(concat([ftyp, u32(size), ascii("free"), meta])))).toBe(
      "the file is cut short",
    );
    const wide = concat([ftyp, u32(1), ascii("free"), u32(0), u32(15), meta]);
    expect(reasonOf(readAvifHeader(wide))).toBe("the file is cut short");
  });

  it.each([
    ["no meta box", concat([ftyp, box("moov", [1])]), malformed],
    ["an empty meta box", concat([ftyp, box("meta")]), malformed],
    ["no properties", concat([ftyp, box("meta", full(), pitm)]), noSize],
    [
      "a property that reaches past them",
      concat([ftyp, box("meta", full(), pitm, box("iprp", box("ipco", u32(99), ascii("ispe"))))]),
      malformed,
    ],
  ])("with %s are refused", (_, bytes, reason) => {
    expect(reasonOf(readAvifHeader(bytes))).toBe(reason);
  });

  it("are 1024 at most on a level: a meta box behind them is not looked for", () => {
    const fillers = (count: number) => concat(new Array(count).fill(box("free")));
    expect(readAvifHeader(concat([ftyp, fillers(1022), meta])).ok).toBe(true);
    expect(reasonOf(readAvifHeader(concat([ftyp, fillers(1023), meta])))).toBe(malformed);
  });
});

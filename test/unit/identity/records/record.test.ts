import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../../src/crypto/crc32.ts";
import type { FaceId, SubjectId } from "../../../../src/identity/ids.ts";
import { decodeRecord, encodeRecord } from "../../../../src/identity/records/record.ts";
import type { StoredFace } from "../../../../src/identity/store/store.ts";
import { faceId, subjectId } from "../../arbitraries.ts";

const unitVector = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 512 })
  .filter((values) => Math.hypot(...values) > 0.01)
  .map((values) => {
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / length);
  });

const measure = fc.float({ noNaN: true, noDefaultInfinity: true });
const quality = fc
  .record(
    {
      eyeDistancePx: measure,
      sharpness: measure,
      brightness: measure,
      contrast: measure,
      yaw: measure,
      pitch: measure,
      roll: measure,
      agreement: measure,
      inFrame: measure,
      recognisability: measure,
      occlusion: measure,
    },
    { requiredKeys: [] },
  )
  .filter((measures) => Object.keys(measures).length > 0);

const storedFace: fc.Arbitrary<StoredFace> = fc.record(
  {
    subjectId,
    faceId,
    embedding: fc.record({ model: fc.stringMatching(/^[a-z0-9.-]{1,64}$/), values: unitVector }),
    createdAt: fc.date({ min: new Date(0), noInvalidDate: true }),
    quality,
  },
  { requiredKeys: ["subjectId", "faceId", "embedding", "createdAt"] },
);

const sample: StoredFace = {
  subjectId: "alice" as SubjectId,
  faceId: "face-1" as FaceId,
  embedding: { model: "encoder-1", values: new Float32Array([0.6, 0.8]) },
  createdAt: new Date("2026-01-02T03:04:05.678Z"),
  quality: { eyeDistancePx: 80.5, yaw: -3.25 },
};

function decode(bytes: Uint8Array) {
  return decodeRecord(bytes, sample.subjectId, sample.faceId);
}

/** Returns the sample with some bytes changed and the checksum corrected. */
function forged(change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = encodeRecord(sample);
  const view = new DataView(bytes.buffer);
  change(bytes, view);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

const namesAt = 27 + 4 * 11;
const embeddingAt = namesAt + "encoder-1alice".length + "face-1".length;

describe("a record", () => {
  it("gives back what was put in, exactly", () => {
    fc.assert(
      fc.property(storedFace, (face) => {
        expect(decodeRecord(encodeRecord(face), face.subjectId, face.faceId)).toEqual({
          ok: true,
          value: face,
        });
      }),
    );
  });

  it("is read wherever it lies in a larger buffer", () => {
    const bytes = encodeRecord(sample);
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 3);
    expect(decode(larger.subarray(3, 3 + bytes.length))).toEqual({ ok: true, value: sample });
  });

  /**
   * Written by Python 3:
   *   nan = float("nan")
   *   b = b"SFRE" + bytes([2, 9, 5, 6]) + struct.pack("<dH", 1767323045678, 2) + struct.pack("<dB", nan, 11)
   *   b += struct.pack("<11f", 80.5, nan, nan, nan, -3.25, *[nan] * 6)
   *   b += b"encoder-1" + b"alice" + b"face-1" + struct.pack("<2f", 0.6, 0.8)
   *   (b + struct.pack("<I", zlib.crc32(b))).hex()
   */
  it("has the layout that its file promises, as written by another program", () => {
    const hex =
      "534652450209050600e0f298cab779420200000000000000f87f0b0000a1420000c07f0000c07f0000c07f000050c000" +
      "00c07f0000c07f0000c07f0000c07f0000c07f0000c07f656e636f6465722d31616c696365666163652d319a99193fcd" +
      "cc4c3fcf065212";
    expect(Buffer.from(encodeRecord(sample)).toString("hex")).toBe(hex);
  });

  /** Written by the same Python with 3 measures, 80.5, nan and 0.5, and with 13: the eleven of today, then 7 and 8. */
  it("with fewer or more measures than today's is read: the missing are unknown, the others passed over", () => {
    const fewer =
      "534652450209050600e0f298cab779420200000000000000f87f030000a1420000c07f0000003f656e636f6465722d31" +
      "616c696365666163652d319a99193fcdcc4c3f713cefff";
    const more =
      "534652450209050600e0f298cab779420200000000000000f87f0d0000a1420000c07f0000c07f0000c07f000050c000" +
      "00c07f0000c07f0000c07f0000c07f0000c07f0000c07f0000e04000000041656e636f6465722d31616c696365666163" +
      "652d319a99193fcdcc4c3f6c306f4d";
    expect(decode(Buffer.from(fewer, "hex"))).toEqual({
      ok: true,
      value: { ...sample, quality: { eyeDistancePx: 80.5, brightness: 0.5 } },
    });
    expect(decode(Buffer.from(more, "hex"))).toEqual({ ok: true, value: sample });
  });

  /**
   * Written by Python 3:
   *   b = b"SFRE" + bytes([1, 9, 5, 6]) + struct.pack("<dH", 1767323045678, 2)
   *   b += b"encoder-1" + b"alice" + b"face-1" + struct.pack("<2f", 0.6, 0.8)
   *   (b + struct.pack("<I", zlib.crc32(b))).hex()
   */
  it("of version 1, which had no measures, is read", () => {
    const hex =
      "534652450109050600e0f298cab779420200656e636f6465722d31616c696365666163652d319a99193fcdcc4c3fa52e" +
      "80a1";
    const { quality: _, ...face } = sample;
    expect(decode(Buffer.from(hex, "hex"))).toEqual({ ok: true, value: face });
  });

  /**
   * Written by the Python of version 2 with `s = "Ødegård|1+2=中𠀀".encode()` in place of `b"alice"`, and its 21 bytes for
   * the 5.
   */
  it("counts a subject's name in bytes of UTF-8", () => {
    const hex =
      "534652450209150600e0f298cab779420200000000000000f87f0b0000a1420000c07f0000c07f0000c07f000050c000" +
      "00c07f0000c07f0000c07f0000c07f0000c07f0000c07f656e636f6465722d31c398646567c3a572647c312b323de4b8" +
      "adf0a08080666163652d319a99193fcdcc4c3fc07e13d7";
    const face = { ...sample, subjectId: "Ødegård|1+2=中𠀀" as SubjectId };
    expect(Buffer.from(encodeRecord(face)).toString("hex")).toBe(hex);
    expect(decodeRecord(encodeRecord(face), face.subjectId, face.faceId)).toEqual({ ok: true, value: face });
  });

  it("of a name of 255 bytes is written and read, and one of 256 is not written", () => {
    const name = `${"é".repeat(127)}a`;
    const face = { ...sample, subjectId: name as SubjectId };
    expect(decodeRecord(encodeRecord(face), face.subjectId, face.faceId)).toEqual({ ok: true, value: face });
    expect(() => encodeRecord({ ...sample, subjectId: `${name}a` as SubjectId })).toThrow("does not fit");
  });

  it("is refused when cut off at any byte, or longer by one", () => {
    const bytes = encodeRecord(sample);
    for (let length = 0; length < bytes.length; length++) {
      expect(decode(bytes.subarray(0, length)), `${length} bytes`).toMatchObject({
        failure: { code: "corrupt_record" },
      });
    }
    expect(decode(new Uint8Array([...bytes, 0])).ok).toBe(false);
  });

  it("is refused when any single bit is changed", () => {
    for (let bit = 0; bit < 8 * encodeRecord(sample).length; bit++) {
      const bytes = encodeRecord(sample);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      expect(decode(bytes).ok, `bit ${bit}`).toBe(false);
    }
  });

  it("never makes random bytes into a face, and never throws", () => {
    const anyBytes = fc.uint8Array({ maxLength: 2000 });
    const afterMagic = anyBytes.map((tail) => Uint8Array.from([0x53, 0x46, 0x52, 0x45, 2, ...tail]));
    fc.assert(
      fc.property(fc.oneof(anyBytes, afterMagic), (bytes) => {
        expect(decode(bytes).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("of another version is a model_mismatch that says so", () => {
    expect(decode(forged((bytes) => bytes.set([3], 4)))).toEqual({
      ok: false,
      failure: {
        code: "model_mismatch",
        stored: "record version 3",
        expected: "record version 2",
        faceId: sample.faceId,
      },
    });
  });

  it.each([
    ["under another subject's key", "bob", "face-1"],
    ["under another face's key", "alice", "face-2"],
  ])("is refused %s", (_, subject, face) => {
    expect(decodeRecord(encodeRecord(sample), subject as SubjectId, face as FaceId)).toMatchObject({
      failure: { code: "corrupt_record" },
    });
  });

  it.each<[string, (bytes: Uint8Array, view: DataView) => void]>([
    ["NaN in the embedding", (_, view) => view.setFloat32(embeddingAt, Number.NaN, true)],
    ["infinity in the embedding", (_, view) => view.setFloat32(embeddingAt, Number.POSITIVE_INFINITY, true)],
    ["an embedding of length 0", (bytes) => bytes.fill(0, embeddingAt, embeddingAt + 8)],
    ["an embedding longer than 1", (_, view) => view.setFloat32(embeddingAt, 0.61, true)],
    ["a time that is not a number", (_, view) => view.setFloat64(8, Number.NaN, true)],
    ["a time before 1970", (_, view) => view.setFloat64(8, -1, true)],
    ["a time after the last date", (_, view) => view.setFloat64(8, 8.64e15 + 2, true)],
    ["a photo taken before 1970", (_, view) => view.setFloat64(18, -1, true)],
    ["a fraction of a millisecond", (_, view) => view.setFloat64(8, 0.5, true)],
    ["a subject's name that is no UTF-8", (bytes) => bytes.fill(0xff, namesAt + 9, namesAt + 10)],
    ["a space in the model's id", (bytes) => bytes.fill(0x20, namesAt, namesAt + 1)],
  ])("is refused with %s, though its checksum fits", (_, change) => {
    expect(decode(forged(change))).toMatchObject({ failure: { code: "corrupt_record" } });
  });

  it.each<[string, Partial<StoredFace>]>([
    ["NaN", { embedding: { model: "m", values: new Float32Array([Number.NaN, 1]) } }],
    ["no unit length", { embedding: { model: "m", values: new Float32Array([1, 1]) } }],
    ["no values", { embedding: { model: "m", values: new Float32Array(0) } }],
    ["4097 values", { embedding: { model: "m", values: new Float32Array(4097).fill(1 / Math.sqrt(4097)) } }],
    ["no model", { embedding: { model: "", values: new Float32Array([1]) } }],
    ["a model id of 65 letters", { embedding: { model: "m".repeat(65), values: new Float32Array([1]) } }],
    ["an invalid date", { createdAt: new Date(Number.NaN) }],
  ])("is not written with %s", (_, part) => {
    expect(() => encodeRecord({ ...sample, ...part })).toThrow();
  });

  it("of exactly 4096 values is written and read", () => {
    const values = new Float32Array(4096).fill(1 / 64);
    const face = { ...sample, embedding: { model: "m".repeat(64), values } };
    expect(decode(encodeRecord(face))).toEqual({ ok: true, value: face });
  });
});

describe("crc32", () => {
  it("of 123456789 is the check value of the CRC catalogue", () => {
    expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
  });
});

/** CRC-32 and float32 against other implementations: zlib and Python's struct. */
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../src/crypto/crc32.ts";
import { decodeFloat32, encodeFloat32 } from "../../../src/crypto/float32.ts";

describe("crc32", () => {
  it("has the check value of its definition", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  it("agrees with zlib on any bytes, none included", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(crc32(bytes)).toBe(zlibCrc32(bytes));
      }),
    );
  });
});

describe("float32, little endian", () => {
  // struct.pack("<5f", 1, -2, 0.1, float("inf"), -0.0).hex()
  const values = Float32Array.of(1, -2, 0.1, Number.POSITIVE_INFINITY, -0);
  const bytes = new Uint8Array(Buffer.from("0000803f000000c0cdcccc3d0000807f00000080", "hex"));

  it("is written as another program writes it", () => {
    expect(encodeFloat32(values)).toEqual(bytes);
  });

  it.each([0, 1, 2, 3])("is read at any place of a buffer: %i bytes on", (offset) => {
    const shifted = new Uint8Array(offset + bytes.length + 1);
    shifted.set(bytes, offset);
    expect(decodeFloat32(shifted.subarray(offset, offset + bytes.length))).toEqual(values);
  });

  it.each([1, 3, 5])("is none in %i bytes", (length) => {
    expect(() => decodeFloat32(new Uint8Array(length))).toThrow(RangeError);
  });

  it("of no numbers is no bytes", () => {
    expect([encodeFloat32([]).length, decodeFloat32(new Uint8Array(0)).length]).toEqual([0, 0]);
  });
});

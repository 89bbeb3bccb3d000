import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../../src/crypto/base64.ts";

describe("base64", () => {
  it("agrees with Node's, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  it("takes a photo's worth of bytes", () => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 7) & 0xff);
    expect(Buffer.compare(decodeBase64(encodeBase64(bytes)) ?? new Uint8Array(), bytes)).toBe(0);
  });

  it.each([
    ["line breaks", "aGVs\r\nbG8=\n"],
    ["no padding", "aGVsbG8"],
  ])("is read with %s", (_, text) => {
    expect(decodeBase64(text)).toEqual(new Uint8Array(Buffer.from("hello")));
  });

  it.each(["a", "aGVs*G8=", "aGVsbG8==", "=", "____", "aGVsbG8=aGVsbG8="])("is not %j", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64InPlace } from "../../../../../src/http/request/parsing/base64-in-place.ts";

function decode(text: string, form?: "plain" | "json string"): string | undefined {
  const bytes = decodeBase64InPlace(new Uint8Array(Buffer.from(text, "latin1")), form);
  return bytes && Buffer.from(bytes).toString("latin1");
}

function atobOrUndefined(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}

describe("decodeBase64InPlace", () => {
  it("agrees with Node's of any bytes, in both alphabets", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("base64", "base64url"),
        (bytes, alphabet) => {
          const text = Buffer.from(bytes).toString(alphabet as BufferEncoding);
          expect(decode(text)).toBe(Buffer.from(bytes).toString("latin1"));
        },
      ),
    );
  });

  it("agrees with atob of any text near base64: characters, padding, white space, odd lengths", () => {
    const near = fc.string({ unit: fc.constantFrom(..."AQgwZz09+/==\n\r\t\f *\v\0\x80ÿ"), maxLength: 24 });
    fc.assert(
      fc.property(near, (text) => {
        expect(decode(text)).toBe(atobOrUndefined(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it("agrees with atob of every byte, at every place of a group", () => {
    for (let byte = 0; byte < 256; byte++) {
      for (let place = 0; place < 9; place++) {
        const text = `${"AQgwAQgw".slice(0, place)}${String.fromCharCode(byte)}${"AQgwAQgw".slice(place)}`;
        const isUrlSafe = byte === 0x2d || byte === 0x5f;
        expect(decode(text), text).toBe(
          atobOrUndefined(isUrlSafe ? text.replace("-", "+").replace("_", "/") : text),
        );
      }
    }
  });

  it.each([
    ["both alphabets in one text", "-_+/", "\xfb\xff\xbf"],
    ["line breaks of MIME", "aGVs\r\nbG8=\r\n", "hello"],
    ["white space between the padding", "aA= =", "h"],
    ["no padding", "aGVsbG8", "hello"],
    ["unused bits that are not zero, as atob does", "aGVsbG9=", "hello"],
    ["nothing", "", ""],
    ["white space alone", " \n ", ""],
  ])("reads %s", (_, text, expected) => {
    expect(decode(text)).toBe(expected);
  });

  it.each([
    "a",
    "aGVsb",
    "aGVs*G8=",
    "aGVsbG8==",
    "=",
    "====",
    "aGVsbG8=aGVsbG8=",
    "aGVs=",
    "aA=",
    "aA===",
    "é",
  ])("refuses %j", (text) => {
    expect(decode(text)).toBeUndefined();
  });

  it("refuses line breaks as they are in a string of JSON", () => {
    expect(decode("aGVs bG8=", "json string")).toBe("hello");
    for (const control of "\n\r\t\f") expect(decode(`aGVs${control}bG8=`, "json string")).toBeUndefined();
  });

  it("returns a view of the start of its input and writes nothing around it", () => {
    const buffer = new Uint8Array(Buffer.from("##aGVsbG8=##"));
    const view = buffer.subarray(2, 10);
    const bytes = decodeBase64InPlace(view);
    expect(bytes?.buffer).toBe(buffer.buffer);
    expect(bytes?.byteOffset).toBe(2);
    expect(Buffer.from(bytes ?? []).toString()).toBe("hello");
    expect(
      Buffer.from(buffer)
        .toString("latin1")
        .replace(/^##.*##$/s, "untouched"),
    ).toBe("untouched");
  });
});

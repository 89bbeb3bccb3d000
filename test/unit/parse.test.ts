import { describe, expect, it } from "vitest";
import { maxMarks, parseJson, parseMultipart } from "../../src/http/parse.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}

const refusal = { ok: false, failure: { code: "invalid_request" } };

describe("parseJson", () => {
  it("reads JSON, with a byte order mark too", () => {
    expect(parseJson(bytes('\ufeff{"image":"AAAA"}'))).toEqual({ ok: true, value: { image: "AAAA" } });
  });

  it.each(["", "{", "undefined", '{"a":1}{"b":2}'])("refuses %j", (text) => {
    expect(parseJson(bytes(text))).toMatchObject(refusal);
  });

  it("refuses what is not UTF-8", () => {
    expect(parseJson(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject(refusal);
  });

  it("takes exactly as many marks of structure as allowed, and refuses one more", () => {
    const nested = (depth: number) => bytes("[".repeat(depth) + "]".repeat(depth));
    expect(parseJson(nested(maxMarks)).ok).toBe(true);
    expect(parseJson(nested(maxMarks + 1))).toMatchObject(refusal);
    expect(parseJson(bytes(`[${"1,".repeat(maxMarks - 1)}1]`)).ok).toBe(true);
    expect(parseJson(bytes(`[${"1,".repeat(maxMarks)}1]`))).toMatchObject(refusal);
  });
});

describe("parseMultipart", () => {
  const contentType = "multipart/form-data; boundary=b";
  const parts = (count: number) =>
    bytes(`${'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n'.repeat(count)}--b--\r\n`);

  it("reads a form", async () => {
    const form = await parseMultipart(parts(2), contentType);
    expect(form.ok && form.value.getAll("n")).toEqual(["v", "v"]);
  });

  it("takes exactly as many parts as allowed, and refuses one more", async () => {
    expect((await parseMultipart(parts(maxMarks), contentType)).ok).toBe(true);
    expect(await parseMultipart(parts(maxMarks + 1), contentType)).toMatchObject(refusal);
  });

  it.each([
    ["no boundary", "multipart/form-data"],
    ["another boundary", "multipart/form-data; boundary=c"],
  ])("refuses a form with %s", async (_, header) => {
    expect(await parseMultipart(parts(1), header)).toMatchObject(refusal);
  });
});

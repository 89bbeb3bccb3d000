import { describe, expect, it } from "vitest";
import type { Result } from "../../../../src/errors.ts";
import {
  type Fields,
  readFormFields,
  readJsonFields,
  readRawField,
} from "../../../../src/http/request/photo-fields.ts";
import { photosToCompare, photoToEnrol, photoToVerify } from "../../../../src/http/request/photo-request.ts";
import { identificationOptionsSchema } from "../../../../src/http/schemas/identification.ts";

const bytesOf = (text: string) => new Uint8Array(new TextEncoder().encode(text));

function readJson(value: unknown, embeddings = false) {
  return readJsonFields(bytesOf(JSON.stringify(value)), photoToVerify, embeddings);
}

async function readForm(
  fields: readonly (readonly [string, string | Blob])[],
): Promise<Result<Fields<"image">>> {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  const request = new Request("http://localhost/", { method: "POST", body: data });
  const contentType = request.headers.get("Content-Type") ?? "";
  return readFormFields(new Uint8Array(await request.arrayBuffer()), contentType, photoToVerify);
}

const refused = (field: string, reason: string) => ({
  ok: false,
  failure: { code: "invalid_request", field, reason: expect.stringContaining(reason) },
});

describe("a body of JSON", () => {
  it("is the photo and its options, apart from each other", () => {
    expect(readJson({ image: "aGVsbG8=", max_fmr: 1e-4, receipt: true })).toEqual({
      ok: true,
      value: { images: { image: bytesOf("hello") }, options: { max_fmr: 1e-4, receipt: true } },
    });
  });

  it("leaves out options that are null, and no photo that is", () => {
    expect(readJson({ image: "aGVsbG8=", face: null, nonce: null })).toEqual({
      ok: true,
      value: { images: { image: bytesOf("hello") }, options: {} },
    });
    expect(readJson({ image: null })).toEqual(refused("image", "must be a string of base64, or a data URL"));
  });

  it.each([
    [{}, "image", "is missing"],
    [{ image: 1 }, "image", "must be a string of base64, or a data URL"],
    [{ image: "aGVsbG8=", more: null }, "more", ""],
    [{ image: "aGVsbG8=", max_fmr: "much" }, "max_fmr", "must be a number"],
    [{ image: "aGVsbG8=", embedding: "aGVsbG8=", model: "m" }, "embedding", ""],
  ])("is refused as %j, by the field", (value, field, reason) => {
    expect(readJson(value)).toEqual(refused(field, reason));
  });

  it("may have an embedding in place of the photo where that is allowed", () => {
    expect(readJson({ embedding: "aGVsbG8=", model: "m", face: "only" }, true)).toEqual({
      ok: true,
      value: {
        images: {},
        embedding: { model: "m", bytes: bytesOf("hello") },
        options: { face: "only" },
      },
    });
    expect(readJson({ embedding: "aGVsbG8=", model: "m", evidence: "e.e.e" }, true)).toMatchObject({
      value: { embedding: { model: "m", bytes: bytesOf("hello"), evidence: "e.e.e" }, options: {} },
    });
    for (const evidence of ["", 1, null, "e".repeat(2049)]) {
      expect(readJson({ embedding: "aGVsbG8=", model: "m", evidence }, true)).toMatchObject({
        failure: { code: "invalid_request", field: "evidence" },
      });
    }
    expect(readJson({ image: "aGVsbG8=", evidence: "e.e.e" }, true)).toMatchObject({
      failure: { code: "invalid_request", field: "evidence" },
    });
    expect(readJson({ embedding: 1, model: "m" }, true)).toEqual(
      refused("embedding", "must be a string of base64"),
    );
    expect(readJson({ embedding: "aGVsbG8=" }, true)).toEqual(refused("model", ""));
    expect(readJson({ image: "aGVsbG8=" }, true)).toMatchObject({
      value: { images: { image: bytesOf("hello") } },
    });
  });
});

describe("a form", () => {
  const image = ["image", new Blob(["hello"])] as const;

  it("is the photo and its options, which may be sent as files", async () => {
    expect(await readForm([["max_fmr", "1e-4"], image, ["face", new Blob(["only"])]])).toEqual({
      ok: true,
      value: { images: { image: bytesOf("hello") }, options: { max_fmr: 1e-4, face: "only" } },
    });
  });

  it.each([
    ["no photo", [["face", "only"]], "image", "is missing"],
    ["an empty photo", [["image", new Blob([])]], "image", "is empty"],
    ["two photos", [image, image], "image", "is given more than once"],
    ["an option twice", [image, ["face", "only"], ["face", "only"]], "face", "is given more than once"],
    [
      "an option that is no text",
      [image, ["face", new Blob([Uint8Array.of(0xff)])]],
      "face",
      "must be text, not a file",
    ],
    ["an option that means nothing", [image, ["face", "mine"]], "face", "must be largest, center or only"],
    ["a field that is not known", [image, ["fase", "only"]], "fase", ""],
    ["no photo under its name", [["photo", new Blob(["hello"])]], "image", "is missing"],
  ] as const)("is refused with %s", async (_, fields, field, reason) => {
    expect(await readForm(fields)).toEqual(refused(field, reason));
  });

  it("takes an option of 8192 bytes for text, and not one of 8193", async () => {
    const withNonce = (length: number) => readForm([image, ["nonce", new Blob(["a".repeat(length)])]]);
    expect(await withNonce(8192)).toEqual(refused("nonce", "must be 1 to 128"));
    expect(await withNonce(8193)).toEqual(refused("nonce", "must be text, not a file"));
  });
});

describe("a body of no form", () => {
  const raw = (text: string, contentType = "image/jpeg") =>
    readRawField(bytesOf(text), contentType, photoToEnrol);

  it("is the photo", () => {
    expect(raw("hello")).toEqual({ ok: true, value: { images: { image: bytesOf("hello") }, options: {} } });
  });

  it("is no way to send two", () => {
    expect(readRawField(bytesOf("hello"), "image/jpeg", photosToCompare)).toEqual({
      ok: false,
      failure: {
        code: "unsupported_media_type",
        found: "image/jpeg",
        instead: 'Send multipart/form-data or application/json with "image_a" and "image_b".',
      },
    });
    expect(readRawField(bytesOf("hello"), "", photosToCompare)).toMatchObject({
      failure: { found: "a body without a usable Content-Type" },
    });
  });

  it.each([
    [' {"image":""}', "JSON under another name"],
    ["--x\r\nContent-Disposition: form-data", "a form under another name"],
    ["\r\n--x\n", "a form under another name"],
    ["/9j/4AAQ", "a photo in base64"],
    ["iVBORw0KGgoA", "a photo in base64"],
    ["data:image/png;base64,", "a data URL"],
    ["image=%FF", "a URL-encoded form"],
  ])("that begins as %j was meant otherwise", (text, found) => {
    expect(raw(text)).toMatchObject({
      failure: { code: "unsupported_media_type", found: `${found} (image/jpeg)` },
    });
    expect(raw(text, "")).toMatchObject({ failure: { found: `${found}: the Content-Type is missing` } });
  });
});

describe("the options of an identification", () => {
  const taken = (option: object) => identificationOptionsSchema.safeParse(option).success;

  it.each([0.000001, "1e-6", 0.999, "0.999"])("take %j for a rate", (rate) => {
    expect(taken({ max_fpir: rate })).toBe(true);
  });

  it.each([0, "0", 1, "1", 1.5, -0.1, "-0.1", "1%", "", Number.NaN])("take no %j for a rate", (rate) => {
    expect(taken({ max_fpir: rate })).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { type Failure, toWire } from "../../src/errors.ts";

type Details<Code> = Omit<Extract<Failure, { code: Code }>, "code">;

/** Every failure that there is: the status of its answer, and some of its kind. */
const table: { readonly [Code in Failure["code"]]: [status: number, ...failures: Details<Code>[]] } = {
  unauthorized: [401, { reason: "the key is wrong" }],
  forbidden: [403, { reason: "Not with this key." }],
  locked: [423, {}, { retryAfterSeconds: 30 }],
  rate_limited: [429, { retryAfterSeconds: 60 }],
  not_found: [404, { what: "subject" }],
  conflict: [409, { what: "tenant" }],
  identity_conflict: [409, {}, { subjectId: "alice" }],
  idempotency_key_reused: [422, {}],
  method_not_allowed: [405, { allowed: ["GET", "HEAD"] }],
  subject_has_no_faces: [404, {}],
  invalid_request: [400, { reason: "The body is empty." }],
  unsupported_media_type: [415, { found: "a PDF", instead: "Send a JPEG." }],
  image_too_large: [413, { limit: 10, unit: "bytes" }, { limit: 10, actual: 11, unit: "pixels" }],
  invalid_image: [422, { reason: "it ends early" }],
  face_not_found: [422, {}],
  low_quality: [422, { reasons: ["too dark"] }],
  multiple_faces: [422, { count: 3 }],
  model_mismatch: [409, { stored: "a", expected: "b" }, { stored: "a", expected: "b", faceId: "f1" }],
  corrupt_record: [500, { faceId: "f1", reason: "checksum does not fit" }],
  not_ready: [503, { reason: "wasm failed" }, { reason: "wasm failed", retryAfterSeconds: 30 }],
};
const rows = Object.entries(table).flatMap(([code, [status, ...failures]]) =>
  failures.map((details) => [{ code, ...details } as Failure, status] as const),
);

describe("toWire", () => {
  it.each(rows)("answers %j with %i, the failure's own code and a sentence", (failure, status) => {
    const wire = toWire(failure);
    const code = failure.code === "corrupt_record" ? "internal" : failure.code;
    expect(wire).toMatchObject({ status, code });
    expect(wire.message).toMatch(/^[A-Z].*[.]$/);
  });

  it.each([
    { code: "unauthorized", reason: "SECRET" },
    { code: "not_ready", reason: "SECRET" },
    { code: "corrupt_record", faceId: "f1", reason: "SECRET" },
  ] satisfies Failure[])("keeps the reason of $code for the log", (failure) => {
    expect(JSON.stringify(toWire(failure))).not.toContain("SECRET");
  });

  it("says which field a failure is about, beside its other details", () => {
    expect(toWire({ code: "multiple_faces", count: 2, field: "image_b" }).details).toEqual({
      count: 2,
      field: "image_b",
    });
    expect(toWire({ code: "face_not_found" }).details).toBeUndefined();
  });

  it("says how to come in, which methods there are and when to come back", () => {
    expect(toWire({ code: "unauthorized", reason: "" }).headers).toHaveProperty("WWW-Authenticate");
    expect(toWire({ code: "method_not_allowed", allowed: ["GET", "HEAD"] }).headers).toEqual({
      Allow: "GET, HEAD",
    });
    for (const code of ["locked", "rate_limited"] as const) {
      expect(toWire({ code, retryAfterSeconds: 30 }).headers).toEqual({ "Retry-After": "30" });
    }
    expect(toWire({ code: "not_ready", reason: "", retryAfterSeconds: 30 }).headers).toEqual({
      "Retry-After": "30",
    });
  });
});

import { describe, expect, it } from "vitest";
import { type Failure, toWire } from "../../src/errors.ts";

type Details<Code> = Omit<Extract<Failure, { code: Code }>, "code">;

/** Every failure: the status of its answer, and some examples. */
const table: { readonly [Code in Failure["code"]]: [status: number, ...failures: Details<Code>[]] } = {
  unauthorized: [401, { reason: "the key is wrong" }],
  forbidden: [403, { reason: "Not with this key." }],
  liveness_required: [403, {}],
  locked: [423, {}, { retryAfterSeconds: 30 }],
  rate_limited: [429, { retryAfterSeconds: 60 }],
  not_found: [404, { what: "subject" }],
  conflict: [409, { what: "tenant" }],
  identity_conflict: [409, {}, { subjectId: "alice" }],
  conflicting_face: [409, {}],
  replayed_photo: [409, {}],
  idempotency_key_reused: [422, {}],
  method_not_allowed: [405, { allowed: ["GET", "HEAD"] }],
  subject_has_no_faces: [404, {}],
  invalid_request: [400, { reason: "The body is empty." }],
  unsupported_media_type: [415, { found: "a PDF", instead: "Send a JPEG." }],
  body_too_large: [413, { limit: 10 }, { limit: 10, actual: 11 }],
  image_too_large: [413, { limit: 10, unit: "scans" }, { limit: 10, actual: 11, unit: "pixels" }],
  invalid_image: [422, { reason: "it ends early" }],
  face_not_found: [422, {}],
  low_quality: [422, { reasons: ["too dark"] }],
  multiple_faces: [422, { count: 3 }],
  presentation_attack_suspected: [422, {}],
  model_mismatch: [409, { stored: "a", expected: "b" }, { stored: "a", expected: "b", faceId: "f1" }],
  corrupt_record: [500, { faceId: "f1", reason: "checksum does not fit" }],
  request_timeout: [408, { reason: "no byte came for 10 s" }],
  overloaded: [503, { reason: "no room", retryAfterSeconds: 2 }],
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
    { code: "request_timeout", reason: "SECRET" },
    { code: "overloaded", reason: "SECRET", retryAfterSeconds: 1 },
    { code: "corrupt_record", faceId: "f1", reason: "SECRET" },
  ] satisfies Failure[])("keeps the reason of $code for the log", (failure) => {
    expect(JSON.stringify(toWire(failure))).not.toContain("SECRET");
  });

  it("names the field that a failure is about in the message, once", () => {
    const { message } = toWire({ code: "face_not_found", field: "image_b" });
    expect(message).toMatch(/^In "image_b": No face/);
    const reason = '"face" must be largest, center or only.';
    expect(toWire({ code: "invalid_request", field: "face", reason }).message).toBe(reason);
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
    expect(toWire({ code: "overloaded", reason: "", retryAfterSeconds: 2 }).headers).toEqual({
      "Retry-After": "2",
    });
    for (const code of ["locked", "rate_limited"] as const) {
      expect(toWire({ code, retryAfterSeconds: 30 }).headers).toEqual({ "Retry-After": "30" });
    }
    expect(toWire({ code: "not_ready", reason: "", retryAfterSeconds: 30 }).headers).toEqual({
      "Retry-After": "30",
    });
  });
});

import { describe, expect, it } from "vitest";
import { type Failure, toWire } from "../../src/errors.ts";

const table: [Failure, status: number, code: string][] = [
  [{ code: "unauthorized", reason: "the key is wrong" }, 401, "unauthorized"],
  [{ code: "forbidden", reason: "Not with this key." }, 403, "forbidden"],
  [{ code: "locked" }, 423, "locked"],
  [{ code: "locked", retryAfterSeconds: 30 }, 423, "locked"],
  [{ code: "rate_limited", retryAfterSeconds: 60 }, 429, "rate_limited"],
  [{ code: "conflict", what: "tenant" }, 409, "conflict"],
  [{ code: "identity_conflict", subjectId: "alice" }, 409, "identity_conflict"],
  [{ code: "idempotency_key_reused" }, 422, "idempotency_key_reused"],
  [{ code: "not_found", what: "subject" }, 404, "not_found"],
  [{ code: "method_not_allowed", allowed: ["GET", "HEAD"] }, 405, "method_not_allowed"],
  [{ code: "subject_has_no_faces" }, 404, "subject_has_no_faces"],
  [{ code: "invalid_request", reason: "The body is empty." }, 400, "invalid_request"],
  [
    { code: "unsupported_media_type", found: "a PDF", instead: "Send a JPEG." },
    415,
    "unsupported_media_type",
  ],
  [{ code: "body_too_large", limit: 10 }, 413, "body_too_large"],
  [{ code: "image_too_large", limit: 10, unit: "pixels" }, 413, "image_too_large"],
  [{ code: "request_timeout", reason: "no byte came for 10 s" }, 408, "request_timeout"],
  [{ code: "overloaded", reason: "no room", retryAfterSeconds: 2 }, 503, "overloaded"],
  [{ code: "invalid_image", reason: "it ends early" }, 422, "invalid_image"],
  [{ code: "face_not_found" }, 422, "face_not_found"],
  [{ code: "multiple_faces", count: 3 }, 422, "multiple_faces"],
  [{ code: "model_mismatch", stored: "a", expected: "b" }, 409, "model_mismatch"],
  [{ code: "corrupt_record", faceId: "f1", reason: "checksum does not fit" }, 500, "internal"],
  [{ code: "not_ready", reason: "wasm failed" }, 503, "not_ready"],
];

describe("toWire", () => {
  it.each(table)("answers %j with %i %s and a sentence", (failure, status, code) => {
    const wire = toWire(failure);
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

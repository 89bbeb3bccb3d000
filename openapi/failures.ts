/** One instance of every failure that a caller can meet; the examples and the list of codes come from here. */
import { type Failure, type FailureCode, internalWire, toWire, type WireFailure } from "../src/errors.ts";

type Instances = { readonly [Code in Exclude<FailureCode, "internal">]: Extract<Failure, { code: Code }> };

const instances: Instances = {
  unauthorized: { code: "unauthorized", reason: "" },
  forbidden: { code: "forbidden", reason: 'This key does not have the scope "enrol".' },
  liveness_required: { code: "liveness_required" },
  locked: { code: "locked", retryAfterSeconds: 30 },
  rate_limited: { code: "rate_limited", retryAfterSeconds: 60 },
  not_found: { code: "not_found", what: "subject" },
  conflict: { code: "conflict", what: "tenant" },
  identity_conflict: { code: "identity_conflict", subjectId: "franck" },
  conflicting_face: { code: "conflicting_face" },
  replayed_photo: { code: "replayed_photo" },
  idempotency_key_reused: { code: "idempotency_key_reused" },
  method_not_allowed: { code: "method_not_allowed", allowed: ["GET", "DELETE"] },
  subject_has_no_faces: { code: "subject_has_no_faces" },
  invalid_request: {
    code: "invalid_request",
    field: "face",
    reason: '"face" must be largest, center or only.',
  },
  unsupported_media_type: {
    code: "unsupported_media_type",
    found: "a PDF document",
    instead: "Send a JPEG, PNG, WebP or AVIF.",
  },
  body_too_large: { code: "body_too_large", limit: 10_485_760, actual: 12_000_000 },
  image_too_large: { code: "image_too_large", unit: "pixels", limit: 65_000_000, actual: 108_000_000 },
  invalid_image: { code: "invalid_image", reason: "it ends too early" },
  face_not_found: { code: "face_not_found" },
  low_quality: { code: "low_quality", reasons: ["blurred", "too_dark"] },
  multiple_faces: { code: "multiple_faces", count: 3 },
  presentation_attack_suspected: { code: "presentation_attack_suspected" },
  model_mismatch: {
    code: "model_mismatch",
    stored: "mobilefacenet-128 (128)",
    expected: "mobilefacenet-192 (192)",
  },
  request_timeout: { code: "request_timeout", reason: "" },
  overloaded: { code: "overloaded", reason: "", retryAfterSeconds: 2 },
  not_ready: { code: "not_ready", reason: "" },
};

/** Failures in the order of their status. */
export const wireFailures: readonly WireFailure[] = [
  ...Object.values(instances).map(toWire),
  internalWire,
].sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1));

export const failureCodes = wireFailures.map(({ code }) => code);

/**
 * Every expected failure, as one tagged union, and the wire form of each.
 *
 * Expected failures are values: a function that can fail returns `Result`. Bugs throw and become `internal` 500 at
 * the edge of the app. No failure carries pixels or embeddings.
 */

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

export type Failure = FailureCase & {
  /** The caller's name for the field or parameter that the failure is about. */
  readonly field?: string;
};

type FailureCase =
  | { code: "unauthorized"; reason: string }
  /** The caller is known and may not do this. `reason` is a sentence for the caller. */
  | { code: "forbidden"; reason: string }
  /** The tenant, or the session, asks for a liveness session in place of this call. */
  | { code: "liveness_required" }
  /** Too many failed attempts at this subject; without a time it stays locked until it is unlocked. */
  | { code: "locked"; retryAfterSeconds?: number }
  /** `reason` is a sentence for a caller who is not authenticated yet. */
  | { code: "rate_limited"; retryAfterSeconds: number; reason?: string }
  /** `what` names the missing thing in words: "subject", "face", "route". */
  | { code: "not_found"; what: string }
  /** `what` names in words the thing that exists already. */
  | { code: "conflict"; what: string }
  /** The person is enrolled under another name; the name is present for callers who may know it. */
  | { code: "identity_conflict"; subjectId?: string }
  /** The photo shows somebody else than the subject's other photos. */
  | { code: "conflicting_face" }
  /** The photo is a copy of one that was enrolled or has matched before. */
  | { code: "replayed_photo" }
  /** The `Idempotency-Key` was used before, for another request. */
  | { code: "idempotency_key_reused" }
  | { code: "method_not_allowed"; allowed: readonly string[] }
  | { code: "subject_has_no_faces" }
  | { code: "invalid_request"; reason: string }
  /** `found` is the type of the bytes or of the header; `instead` says what to send. */
  | { code: "unsupported_media_type"; found: string; instead: string }
  /** The whole body is longer than the route accepts, as declared or as counted while it arrived. */
  | { code: "body_too_large"; limit: number; actual?: number }
  /** A photo is beyond a limit: by its header, or because its decoder needs more bytes of memory than it may have. */
  | { code: "image_too_large"; limit: number; actual?: number; unit: "pixels" | "scans" | "bytes" }
  | { code: "invalid_image"; reason: string }
  | { code: "face_not_found" }
  /** `reasons` name the limits that the face does not meet. */
  | { code: "low_quality"; reasons: readonly string[] }
  | { code: "multiple_faces"; count: number }
  /** The passive score is below the tenant's limit. No score is told: it would guide an attacker. */
  | { code: "presentation_attack_suspected" }
  /** A stored embedding is from another model, or a record has another version. */
  | { code: "model_mismatch"; stored: string; expected: string; faceId?: string }
  /** A stored record was altered. It is neither scored nor skipped. */
  | { code: "corrupt_record"; faceId: string; reason: string }
  /** The body arrived too slowly, and reading it was given up. */
  | { code: "request_timeout"; reason: string }
  /** Other requests hold the isolate's memory. Nothing was done. */
  | { code: "overloaded"; reason: string; retryAfterSeconds: number }
  | { code: "not_ready"; reason: string; retryAfterSeconds?: number };

/** Codes that a caller can meet. A damaged record is the service's fault, so it is `internal`. */
export type FailureCode = Exclude<Failure["code"], "corrupt_record"> | "internal";

/** The caller's view: the HTTP status, the public sentence, and details that are safe to show. */
export interface WireFailure {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 423 | 429 | 500 | 503;
  code: FailureCode;
  message: string;
  details?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** Wire form of a bug; the log has the error. */
export const internalWire: WireFailure = {
  status: 500,
  code: "internal",
  message: "Something went wrong here. The request id finds it in the log.",
};

/**
 * Turns a failure into its wire form, the only place that does. The message names the field that it is about.
 * `unauthorized`, `not_ready`, `request_timeout`, `overloaded` and `corrupt_record` keep their reasons for the log.
 */
export function toWire(failure: Failure): WireFailure {
  const wire = describe(failure);
  const { field } = failure;
  if (field === undefined) return wire;
  const message = wire.message.includes(field) ? wire.message : `In "${field}": ${wire.message}`;
  return { ...wire, message, details: { ...wire.details, field } };
}

function describe(failure: FailureCase): WireFailure {
  const { code } = failure;
  switch (code) {
    case "unauthorized":
      return {
        status: 401,
        code,
        message: "Send a valid API key or session token as `Authorization: Bearer <key>`.",
        headers: { "WWW-Authenticate": 'Bearer realm="sameface"' },
      };
    case "forbidden":
      return { status: 403, code, message: failure.reason };
    case "liveness_required":
      return {
        status: 403,
        code,
        message:
          "This needs a liveness session: open one by `POST /v1/sessions`, and send its frames to `/v1/sessions/verify` or `/v1/sessions/enrol`.",
      };
    case "locked":
      return failure.retryAfterSeconds === undefined
        ? {
            status: 423,
            code,
            message: "Too many attempts failed. This subject is locked until it is unlocked.",
          }
        : {
            status: 423,
            code,
            message: `Too many attempts failed. Try again in ${failure.retryAfterSeconds} seconds.`,
            headers: { "Retry-After": String(failure.retryAfterSeconds) },
          };
    case "rate_limited":
      return {
        status: 429,
        code,
        message: failure.reason ?? "Too many requests with this key or token. Slow down.",
        headers: { "Retry-After": String(failure.retryAfterSeconds) },
      };
    case "not_found":
      return { status: 404, code, message: `There is no such ${failure.what}.` };
    case "conflict":
      return { status: 409, code, message: `This ${failure.what} exists already.` };
    case "identity_conflict":
      return {
        status: 409,
        code,
        message: "This person is enrolled as another subject already.",
        ...(failure.subjectId === undefined ? {} : { details: { subject_id: failure.subjectId } }),
      };
    case "conflicting_face":
      return {
        status: 409,
        code,
        message:
          "The photo shows somebody else than the subject's other photos. Delete those that are wrong, or enrol it with `conflicts=allow`: the template leaves it out.",
      };
    case "replayed_photo":
      return { status: 409, code, message: "This photo was used before. Take a new one." };
    case "idempotency_key_reused":
      return {
        status: 422,
        code,
        message: "This Idempotency-Key was used with another photo or other options. Use a new one.",
      };
    case "method_not_allowed":
      return {
        status: 405,
        code,
        message: `This path answers ${failure.allowed.join(", ")}.`,
        headers: { Allow: failure.allowed.join(", ") },
      };
    case "subject_has_no_faces":
      return { status: 404, code, message: "This subject has no enrolled face. Enrol one first." };
    case "invalid_request":
      return { status: 400, code, message: failure.reason };
    case "unsupported_media_type":
      return {
        status: 415,
        code,
        message: `This is ${failure.found}. ${failure.instead}`,
        details: { found: failure.found },
      };
    case "body_too_large": {
      const actual = failure.actual === undefined ? "" : `, and this has ${digits(failure.actual)}`;
      return {
        status: 413,
        code,
        message: `The body is too large: at most ${failure.limit} bytes are accepted${actual}.`,
        details: {
          limit: failure.limit,
          unit: "bytes",
          ...(failure.actual === undefined ? {} : { actual: failure.actual }),
        },
      };
    }
    case "image_too_large": {
      const actual = failure.actual === undefined ? "" : `, and this has ${digits(failure.actual)}`;
      const unit = failure.unit === "bytes" ? "bytes of memory" : failure.unit;
      return {
        status: 413,
        code,
        message: `The image is too large: at most ${failure.limit} ${unit} are accepted${actual}.`,
        details: {
          limit: failure.limit,
          unit: failure.unit,
          ...(failure.actual === undefined ? {} : { actual: failure.actual }),
        },
      };
    }
    case "invalid_image":
      return { status: 422, code, message: `The image cannot be read: ${failure.reason}.` };
    case "face_not_found":
      return {
        status: 422,
        code,
        message: "No face was found in the photo. Send one with a face in clear view.",
      };
    case "low_quality":
      return {
        status: 422,
        code,
        message: `The face in the photo is not fit for this: ${failure.reasons.join(", ")}. Take another photo.`,
        details: { reasons: failure.reasons },
      };
    case "presentation_attack_suspected":
      return {
        status: 422,
        code,
        message: "The photo does not pass as one of a person before the camera. Take a new one.",
      };
    case "multiple_faces":
      return {
        status: 422,
        code,
        message: `The photo shows ${failure.count} faces, and the request allows only one.`,
        details: { count: failure.count },
      };
    case "model_mismatch":
      return {
        status: 409,
        code,
        message: "A face was enrolled with another model. Delete it and enrol it again with the current one.",
        details: {
          stored: failure.stored,
          expected: failure.expected,
          ...(failure.faceId === undefined ? {} : { face_id: failure.faceId }),
        },
      };
    case "corrupt_record":
      return {
        status: 500,
        code: "internal",
        message:
          "A stored face cannot be read. Have the operator run `sameface doctor`; if all is well there, delete the face and enrol it again.",
        details: { face_id: failure.faceId },
      };
    case "request_timeout":
      return {
        status: 408,
        code,
        message: "The body did not arrive in time. Send a smaller photo, or send it again.",
      };
    case "overloaded":
      return {
        status: 503,
        code,
        message: `This instance is busy with other requests. Try again in ${failure.retryAfterSeconds} seconds.`,
        headers: { "Retry-After": String(failure.retryAfterSeconds) },
      };
    case "not_ready":
      return {
        status: 503,
        code,
        message: "This instance is not ready. Try again.",
        headers: { "Retry-After": String(failure.retryAfterSeconds ?? 1) },
      };
    default:
      return assertNever(failure);
  }
}

/**
 * Writes a number that a caller claims as JSON does. V8 keeps the texts of numbers over 2^30 that a template writes, in a
 * table that grows by 48 KB at the first two that share a place, and never shrinks.
 */
function digits(count: number): string {
  return JSON.stringify(count);
}

function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}

/** Every failure, by its code. A call that you abort rejects with your signal's reason instead. */
import type { QualityReason } from "./wire.ts";

interface Details {
  /** Part of the request that the error is about. */
  readonly field?: string;
}

/** Details by code. */
export interface ErrorDetails {
  unauthorized: Details;
  forbidden: Details;
  /** The tenant, or the session, asks for the frames of a liveness session. */
  liveness_required: Details;
  not_found: Details;
  subject_has_no_faces: Details;
  method_not_allowed: Details;
  conflict: Details;
  idempotency_key_reused: Details;
  /** The photo was enrolled or has matched before. */
  replayed_photo: Details;
  conflicting_face: Details;
  /** Names the subject, for keys with the scope "identify". */
  identity_conflict: Details & { readonly subject_id?: string };
  invalid_request: Details;
  unsupported_media_type: Details & { readonly found: string };
  /** Limit of the whole request. A stream beyond the limit is not sent; then `status` is 0. */
  body_too_large: Details & { readonly limit: number; readonly actual?: number; readonly unit: "bytes" };
  /** Limit of one photo in the request. */
  image_too_large: Details & {
    readonly limit: number;
    readonly actual?: number;
    readonly unit: "pixels" | "scans" | "bytes";
  };
  invalid_image: Details;
  face_not_found: Details;
  low_quality: Details & { readonly reasons: readonly QualityReason[] };
  multiple_faces: Details & { readonly count: number };
  presentation_attack_suspected: Details;
  model_mismatch: Details & { readonly stored: string; readonly expected: string; readonly face_id?: string };
  locked: Details;
  rate_limited: Details;
  /** The body did not arrive in time; nothing was done. */
  request_timeout: Details;
  /** The service has no memory left for the request; nothing was done. */
  overloaded: Details;
  not_ready: Details;
  internal: Details & { readonly face_id?: string };
  /** No answer came: no network, no such host, or a broken connection. */
  network: Details;
  /** No answer came in time. */
  timeout: Details;
  /** The answer is not one of sameface: a proxy's page, or another service at this address. */
  bad_answer: Details;
}

export type ErrorCode = keyof ErrorDetails;

interface ErrorParts {
  /** Status of the answer; 0 without one. */
  readonly status: number;
  readonly details?: object | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

export class SamefaceError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "SamefaceError";
  /** Code of the failure; a newer service may send one that is not listed here. */
  readonly code: Code;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly details: ErrorDetails[Code];
  /** Found in the service's log too. */
  readonly requestId: string | undefined;
  /** Seconds after which to try again, if the service gives them. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: Code, message: string, parts: ErrorParts) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.status = parts.status;
    this.details = (parts.details ?? {}) as ErrorDetails[Code];
    this.requestId = parts.requestId;
    this.retryAfterSeconds = parts.retryAfterSeconds;
  }

  /** Narrows the type of the error, and so that of its details. */
  is<Wanted extends ErrorCode>(...codes: Wanted[]): this is SamefaceError<Wanted> {
    return (codes as string[]).includes(this.code);
  }
}

/** Makes the error of an answer with a status of 400 or more, or of one that cannot be read. */
export function errorOf(
  status: number,
  text: string,
  header: (name: string) => string | null,
  nowMs: number,
): SamefaceError {
  const body = parse(text);
  const retryAfterSeconds = parseRetryAfter(header("Retry-After"), nowMs);
  const error = body?.error;
  if (typeof error?.code !== "string") {
    const message = `This was not sameface: an answer with status ${status} that cannot be read.`;
    return new SamefaceError("bad_answer", message, { status, retryAfterSeconds });
  }
  return new SamefaceError(error.code as ErrorCode, error.message ?? error.code, {
    status,
    details: error.details,
    requestId: body?.request_id,
    retryAfterSeconds,
  });
}

interface ErrorBody {
  readonly error?: { readonly code?: unknown; readonly message?: string; readonly details?: object };
  readonly request_id?: string;
}

function parse(text: string): ErrorBody | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Parses seconds or a date (RFC 9110, section 10.2.3). */
function parseRetryAfter(text: string | null, nowMs: number): number | undefined {
  if (text === null || text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}

/** A request's body, read to the end or to the limit, whichever comes first. */
import { createMiddleware } from "hono/factory";
import { fail, ok, type Result } from "../errors.ts";
import { refuse } from "./answer.ts";
import type { AppEnv } from "./deps.ts";

/**
 * At most `limit` bytes. A declared length is checked before anything is read; a chunked body is
 * counted while it arrives, and what follows the limit is left in the stream.
 *
 * Fails with `image_too_large`, or with `invalid_request` when the body is empty or breaks off.
 */
export async function readBody(request: Request, limit: number): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const declared = declaredLength(request);
  if (declared !== undefined && declared > limit) {
    return fail({ code: "image_too_large", unit: "bytes", limit, actual: declared });
  }
  if (request.body === null || declared === 0) return empty();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > limit) {
        return fail({ code: "image_too_large", unit: "bytes", limit });
      }
      chunks.push(value);
    }
  } catch {
    return fail({ code: "invalid_request", reason: "The body broke off before its end." });
  } finally {
    reader.releaseLock();
  }
  return size === 0 ? empty() : ok(join(chunks, size));
}

/** Refuses a body that is declared too large before anybody asks whose it is. */
export function limitDeclaredBody(limit: number) {
  return createMiddleware<AppEnv>(async function limitDeclaredBody(c, next) {
    const actual = declaredLength(c.req.raw);
    if (actual === undefined || actual <= limit) return next();
    return refuse(c, { code: "image_too_large", unit: "bytes", limit, actual });
  });
}

/** `Content-Length`; undefined when the body is chunked. */
export function declaredLength(request: Request): number | undefined {
  const header = request.headers.get("Content-Length");
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}

export function empty() {
  return fail({ code: "invalid_request", reason: "The body is empty: send a photo." });
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

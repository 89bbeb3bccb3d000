/**
 * Bytes to JSON or to a form. A request here has a handful of fields, while ten megabytes hold
 * millions of brackets or parts, which cost seconds and more memory than an isolate has. So the
 * marks of structure are counted before a parser sees them.
 */
import { fail, ok, type Result } from "../errors.ts";

/** Photos in base64 have none of them; a request has fewer than ten. */
export const maxMarks = 64;

/** Fails with `invalid_request`. */
export function parseJson(body: Uint8Array): Result<unknown> {
  if (countMarks(body, isJsonMark) > maxMarks) return malformed("JSON with the fields of this request");
  try {
    return ok(JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body)));
  } catch {
    return malformed("well-formed JSON");
  }
}

/** Fails with `invalid_request`. */
export async function parseMultipart(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Result<FormData>> {
  if (countMarks(body, isDelimiter) > maxMarks) return malformed("a form with the fields of this request");
  try {
    return ok(await new Response(body, { headers: { "Content-Type": contentType } }).formData());
  } catch {
    return malformed("well-formed multipart/form-data");
  }
}

/** Stops soon after `maxMarks`. */
function countMarks(body: Uint8Array, isMark: (body: Uint8Array, at: number) => boolean): number {
  let count = 0;
  for (let at = 0; at < body.length && count <= maxMarks; at++) if (isMark(body, at)) count++;
  return count;
}

/** `[`, `{` or `,`. */
function isJsonMark(body: Uint8Array, at: number): boolean {
  const byte = body[at];
  return byte === 0x5b || byte === 0x7b || byte === 0x2c;
}

/** LF `--`, the middle of every delimiter (RFC 2046, section 5.1.1). In 10 MiB of a photo once, by chance. */
function isDelimiter(body: Uint8Array, at: number): boolean {
  return body[at] === 0x0a && body[at + 1] === 0x2d && body[at + 2] === 0x2d;
}

function malformed(expected: string) {
  return fail({ code: "invalid_request", reason: `The body is not ${expected}.` });
}

/** Place where a listing goes on, as text that is opaque to the caller. */
import type * as z from "zod";
import { decodeBase64Url, encodeBase64Url } from "../crypto/base64.ts";
import { fail, ok, type Result } from "../errors.ts";

const maxCursorLength = 4096;

export function encodeCursor(place: unknown): string {
  return encodeBase64Url(new TextEncoder().encode(JSON.stringify(place)));
}

/** Decodes a place. Fails with `invalid_request` for text that `encodeCursor` cannot have made of one. */
export function decodeCursor<S extends z.ZodType>(schema: S, text: string): Result<z.output<S>> {
  const refusal = fail({
    code: "invalid_request",
    field: "cursor",
    reason: "The cursor is not one that a listing gave out.",
  });
  if (text.length > maxCursorLength) return refusal;
  const bytes = decodeBase64Url(text);
  if (bytes === undefined) return refusal;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return refusal;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : refusal;
}

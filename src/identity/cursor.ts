/**
 * Where a listing of subjects goes on: a page of the store's keys, and the last subject given out.
 * To the caller it is opaque text.
 */
import * as z from "zod";
import { fail, ok, type Result } from "../errors.ts";
import { parseSubjectId, type SubjectId } from "./ids.ts";

export interface Cursor {
  /** The store's own cursor of the page of keys to read; null for the first. */
  readonly page: string | null;
  /** Subjects up to and including this one were given out; null for none yet. */
  readonly after: SubjectId | null;
}

const maxCursorLength = 4096;

const cursorSchema = z.strictObject({ page: z.string().min(1).nullable(), after: z.string().nullable() });

export function encodeCursor({ page, after }: Cursor): string {
  const text = btoa(encodeURIComponent(JSON.stringify({ page, after })));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Fails with `invalid_request` for text that `encodeCursor` cannot have made. */
export function decodeCursor(text: string): Result<Cursor> {
  const refusal = fail({
    code: "invalid_request",
    field: "cursor",
    reason: "The cursor is not one that a listing gave out.",
  });
  if (text.length > maxCursorLength) return refusal;
  let value: unknown;
  try {
    value = JSON.parse(decodeURIComponent(atob(text.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return refusal;
  }
  const parsed = cursorSchema.safeParse(value);
  if (!parsed.success) return refusal;
  const { page, after } = parsed.data;
  if (after === null) return ok({ page, after });
  const subjectId = parseSubjectId(after);
  return subjectId === undefined ? refusal : ok({ page, after: subjectId });
}

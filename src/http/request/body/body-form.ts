/** Reads the form of a body from its `Content-Type`. */
import { fail, ok, type Result } from "../../../errors.ts";

export type BodyForm = "multipart" | "json" | "other";

/**
 * Reads the form of a body. Fails with `unsupported_media_type` for JSON in a charset other than UTF-8 (RFC 8259,
 * section 8.1).
 */
export function formOf(contentType = ""): Result<BodyForm> {
  const [first, ...parameters] = contentType.split(";");
  const essence = first.trim().toLowerCase();
  if (essence === "multipart/form-data") return ok("multipart");
  if (!isJson(essence)) return ok("other");
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/i.exec(parameter)?.[1].toLowerCase())
    .find((name) => name !== undefined);
  if (charset === undefined || charset === "utf-8" || charset === "utf8" || charset === "us-ascii") {
    return ok("json");
  }
  return fail({
    code: "unsupported_media_type",
    found: "JSON in a charset other than UTF-8",
    instead: "Send application/json in UTF-8.",
  });
}

function isJson(essence: string): boolean {
  return (
    essence === "application/json" || essence === "text/json" || /^[\w.-]+\/[\w.-]+\+json$/.test(essence)
  );
}

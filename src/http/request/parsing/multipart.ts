/**
 * Parses `multipart/form-data` (RFC 7578) as browsers and HTTP libraries write it. A part is a view of the body: only
 * names and headers cost memory, and they are bounded in number and length.
 */
import { ok, type Result } from "../../../errors.ts";
import { decodeBase64InPlace } from "./base64-in-place.ts";
import { Delimiters } from "./delimiter.ts";
import { parseHeaderValue } from "./header-value.ts";
import { bareLineFeeds, cutOff, type PartHead, readPartHead } from "./part-head.ts";
import { refuseBody, refuseField } from "./refusal.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Most parts of a form; a request has fewer than ten. */
export const maxParts = 64;

export interface Part {
  readonly name: string;
  /** Name of the file; undefined where the client names none, as with texts. */
  readonly fileName: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: Bytes;
}

/**
 * Splits a body into its parts, in their order; names may repeat. `contentType` is the request's header. A part whose
 * transfer encoding is base64 is overwritten by the bytes that it decodes to.
 *
 * Fails with `invalid_request`.
 */
export function parseMultipart(body: Bytes, contentType: string): Result<Part[]> {
  const boundary = readBoundary(contentType);
  if (!boundary.ok) return boundary;
  const delimiters = new Delimiters(body, boundary.value);
  let delimiter = delimiters.first();
  if (delimiter === undefined) return boundaryNotInBody;
  const parts: Part[] = [];
  while (delimiter.kind === "opens a part") {
    if (parts.length === maxParts) return refuseBody(`The form has more than ${maxParts} parts.`);
    const head = readPartHead(body, delimiter.end);
    if (!head.ok) return head;
    // The empty line behind the headers of a part without content may be the next delimiter's CRLF.
    const next = delimiters.next(head.value.end - 1);
    if (next === undefined) return cutOff;
    const content = body.subarray(head.value.end, Math.max(head.value.end, next.start));
    const part = decodePart(head.value, content);
    if (!part.ok) return part;
    parts.push(part.value);
    delimiter = next;
  }
  return delimiter.kind === "closes the form" ? ok(parts) : bareLineFeeds;
}

const boundaryNotInBody = refuseBody(
  "The body does not have the boundary that its Content-Type header names. HTTP libraries write both, unless the header is set by hand.",
);

function readBoundary(contentType: string): Result<string> {
  const boundary = parseHeaderValue(contentType)?.parameters.get("boundary");
  if (boundary === undefined) {
    return refuseBody(
      "The Content-Type header lacks its boundary. HTTP libraries write it, unless the header is set by hand.",
    );
  }
  return /^[\x20-\x7e]{0,69}[\x21-\x7e]$/.test(boundary)
    ? ok(boundary)
    : refuseBody("The boundary in the Content-Type header must be 1 to 70 characters of ASCII.");
}

function decodePart(
  { name, fileName, contentType, transferEncoding }: PartHead,
  content: Bytes,
): Result<Part> {
  switch (transferEncoding) {
    case undefined:
    case "binary":
    case "8bit":
    case "7bit":
      return ok({ name, fileName, contentType, bytes: content });
    case "base64": {
      const bytes = decodeBase64InPlace(content);
      return bytes === undefined
        ? refuseField(name, "is not base64, and its Content-Transfer-Encoding says so")
        : ok({ name, fileName, contentType, bytes });
    }
    default: {
      const found = transferEncoding === "quoted-printable" ? "quoted-printable" : "unknown";
      return refuseField(name, `has a Content-Transfer-Encoding that is ${found}: send it as binary`);
    }
  }
}

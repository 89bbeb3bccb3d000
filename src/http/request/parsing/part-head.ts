/** Reads the headers of one part of a form (RFC 7578, section 4), as clients write them. */
import { ok, type Result } from "../../../errors.ts";
import { parseHeaderValue } from "./header-value.ts";
import { refuseBody } from "./refusal.ts";

/** Most bytes of one part's headers and the empty line behind them. */
export const maxPartHeaderBytes = 8192;

export interface PartHead {
  readonly name: string;
  /** Name of the file; undefined for a text, and empty when it cannot be read. */
  readonly fileName: string | undefined;
  readonly contentType: string | undefined;
  /** `Content-Transfer-Encoding` in small letters. */
  readonly transferEncoding: string | undefined;
  /** Index where the part's content starts. */
  readonly end: number;
}

export const bareLineFeeds = refuseBody(
  "The line ends of multipart/form-data must be CRLF, and these are LF.",
);
export const cutOff = refuseBody("The form is cut off: its final delimiter is missing.");

const [lf, cr] = [0x0a, 0x0d];
/** File names in other encodings become replacement characters: nobody reads them. */
const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** Reads the headers that begin at `start`. Fails with `invalid_request`. */
export function readPartHead(body: Uint8Array, start: number): Result<PartHead> {
  const lines = readLines(body, start);
  if (!lines.ok) return lines;
  const headers = parseHeaders(lines.value.lines);
  if (!headers.ok) return headers;
  const get = (name: KnownHeader) => headers.value.get(name);
  const disposition = parseHeaderValue(get("content-disposition") ?? "");
  if (disposition?.value !== "form-data") {
    return refuseBody('Every part of a form needs a header `Content-Disposition: form-data; name="..."`.');
  }
  const name = readName(disposition.parameters, "name");
  if (name === undefined) return refuseBody("A part of the form has no name.");
  return ok({
    name,
    fileName: readName(disposition.parameters, "filename"),
    contentType: get("content-type"),
    transferEncoding: get("content-transfer-encoding")?.toLowerCase(),
    end: lines.value.end,
  });
}

function readLines(body: Uint8Array, start: number): Result<{ lines: string[]; end: number }> {
  const window = body.subarray(start, start + maxPartHeaderBytes);
  const lines: string[] = [];
  for (let from = 0; ; ) {
    const end = window.indexOf(lf, from);
    if (end < 0 && window.length < maxPartHeaderBytes) return cutOff;
    if (end < 0) return refuseBody(`The headers of a part have more than ${maxPartHeaderBytes} bytes.`);
    if (window[end - 1] !== cr) return bareLineFeeds;
    if (end - 1 === from) return ok({ lines, end: start + end + 1 });
    lines.push(utf8.decode(window.subarray(from, end - 1)));
    from = end + 1;
  }
}

const knownHeaders = ["content-disposition", "content-type", "content-transfer-encoding"] as const;
type KnownHeader = (typeof knownHeaders)[number];

function parseHeaders(lines: readonly string[]): Result<ReadonlyMap<KnownHeader, string>> {
  const headers = new Map<KnownHeader, string>();
  for (const line of lines) {
    if (/^[ \t]/.test(line)) return refuseBody("A header of a part is folded: it must be one line.");
    const [, field, value] = /^([!#$%&'*+.^_`|~\w-]+)[ \t]*:([\t\x20-\x7e\x80-\uffff]*)$/.exec(line) ?? [];
    if (field === undefined) return refuseBody("A header of a part is not well-formed.");
    const name = knownHeaders.find((known) => known === field.toLowerCase());
    if (name === undefined) continue;
    if (headers.has(name)) return refuseBody("A part of the form gives a header twice.");
    headers.set(name, value.trim());
  }
  return ok(headers);
}

/** Reads `filename*` before `filename`: clients that write both mean the first. */
function readName(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  const extended = parameters.get(`${name}*`);
  const decoded = extended === undefined ? undefined : decodeExtended(extended);
  return decoded ?? decodeQuotes(parameters.get(name)) ?? (extended === undefined ? undefined : "");
}

/**
 * Decodes a value such as `utf-8''na%C3%AFve.jpg` (RFC 5987); undefined when it is malformed or in another character
 * set.
 */
function decodeExtended(text: string): string | undefined {
  const [, charset, encoded] = /^(utf-8|iso-8859-1)'[^']*'(.*)$/i.exec(text) ?? [];
  if (encoded === undefined) return undefined;
  if (charset.toLowerCase() !== "utf-8") {
    return encoded.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** Decodes the three characters that browsers escape in names. */
function decodeQuotes(text: string | undefined): string | undefined {
  return text?.replace(/%(?:22|0D|0A)/gi, decodeURIComponent);
}

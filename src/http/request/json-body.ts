/**
 * A JSON body with photos or embeddings in base64. Those are decoded where they lie and never become
 * text; the rest is small and goes through `JSON.parse`.
 */
import { ok, type Result } from "../../errors.ts";
import { decodeBase64InPlace } from "./base64-in-place.ts";
import { JsonScan, notJson, utf8 } from "./json-scan.ts";
import type { JsonString } from "./json-string.ts";
import { refuseField } from "./refusal.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface JsonBody {
  /** As `JSON.parse` has it; a decoded field is `""` here. */
  readonly value: unknown;
  /** Views of the body, none of them empty. */
  readonly binaries: ReadonlyMap<string, Bytes>;
}

/**
 * Takes the members of the top object that are strings and named in `binaryFields` as base64, plain or
 * in a data URL. `body` is overwritten there. A byte order mark is accepted.
 *
 * Fails with `invalid_request`: not UTF-8 or not JSON, a name twice in one object, over one of the
 * limits of `json-scan.ts`, or a binary field that is empty or not base64.
 */
export function parseJsonBody(body: Bytes, binaryFields: readonly string[]): Result<JsonBody> {
  const scan = new JsonScan(body, binaryFields);
  const refusal = scan.run();
  if (refusal !== undefined) return refusal;
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(scan.rest()));
  } catch {
    return notJson;
  }
  const binaries = new Map<string, Bytes>();
  for (const [name, text] of scan.taken) {
    const bytes = decodeText(text, name);
    if (!bytes.ok) return bytes;
    binaries.set(name, bytes.value);
  }
  return ok({ value, binaries });
}

/** `data:`, up to 256 characters of media type and parameters, `;base64,`. */
const maxDataUrlHead = 5 + 256 + 8;
/** The media type is not believed and so not read. */
const dataUrlHead = /^data:[\x20-\x2b\x2d-\x7e]*;base64,/i;

/** Base64, plain or in a data URL (RFC 2397). */
function decodeText({ content, escaped }: JsonString, field: string): Result<Bytes> {
  const head = latin1(content.subarray(0, maxDataUrlHead));
  let base64 = content;
  if (/^data:/i.test(head)) {
    const matched = dataUrlHead.exec(head)?.[0];
    if (matched === undefined) return refuseField(field, "must be a data URL with base64");
    base64 = content.subarray(matched.length);
  }
  const bytes = decodeBase64InPlace(base64, escaped ? "any" : "spaces");
  if (bytes === undefined) return refuseField(field, "is not base64");
  return bytes.length === 0 ? refuseField(field, "is empty") : ok(bytes);
}

/** A character for each byte. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

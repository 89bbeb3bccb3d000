/**
 * Parses a JSON body with photos or embeddings in base64. They are decoded where they lie and never become text; the
 * rest is small and goes through `JSON.parse`.
 */
import { ok, type Result } from "../../../errors.ts";
import { decodeBase64InPlace } from "./base64-in-place.ts";
import { JsonScan, notJson, utf8 } from "./json-scan.ts";
import { refuseField } from "./refusal.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface JsonBody {
  /** Value as `JSON.parse` gives it; a decoded field is `""` in it. */
  readonly value: unknown;
  /** Decoded fields by name: views of the body, none of them empty. */
  readonly binaries: ReadonlyMap<string, Bytes>;
}

/**
 * Parses a body. Members of the top object that are strings and named in `binaryFields` are decoded as base64, plain
 * or in a data URL, and `body` is overwritten there. So are the strings of members named in `binaryLists` that are
 * lists, each as `name.0`, `name.1` and so on. A byte order mark is accepted.
 *
 * Fails with `invalid_request` for a body that is not UTF-8 or not JSON, a name that occurs twice in one object, a
 * body over one of the limits of `json-scan.ts`, and a binary field that is empty or not base64.
 */
export function parseJsonBody(
  body: Bytes,
  binaryFields: readonly string[],
  binaryLists: readonly string[] = [],
): Result<JsonBody> {
  const scan = new JsonScan(body, binaryFields, binaryLists);
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

/**
 * Longest head of a data URL, bytes: `data:`, up to 256 characters of media type and parameters, and `;base64`; each
 * character may be an escape.
 */
const maxDataUrlHead = 6 * (5 + 256 + 7);
const commaCode = 0x2c;

/**
 * Decodes base64, plain or in a data URL (RFC 2397). The URL's media type is not read, since formats are found by
 * content.
 */
function decodeText(content: Bytes, field: string): Result<Bytes> {
  const start = content.subarray(0, maxDataUrlHead + 1);
  const comma = start.indexOf(commaCode);
  const head = unquote(String.fromCharCode(...start.subarray(0, Math.max(comma, 5))));
  const isDataUrl = /^data:/i.test(head);
  if (isDataUrl && !(comma > 0 && /^data:[\x20-\x7e]{0,256};base64$/i.test(head))) {
    return refuseField(field, "must be a data URL with base64");
  }
  const bytes = decodeBase64InPlace(isDataUrl ? content.subarray(comma + 1) : content, "json string");
  if (bytes === undefined) return refuseField(field, "is not base64");
  return bytes.length === 0 ? refuseField(field, "is empty") : ok(bytes);
}

/** Reads the content of a JSON string as text; empty when it is not a string's. */
function unquote(content: string): string {
  try {
    return JSON.parse(`"${content}"`) as string;
  } catch {
    return "";
  }
}

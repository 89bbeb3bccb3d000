/** Reads the photos and options of a body, by its form. */
import type * as z from "zod";
import { type Failure, fail, ok, type Result } from "../../errors.ts";
import { check, invalid, unknownField } from "./input.ts";
import { parseJsonBody } from "./parsing/json-body.ts";
import { type Part, parseMultipart } from "./parsing/multipart.ts";
import type { PhotoRequest, SentEmbedding } from "./photo-request.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type AnyRequest<Name extends string> = PhotoRequest<Name, z.ZodObject>;

export interface Fields<Name extends string> {
  readonly images: Record<Name, Bytes>;
  /** Embedding in place of images: there are none with it. */
  readonly embedding?: SentEmbedding;
  /** Checked options of the body. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Takes the whole body for the photo. Fails with `unsupported_media_type` for a form or JSON under another name. */
export function readRawField<Name extends string>(
  body: Bytes,
  contentType: string,
  wanted: AnyRequest<Name>,
): Result<Fields<Name>> {
  if (wanted.names.length > 1) return fail(unsupported(contentType, wanted));
  const mistaken = mistakenForm(body, contentType);
  if (mistaken !== undefined) return fail(mistaken);
  return ok({ images: { [wanted.names[0]]: body } as Record<Name, Bytes>, options: {} });
}

function unsupported(contentType: string, { names }: AnyRequest<string>): Failure {
  const quotable = /^[\w.+-]{1,64}\/[\w.+-]{1,64}/.exec(contentType)?.[0];
  const fields = names.map((name) => `"${name}"`).join(" and ");
  return {
    code: "unsupported_media_type",
    found: quotable ?? "a body without a usable Content-Type",
    instead: `Send multipart/form-data or application/json with ${fields}.`,
  };
}

/** Beginnings of bodies whose senders meant another form than their `Content-Type` says. */
const mistakes: readonly { readonly begins: RegExp; readonly found: string; readonly instead: string }[] = [
  { begins: /^\s*\{/, found: "JSON under another name", instead: "Send it as application/json." },
  {
    begins: /^(\r\n)?--[^\r\n]{1,70}\r?\n/,
    found: "a form under another name",
    instead: "Send it as multipart/form-data with its boundary, which most libraries set themselves.",
  },
  {
    // The signatures of JPEG, PNG and WebP.
    begins: /^(\/9j\/|iVBORw0KGgo|UklGR)[A-Za-z0-9+/]/,
    found: "a photo in base64",
    instead: 'Send its bytes, or JSON with it as "image".',
  },
  { begins: /^data:image\//, found: "a data URL", instead: 'Send its bytes, or JSON with it as "image".' },
  {
    begins: /^\w{1,64}=/,
    found: "a URL-encoded form",
    instead: "Send the photo itself, or multipart/form-data (curl: -F image=@photo.jpg).",
  },
];

function mistakenForm(body: Bytes, contentType: string): Failure | undefined {
  const head = new TextDecoder("latin1").decode(body.subarray(0, 128));
  const mistake = mistakes.find(({ begins }) => begins.test(head));
  if (mistake === undefined) return undefined;
  const { found, instead } = mistake;
  const called = /^[\w.+-]{1,64}\/[\w.+-]{1,64}/.exec(contentType)?.[0];
  return {
    code: "unsupported_media_type",
    found: called === undefined ? `${found}: the Content-Type is missing` : `${found} (${called})`,
    instead,
  };
}

/** Longest text of an option, also where a client sends it as a file. */
const maxOptionBytes = 8 * 1024;

export function readFormFields<Name extends string>(
  body: Bytes,
  contentType: string,
  { names, options }: AnyRequest<Name>,
): Result<Fields<Name>> {
  const parts = parseMultipart(body, contentType);
  if (!parts.ok) return parts;
  const images: Partial<Record<string, Bytes>> = {};
  const given: Record<string, string> = {};
  const seen = new Set<string>();
  let unknown: string | undefined;
  for (const part of parts.value) {
    const { name, bytes } = part;
    if (seen.has(name)) return fail(invalid(name, "is given more than once"));
    if (Object.hasOwn(options.shape, name)) {
      const text = textOf(part);
      if (text === undefined) return fail(invalid(name, "must be text, not a file"));
      given[name] = text;
    } else if (isOneOf(names, name)) {
      if (bytes.length === 0) return fail(invalid(name, "is empty"));
      images[name] = bytes;
    } else {
      unknown ??= name;
      continue;
    }
    seen.add(name);
  }
  const missing = names.find((name) => images[name] === undefined);
  if (missing !== undefined) return fail(invalid(missing, "is missing"));
  if (unknown !== undefined) return fail(unknownField(unknown));
  const checked = check(options, given);
  if (!checked.ok) return checked;
  return ok({ images: images as Record<Name, Bytes>, options: checked.value });
}

function textOf({ bytes }: Part): string | undefined {
  if (bytes.length > maxOptionBytes) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}

export function readJsonFields<Name extends string>(
  body: Bytes,
  { names, options, json, embeddingJson }: AnyRequest<Name>,
  embeddings: boolean,
): Result<Fields<Name>> {
  const parsed = parseJsonBody(body, embeddings ? [...names, "embedding"] : names);
  if (!parsed.ok) return parsed;
  const { binaries } = parsed.value;
  const value = withoutNulls(parsed.value.value, options);
  if (embeddings && isObject(value) && "embedding" in value) {
    const checked = check(embeddingJson, value);
    if (!checked.ok) return checked;
    const { embedding: _, model, evidence, ...given } = checked.value as Record<string, string>;
    return ok({
      images: {} as Record<Name, Bytes>,
      embedding: { model, bytes: binaries.get("embedding")!, ...(evidence !== undefined && { evidence }) },
      options: given,
    });
  }
  const checked = check(json, value);
  if (!checked.ok) return checked;
  const given = Object.entries(checked.value as Record<string, unknown>);
  return ok({
    // A text that fits the schema was taken out and decoded.
    images: Object.fromEntries(names.map((name) => [name, binaries.get(name)!])) as Record<Name, Bytes>,
    options: Object.fromEntries(given.filter(([name]) => !isOneOf(names, name))),
  });
}

/** Drops options that are null: clients write null for options that they do not set. */
function withoutNulls(value: unknown, options: z.ZodObject): unknown {
  if (!isObject(value)) return value;
  const given = Object.entries(value);
  return Object.fromEntries(
    given.filter(([name, each]) => each !== null || !Object.hasOwn(options.shape, name)),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

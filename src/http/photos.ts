/**
 * Photos out of a request, the same everywhere: the bytes themselves (`image/*` or
 * `application/octet-stream`, where one photo is meant), `multipart/form-data`, or JSON with base64
 * or data URLs. What the bytes are is for the pipeline to say, whatever they are called here.
 */
import type { Context } from "hono";
import * as z from "zod";
import { decodeBase64 } from "../base64.ts";
import { type Failure, fail, ok, type Result } from "../errors.ts";
import { declaredLength, empty, readBody } from "./body.ts";
import type { AppEnv } from "./deps.ts";
import { identificationOptionsSchema } from "./identification-schemas.ts";
import { check, checkQuery, invalid, unknownField } from "./input.ts";
import { parseJson, parseMultipart } from "./parse.ts";
import {
  decisionOptionsSchema,
  embeddingOptionsSchema,
  embeddingTextSchema,
  enrolmentOptionsSchema,
  imageTextSchema,
  verificationOptionsSchema,
} from "./schemas.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The photos that a request asks for, by the names of their fields, and the options that it knows. */
interface Wanted<Name extends string, Options extends z.ZodObject> {
  readonly names: readonly Name[];
  readonly options: Options;
  /** Photos and options as one JSON object. */
  readonly json: z.ZodType;
  /** The same with an embedding in place of the photo. */
  readonly embeddingJson: z.ZodType;
}

function wanted<Name extends string, Options extends z.ZodObject>(
  names: readonly Name[],
  options: Options,
): Wanted<Name, Options> {
  const images = Object.fromEntries(names.map((name) => [name, imageTextSchema]));
  return {
    names,
    options,
    json: z.strictObject({ ...images, ...options.shape }),
    embeddingJson: z.strictObject({ embedding: embeddingTextSchema, model: z.string(), ...options.shape }),
  };
}

export const photoToEnrol = wanted(["image"], enrolmentOptionsSchema);
export const photoToVerify = wanted(["image"], verificationOptionsSchema);
export const photoToIdentify = wanted(["image"], identificationOptionsSchema);
export const photoToDetect = wanted(["image"], embeddingOptionsSchema);
export const photoToEmbed = wanted(["image"], embeddingOptionsSchema);
export const photosToCompare = wanted(["image_a", "image_b"], decisionOptionsSchema);

/** As it came: neither its length nor its values were looked at. */
export interface SentEmbedding {
  readonly model: string;
  readonly bytes: Bytes;
}

interface Fields<Name extends string> {
  readonly images: Record<Name, Bytes>;
  /** With it there are no images. */
  readonly embedding?: SentEmbedding;
  /** Those that the body gives, checked. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Photos<Name extends string, Options extends z.ZodObject> {
  readonly images: Record<Name, Bytes>;
  /** In place of the images, where `embeddings` allows it. */
  readonly embedding: SentEmbedding | undefined;
  /** From query and body together. */
  readonly options: z.output<Options>;
}

/**
 * Fails with `invalid_request`, `image_too_large` (of the whole body) or `unsupported_media_type`.
 * Every image has at least one byte.
 */
export async function readPhotos<Name extends string, Options extends z.ZodObject>(
  c: Context<AppEnv>,
  maxBodyBytes: number,
  wanted: Wanted<Name, Options>,
  { embeddings = false }: { embeddings?: boolean } = {},
): Promise<Result<Photos<Name, Options>>> {
  const query = checkQuery(c, wanted.options);
  if (!query.ok) return query;
  const contentType = c.req.header("Content-Type") ?? "";
  const form = bodyForm(contentType, wanted);
  if (form === undefined) {
    const nothing = c.req.raw.body === null || declaredLength(c.req.raw) === 0;
    return nothing ? empty() : fail(unsupported(contentType, wanted));
  }
  const body = await c.var.stopwatch.time("read", () => readBody(c.req.raw, maxBodyBytes));
  if (!body.ok) return body;
  const fields = await readFields(form, body.value, contentType, wanted, embeddings);
  if (!fields.ok) return fields;
  const { images, embedding, options } = fields.value;
  const fromQuery: Record<string, unknown> = query.value;
  for (const [name, value] of Object.entries(options)) {
    if (fromQuery[name] !== undefined && fromQuery[name] !== value) {
      return fail(invalid(name, "says one thing in the query and another in the body"));
    }
  }
  return ok({ images, embedding, options: { ...fromQuery, ...options } as z.output<Options> });
}

type AnyWanted<Name extends string> = Wanted<Name, z.ZodObject>;

type BodyForm = "raw" | "multipart" | "json";

function bodyForm(contentType: string, { names }: Pick<AnyWanted<string>, "names">): BodyForm | undefined {
  const essence = contentType.split(";", 1)[0].trim().toLowerCase();
  if (essence === "multipart/form-data") return "multipart";
  if (essence === "application/json") return "json";
  const raw = essence.startsWith("image/") || essence === "application/octet-stream";
  return raw && names.length === 1 ? "raw" : undefined;
}

function unsupported(contentType: string, { names }: Pick<AnyWanted<string>, "names">): Failure {
  const quotable = /^[\w.+-]{1,64}\/[\w.+-]{1,64}/.exec(contentType)?.[0];
  const fields = names.map((name) => `"${name}"`).join(" and ");
  const raw = names.length === 1 ? "the photo itself as image/*, or " : "";
  return {
    code: "unsupported_media_type",
    found: quotable ?? "a body without a usable Content-Type",
    instead: `Send ${raw}multipart/form-data or application/json with ${fields}.`,
  };
}

async function readFields<Name extends string>(
  form: BodyForm,
  body: Bytes,
  contentType: string,
  wanted: AnyWanted<Name>,
  embeddings: boolean,
): Promise<Result<Fields<Name>>> {
  switch (form) {
    case "raw":
      return ok({ images: { [wanted.names[0]]: body } as Record<Name, Bytes>, options: {} });
    case "multipart":
      return readMultipart(body, contentType, wanted);
    case "json":
      return readJson(body, wanted, embeddings);
  }
}

async function readMultipart<Name extends string>(
  body: Bytes,
  contentType: string,
  { names, options }: AnyWanted<Name>,
): Promise<Result<Fields<Name>>> {
  const form = await parseMultipart(body, contentType);
  if (!form.ok) return form;
  const images: Partial<Record<string, Bytes>> = {};
  const given: Record<string, string> = {};
  const seen = new Set<string>();
  let unknown: string | undefined;
  for (const [name, value] of form.value) {
    if (seen.has(name)) return fail(invalid(name, "is given more than once"));
    if (name in options.shape) {
      if (typeof value !== "string") return fail(invalid(name, "must be text, not a file"));
      given[name] = value;
    } else if (isOneOf(names, name)) {
      if (typeof value === "string") return fail(invalid(name, "must be a file: give it a file name"));
      if (value.size === 0) return fail(invalid(name, "is empty"));
      images[name] = new Uint8Array(await value.arrayBuffer());
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

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}

function readJson<Name extends string>(
  body: Bytes,
  { names, json, embeddingJson }: AnyWanted<Name>,
  embeddings: boolean,
): Result<Fields<Name>> {
  const value = parseJson(body);
  if (!value.ok) return value;
  if (embeddings && typeof value.value === "object" && value.value !== null && "embedding" in value.value) {
    return readEmbeddingJson(value.value, embeddingJson);
  }
  const checked = check(json, value.value);
  if (!checked.ok) return checked;
  const fields = checked.value as Record<string, string>;
  const images: Partial<Record<Name, Bytes>> = {};
  for (const name of names) {
    const image = decodeImageText(fields[name], name);
    if (!image.ok) return image;
    images[name] = image.value;
  }
  const options = Object.fromEntries(Object.entries(fields).filter(([name]) => !isOneOf(names, name)));
  return ok({ images: images as Record<Name, Bytes>, options });
}

function readEmbeddingJson<Name extends string>(value: object, schema: z.ZodType): Result<Fields<Name>> {
  const checked = check(schema, value);
  if (!checked.ok) return checked;
  const { embedding, model, ...options } = checked.value as Record<string, string>;
  const bytes = decodeBase64(embedding);
  if (bytes === undefined) return fail(invalid("embedding", "is not base64"));
  return ok({ images: {} as Record<Name, Bytes>, embedding: { model, bytes }, options });
}

/** RFC 2397, base64 only; the media type it claims is not believed and so not read. */
const dataUrlHead = /^data:[^,]{0,256};base64,/i;

function decodeImageText(text: string, field: string): Result<Bytes> {
  let base64 = text;
  if (/^data:/i.test(text)) {
    const head = dataUrlHead.exec(text)?.[0];
    if (head === undefined) return fail(invalid(field, "must be a data URL with base64"));
    base64 = text.slice(head.length);
  }
  const bytes = decodeBase64(base64);
  if (bytes === undefined) return fail(invalid(field, "is not base64"));
  return bytes.length === 0 ? fail(invalid(field, "is empty")) : ok(bytes);
}

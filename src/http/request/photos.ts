/**
 * Reads the photos of a request in any of its forms: the bytes themselves (for a single photo, under any type),
 * `multipart/form-data`, or JSON with base64 or data URLs. The pipeline finds the format by content, whatever the
 * request calls it. A photo is a view of the body: it is never copied.
 */
import type { Context } from "hono";
import type * as z from "zod";
import { fail, ok, type Result } from "../../errors.ts";
import type { AppEnv } from "../app-env.ts";
import { readBody } from "./body/body.ts";
import { type BodyForm, formOf } from "./body/body-form.ts";
import { checkQuery, invalid } from "./input.ts";
import { type Fields, readFormFields, readJsonFields, readRawField } from "./photo-fields.ts";
import type { PhotoRequest, SentEmbedding } from "./photo-request.ts";

export interface Photos<Name extends string, Options extends z.ZodObject> {
  readonly images: Record<Name, Uint8Array<ArrayBuffer>>;
  /** Embedding in place of the images, where `embeddings` allows it. */
  readonly embedding: SentEmbedding | undefined;
  /** Options of query and body together. */
  readonly options: z.output<Options>;
}

/**
 * Reads photos and options. Fails with `invalid_request`, `unsupported_media_type`, and as `readBody` does. Every
 * image has at least one byte.
 */
export async function readPhotos<Name extends string, Options extends z.ZodObject>(
  c: Context<AppEnv>,
  limitBytes: number,
  wanted: PhotoRequest<Name, Options>,
  { embeddings = false, signal }: { embeddings?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Result<Photos<Name, Options>>> {
  const query = checkQuery(c, wanted.options);
  if (!query.ok) return query;
  const contentType = c.req.header("Content-Type") ?? "";
  const form = formOf(contentType);
  if (!form.ok) return form;
  const { claim, stopwatch } = c.var;
  const rules = { limitBytes, claim, signal, wanted: `send ${named(wanted.names)}` };
  const body = await stopwatch.time("read", () => readBody(c.req.raw, rules));
  if (!body.ok) return body;
  const fields = readFields(form.value, body.value, contentType, wanted, embeddings);
  if (!fields.ok) return fields;
  const { images, embedding, options } = fields.value;
  const fromQuery: Record<string, unknown> = query.value;
  for (const [name, value] of Object.entries(options)) {
    if (fromQuery[name] !== undefined && JSON.stringify(fromQuery[name]) !== JSON.stringify(value)) {
      return fail(invalid(name, "has one value in the query and another in the body"));
    }
  }
  return ok({ images, embedding, options: { ...fromQuery, ...options } as z.output<Options> });
}

function readFields<Name extends string>(
  form: BodyForm,
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
  wanted: PhotoRequest<Name, z.ZodObject>,
  embeddings: boolean,
): Result<Fields<Name>> {
  switch (form) {
    case "multipart":
      return readFormFields(body, contentType, wanted);
    case "json":
      return readJsonFields(body, wanted, embeddings);
    case "other":
      return readRawField(body, contentType, wanted);
  }
}

function named(names: readonly string[]): string {
  return names.length === 1 ? "a photo" : `the photos ${names.map((name) => `"${name}"`).join(" and ")}`;
}

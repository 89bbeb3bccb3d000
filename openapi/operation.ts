/** One operation of the API as the document describes it, and parts that several operations share. */
import * as z from "zod";
import type {
  ZodOpenApiMediaTypeObject,
  ZodOpenApiRequestBodyObject,
  ZodOpenApiResponseObject,
} from "zod-openapi";
import type { FailureCode } from "../src/errors.ts";
import { framesAsked } from "../src/face/liveness/challenge.ts";
import { framesSchema } from "../src/http/schemas/liveness.ts";
import type { Scope } from "../src/identity/scopes.ts";
import { model, photoInBase64 } from "./examples.ts";

/** Callers that an operation accepts. */
export type Caller =
  | { readonly kind: "anybody" }
  | { readonly kind: "key"; readonly scopes: readonly Scope[]; readonly orSession?: boolean }
  | { readonly kind: "deployment" };

export interface Operation {
  readonly method: "get" | "post" | "patch" | "delete";
  /** Path with its parameters in braces. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  readonly caller: Caller;
  readonly params?: {
    readonly path?: z.ZodObject;
    readonly query?: z.ZodObject;
    readonly header?: z.ZodObject;
  };
  readonly body?: ZodOpenApiRequestBodyObject;
  readonly answer: Answer;
  /** Failures besides those that every caller of this kind may meet. */
  readonly failures?: readonly FailureCode[];
}

export interface Answer {
  readonly status: 200 | 201;
  readonly description: string;
  readonly content: Record<string, ZodOpenApiMediaTypeObject>;
  readonly headers?: ZodOpenApiResponseObject["headers"];
}

export const tags = {
  Faces:
    "Enrol, show and delete faces. A subject is a person, named by an id of your own, and may have several faces.",
  Decisions: "Are these the same person?",
  Keys: "API keys with scopes, and session tokens for phones.",
  Tenant: "A tenant's rules, its audit trail, and all of its faces as an encrypted stream.",
  Deployment: "For the deployment's own key: tenants, and the keys that protect other keys.",
  Service: "Without a key: the service's state, and the public keys of its receipts.",
} as const;

export function json<S extends z.ZodType>(
  schema: S,
  example: z.input<S>,
): Record<string, ZodOpenApiMediaTypeObject> {
  return { "application/json": { schema, example } };
}

export function jsonBody<S extends z.ZodType>(schema: S, example: z.input<S>): ZodOpenApiRequestBodyObject {
  return { required: true, content: json(schema, example) };
}

const binary = { type: "string", format: "binary" } as const;

interface Wanted {
  readonly names: readonly string[];
  readonly options: z.ZodObject;
  readonly json: z.ZodType;
  readonly embeddingJson: z.ZodType;
}

/**
 * Describes the body that `readPhotos` takes: the photo itself where the operation has one photo, a form, or JSON.
 */
export function photoBody(
  { names, options, json, embeddingJson }: Wanted,
  { embeddings = false }: { embeddings?: boolean } = {},
): ZodOpenApiRequestBodyObject {
  const files = Object.fromEntries(names.map((name) => [name, z.string().meta({ override: binary })]));
  const images = Object.fromEntries(names.map((name) => [name, photoInBase64]));
  const raw =
    names.length === 1
      ? { "image/*": { schema: binary }, "application/octet-stream": { schema: binary } }
      : {};
  const photo = { summary: "A photo in base64, or a data URL", value: images };
  const embedding = {
    summary: 'An embedding, with the scope "embeddings"',
    value: { embedding: "<base64 of the float32 numbers>", model, evidence: "eyJhbGciOiJFZERTQSIs…" },
  };
  return {
    required: true,
    content: {
      ...raw,
      "multipart/form-data": { schema: z.object({ ...files, ...options.shape }) },
      "application/json": embeddings
        ? { schema: z.union([json, embeddingJson]), examples: { photo, embedding } }
        : { schema: json, examples: { photo } },
    },
  };
}

/** Describes the body that `readFrames` takes. */
export function framesBody(options: z.ZodObject): ZodOpenApiRequestBodyObject {
  const frame = z.array(z.string().meta({ override: binary })).length(framesAsked);
  return {
    required: true,
    content: {
      "multipart/form-data": { schema: z.object({ frame, ...options.shape }) },
      "application/json": {
        schema: z.strictObject({ frames: framesSchema, ...options.shape }),
        examples: {
          frames: { value: { frames: Array.from({ length: framesAsked }, () => photoInBase64) } },
        },
      },
    },
  };
}

/** Failures of frames, besides those of the request. A face that is missing is no failure but an answer. */
export const framesFailures = [
  "invalid_request",
  "unsupported_media_type",
  "body_too_large",
  "request_timeout",
  "overloaded",
  "image_too_large",
  "invalid_image",
] as const satisfies readonly FailureCode[];

/** Failures of a photo, besides those of the request. */
export const photoFailures = [
  "invalid_request",
  "unsupported_media_type",
  "body_too_large",
  "request_timeout",
  "overloaded",
  "image_too_large",
  "invalid_image",
  "face_not_found",
  "multiple_faces",
  "low_quality",
] as const satisfies readonly FailureCode[];

/** Failures of a request with a small JSON body. */
export const jsonFailures = [
  "invalid_request",
  "unsupported_media_type",
  "body_too_large",
  "request_timeout",
  "overloaded",
] as const satisfies readonly FailureCode[];

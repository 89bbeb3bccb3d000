/**
 * The OpenAPI document, made from the schemas that check requests and type answers, and from the failures of
 * `errors.ts`. Tests hold every route and answer to it.
 */
import * as z from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from "zod-openapi";
import packageJson from "../package.json" with { type: "json" };
import type { FailureCode, WireFailure } from "../src/errors.ts";
import { errorAnswerSchema } from "../src/http/schemas/answers.ts";
import { requestId } from "./examples.ts";
import { failureCodes, wireFailures } from "./failures.ts";
import { type Caller, type Operation, tags } from "./operation.ts";
import { decisionOperations } from "./operations/decisions.ts";
import { deploymentOperations } from "./operations/deployment.ts";
import { faceOperations } from "./operations/faces.ts";
import { keyOperations } from "./operations/keys.ts";
import { serviceOperations } from "./operations/service.ts";
import { tenantOperations } from "./operations/tenant.ts";

const operations: readonly Operation[] = [
  ...faceOperations,
  ...decisionOperations,
  ...keyOperations,
  ...tenantOperations,
  ...deploymentOperations,
  ...serviceOperations,
];

const description = `
Face verification at the edge: a photo in, a match decision and a distance out.

Every call under \`/v1\` carries \`Authorization: Bearer <key>\`. Every answer carries \`X-Request-Id\`:
your own, if you sent one of 1 to 128 characters of \`A-Z a-z 0-9 . _ -\`. JSON has it as \`request_id\` too.

A photo is JPEG, PNG, WebP or AVIF, up to 10 MiB. Send it as the body itself (with any \`Content-Type\` except
those of forms and JSON), as a field of \`multipart/form-data\`, or as JSON with base64 or a data URL. It is
turned upright by the orientation in the file.

An error is \`{"error": {"code", "message", "details"?}, "request_id"}\`. Programs branch on the code.
Later versions may add fields to an answer: ignore those you do not know.
`.trim();

/** Failures that a caller with a key can meet on any route. */
const callerFailures = ["unauthorized", "forbidden", "rate_limited", "not_ready"] as const;

export function buildDocument() {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation) };
  }
  const document = createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "sameface",
        version: packageJson.version,
        description,
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/", description: "The server that this document was read from." }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      paths,
      components: { securitySchemes, headers, examples: errorExamples(), responses: sharedResponses() },
    },
    { override: say },
  );
  for (const { parameters, requestBody } of Object.values(document.paths ?? {}).flatMap(methodsOf)) {
    for (const parameter of parameters ?? []) writeObjectAsJson(parameter);
    dropTexts([parameters, requestBody]);
  }
  const errorSchema = document.components?.schemas?.Error as unknown as ErrorSchema;
  errorSchema.properties.error.properties.code.enum = [...failureCodes];
  return document;
}

type PathItem = NonNullable<ReturnType<typeof createDocument>["paths"]>[string];

function methodsOf({ get, post, patch, delete: remove }: PathItem) {
  return [get, post, patch, remove].filter((operation) => operation !== undefined);
}

/** Describes an object in a query as JSON. */
function writeObjectAsJson(parameter: object): void {
  if (!("schema" in parameter) || (parameter.schema as { type?: string }).type !== "object") return;
  Object.assign(parameter, { content: { "application/json": { schema: parameter.schema } } });
  delete parameter.schema;
}

/** Replaces the strings of queries and forms by the types they stand for, such as numbers and booleans. */
function dropTexts(schema: unknown): void {
  if (typeof schema !== "object" || schema === null) return;
  const { anyOf } = schema as { anyOf?: { type?: string }[] };
  const meant = anyOf?.filter(({ type }) => type === "number" || type === "integer" || type === "boolean");
  if (meant?.length === 1 && anyOf?.length === 2 && anyOf.some(({ type }) => type === "string")) {
    delete (schema as { anyOf?: unknown }).anyOf;
    Object.assign(schema, meant[0]);
  }
  Object.values(schema).forEach(dropTexts);
}

interface ErrorSchema {
  properties: { error: { properties: { code: { enum?: readonly string[] } } } };
}

const securitySchemes = {
  ApiKey: {
    type: "http",
    scheme: "bearer",
    description:
      "A tenant's key, made by `POST /v1/keys`, or the deployment's own key. Each operation lists the scopes that it needs.",
  },
  SessionToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "Made by `POST /v1/sessions` for one subject, a few uses and some minutes.",
  },
  DeploymentKey: {
    type: "http",
    scheme: "bearer",
    description: "The deployment's own key, `SAMEFACE_API_KEY`.",
  },
} as const;

const headers = {
  "X-Request-Id": { description: "The request's id.", schema: { type: "string" } },
  "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 0 } },
  "WWW-Authenticate": { description: "How to identify yourself.", schema: { type: "string" } },
} as const;

function describeOperation(operation: Operation): ZodOpenApiOperationObject {
  const { operationId, tag, summary, description, caller, params, body, answer } = operation;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(caller),
    ...(params === undefined ? {} : { requestParams: params }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      [answer.status]: {
        description: answer.description,
        content: answer.content,
        headers: { ...referToAll("headers", ["X-Request-Id"]), ...answer.headers },
      },
      ...failureResponses(failuresOf(operation)),
    },
  };
}

function failuresOf({ caller, failures = [] }: Operation): FailureCode[] {
  return [...failures, ...(caller.kind === "anybody" ? [] : callerFailures), "internal"];
}

/** The names in the brackets are the scopes that the key must have (OpenAPI 3.1, Security Requirement Object). */
function securityOf(caller: Caller): Record<string, string[]>[] {
  switch (caller.kind) {
    case "anybody":
      return [];
    case "deployment":
      return [{ DeploymentKey: [] }];
    case "key":
      return [{ ApiKey: [...caller.scopes] }, ...(caller.orSession ? [{ SessionToken: [] }] : [])];
  }
}

/**
 * Makes one answer for each status, shared by all operations that have the same codes for it. Its examples are named
 * by the codes that it may carry.
 */
function failureResponses(codes: readonly FailureCode[]): Record<`${4 | 5}${string}`, Reference> {
  const refs = groupByStatus(codes).map(([status, failures]) => [
    status,
    referTo("responses", nameOf(failures)),
  ]);
  return Object.fromEntries(refs);
}

function sharedResponses(): Record<string, ZodOpenApiResponseObject> {
  const groups = operations.flatMap((operation) => groupByStatus(failuresOf(operation)));
  return Object.fromEntries(groups.map(([, failures]) => [nameOf(failures), failureResponse(failures)]));
}

function groupByStatus(codes: readonly FailureCode[]): [status: string, readonly WireFailure[]][] {
  const possible = wireFailures.filter(({ code }) => codes.includes(code));
  const statuses = [...new Set(possible.map(({ status }) => status))];
  return statuses.map((status) => [`${status}`, possible.filter((failure) => failure.status === status)]);
}

function nameOf(failures: readonly WireFailure[]): string {
  return failures.map(({ code }) => code).join("-or-");
}

function failureResponse(failures: readonly WireFailure[]): ZodOpenApiResponseObject {
  const names = failures.flatMap(({ headers }) => Object.keys(headers ?? {}));
  const codes = failures.map(({ code }) => code);
  return {
    description: codes.map((code) => `\`${code}\``).join(", "),
    headers: referToAll("headers", ["X-Request-Id", ...new Set(names)]),
    content: { "application/json": { schema: errorAnswerSchema, examples: referToAll("examples", codes) } },
  };
}

/**
 * The refusal of a path's other methods appears only in the list of codes, since these methods are not in the
 * document.
 */
function errorExamples() {
  const shown = wireFailures.filter(({ code }) => code !== "method_not_allowed");
  return Object.fromEntries(
    shown.map(({ code, message, details }) => [
      code,
      {
        value: {
          error: { code, message, ...(details === undefined ? {} : { details }) },
          request_id: requestId,
        },
      },
    ]),
  );
}

interface Reference {
  $ref: string;
}

function referTo(kind: "headers" | "examples" | "responses", name: string): Reference {
  return { $ref: `#/components/${kind}/${name}` };
}

function referToAll(kind: "headers" | "examples", names: readonly string[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, referTo(kind, name)]));
}

/** Corrects the JSON Schema that zod makes of some of the schemas. */
function say({ zodSchema, jsonSchema, io }: Said): void {
  const { def } = zodSchema._zod;
  if (def.type === "default") jsonSchema.default = (def as z.core.$ZodDefaultDef).defaultValue;
  if (io === "input" && def.type === "pipe" && typeOf((def as z.core.$ZodPipeDef).out) !== "transform") {
    const meant = z.toJSONSchema((def as z.core.$ZodPipeDef).out, { io });
    delete jsonSchema.pattern;
    delete jsonSchema.anyOf;
    Object.assign(jsonSchema, meant, { $schema: undefined });
  }
  // Names of properties are always strings.
  delete jsonSchema.propertyNames;
  // The format makes the pattern redundant.
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  // A later version may add fields, which must not break a strict client.
  if (io === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

type Said = Parameters<NonNullable<NonNullable<Parameters<typeof createDocument>[1]>["override"]>>[0];

function typeOf(schema: z.core.$ZodType): string {
  return schema._zod.def.type;
}

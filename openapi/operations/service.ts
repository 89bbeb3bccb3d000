import * as z from "zod";
import { healthAnswerSchema, readinessAnswerSchema } from "../../src/http/schemas/answers.ts";
import { requestId } from "../examples.ts";
import { json, type Operation } from "../operation.ts";

const anybody = { kind: "anybody" } as const;

const jwksSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.string(),
        crv: z.string(),
        x: z.string(),
        y: z.string().optional(),
      }),
    ),
  })
  .meta({ id: "JsonWebKeySet" });

export const serviceOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/healthz",
    operationId: "getHealth",
    tag: "Service",
    summary: "Check that the service runs",
    caller: anybody,
    answer: {
      status: 200,
      description: "It runs.",
      content: json(healthAnswerSchema, { status: "ok", request_id: requestId }),
    },
  },
  {
    method: "get",
    path: "/readyz",
    operationId: "getReadiness",
    tag: "Service",
    summary: "Check that the models are loaded, and list them",
    description: "Loads the models if they are not loaded.",
    caller: anybody,
    answer: {
      status: 200,
      description: "The models are loaded.",
      content: json(readinessAnswerSchema, {
        status: "ready",
        models: [
          {
            id: "mobilefacenet-192",
            role: "encoder",
            sha256: "a8437c1f79ae5a9d681489bd1f338d29fa37b8c71f289f983e536d68c5587ded",
          },
        ],
        request_id: requestId,
      }),
    },
    failures: ["not_ready"],
  },
  {
    method: "get",
    path: "/.well-known/jwks.json",
    operationId: "getPublicKeys",
    tag: "Service",
    summary: "The public keys that verify receipts (RFC 7517)",
    caller: anybody,
    answer: {
      status: 200,
      description: "The keys.",
      content: {
        "application/jwk-set+json": {
          schema: jwksSchema,
          example: {
            keys: [
              {
                kty: "OKP",
                crv: "Ed25519",
                kid: "Jq3mYb0VxkE",
                alg: "EdDSA",
                use: "sig",
                x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
              },
            ],
          },
        },
      },
    },
    failures: ["not_ready"],
  },
  {
    method: "get",
    path: "/openapi.json",
    operationId: "getApiDocument",
    tag: "Service",
    summary: "This document",
    caller: anybody,
    answer: {
      status: 200,
      description: "OpenAPI 3.1. `/docs` shows it to people.",
      content: { "application/json": { schema: { type: "object" }, example: { openapi: "3.1.0" } } },
    },
    failures: ["not_found"],
  },
];

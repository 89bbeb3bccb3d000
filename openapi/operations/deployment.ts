import { tenantRequestSchema } from "../../src/http/schemas/administration.ts";
import {
  doctorAnswerSchema,
  newTenantAnswerSchema,
  rewrapAnswerSchema,
  signingKeyAnswerSchema,
  tenantListAnswerSchema,
} from "../../src/http/schemas/administration-answers.ts";
import { keyId, requestId, settings } from "../examples.ts";
import { json, jsonBody, jsonFailures, type Operation } from "../operation.ts";
import { listQuery } from "./faces.ts";

const deployment = { kind: "deployment" } as const;

export const deploymentOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/tenants",
    operationId: "listTenants",
    tag: "Deployment",
    summary: "List tenants",
    caller: deployment,
    params: { query: listQuery },
    answer: {
      status: 200,
      description: "A page of tenants.",
      content: json(tenantListAnswerSchema, {
        tenants: [{ tenant_id: "acme" }],
        next_cursor: null,
        request_id: requestId,
      }),
    },
    failures: ["invalid_request"],
  },
  {
    method: "post",
    path: "/v1/tenants",
    operationId: "createTenant",
    tag: "Deployment",
    summary: "Make a tenant and its first key",
    description:
      "With a `jurisdiction` everything of the tenant is stored there, and the tenant's id ends with it: `acme@eu`.",
    caller: deployment,
    body: jsonBody(tenantRequestSchema, {
      tenant_id: "acme",
      jurisdiction: "eu",
      settings: { consent_required: true },
    }),
    answer: {
      status: 201,
      description: "The tenant and its first key, which is shown only in this answer.",
      content: json(newTenantAnswerSchema, {
        tenant_id: "acme@eu",
        settings: { ...settings, consent_required: true, jurisdiction: "eu" },
        key: "<the key>",
        key_id: keyId,
        request_id: requestId,
      }),
    },
    failures: [...jsonFailures, "conflict"],
  },
  {
    method: "post",
    path: "/v1/kek/rewrap",
    operationId: "rewrapKeys",
    tag: "Deployment",
    summary: "Wrap data keys anew with the current key-encryption key",
    description: "Wraps some hundreds of the keys that an earlier one wraps; call again until `done`.",
    caller: deployment,
    answer: {
      status: 200,
      description: "The number of keys that were wrapped anew.",
      content: json(rewrapAnswerSchema, { rewrapped: 212, done: true, request_id: requestId }),
    },
    failures: ["body_too_large"],
  },
  {
    method: "post",
    path: "/v1/signing-keys",
    operationId: "rotateSigningKey",
    tag: "Deployment",
    summary: "Sign receipts and session tokens with a new key",
    description: "Earlier signatures stay valid.",
    caller: deployment,
    answer: {
      status: 201,
      description: "The new key's id.",
      content: json(signingKeyAnswerSchema, {
        kid: "Jq3mYb0VxkE",
        keys: [{ kid: "Jq3mYb0VxkE", jurisdiction: null }],
        request_id: requestId,
      }),
    },
    failures: ["body_too_large"],
  },
  {
    method: "get",
    path: "/v1/doctor",
    operationId: "checkDeployment",
    tag: "Deployment",
    summary: "Check a key and the deployment",
    description:
      "Says which caller an API key belongs to; with the deployment's own key also checks secrets, bindings, storage and models.",
    caller: { kind: "key", scopes: [] },
    answer: {
      status: 200,
      description: "The findings.",
      content: json(doctorAnswerSchema, {
        now: "2026-11-24T00:05:36.980Z",
        environment: "production",
        tenant_id: "default",
        actor: "root",
        scopes: ["enrol", "verify"],
        checks: [
          { name: "kv", status: "ok", detail: null, ms: 12.5 },
          {
            name: "bindings",
            status: "warning",
            detail: "KEY_RATE is not bound: requests by API key are not limited",
            ms: 0,
          },
        ],
        request_id: requestId,
      }),
    },
  },
];

import * as z from "zod";
import { exportQuerySchema, settingsChangeSchema } from "../../src/http/schemas/administration.ts";
import {
  auditAnswerSchema,
  changedSettingsAnswerSchema,
  importAnswerSchema,
  reviewAnswerSchema,
  settingsAnswerSchema,
} from "../../src/http/schemas/administration-answers.ts";
import { createdAt, faceId, requestId, settings, subjectId } from "../examples.ts";
import { json, jsonBody, jsonFailures, type Operation } from "../operation.ts";
import { listQuery } from "./faces.ts";

const admin = { kind: "key", scopes: ["admin"] } as const;
const mover = { kind: "key", scopes: ["admin", "embeddings"] } as const;

const transferKey = z.object({
  "Sameface-Transfer-Key": z
    .string()
    .describe("Your own key, base64 of 32 random bytes, with which the faces are sealed."),
});

export const tenantOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/settings",
    operationId: "getSettings",
    tag: "Tenant",
    summary: "Show the tenant's settings",
    caller: admin,
    answer: {
      status: 200,
      description: "The settings.",
      content: json(settingsAnswerSchema, { ...settings, request_id: requestId }),
    },
  },
  {
    method: "patch",
    path: "/v1/settings",
    operationId: "changeSettings",
    tag: "Tenant",
    summary: "Change the tenant's settings",
    description:
      "A new retention applies to faces enrolled later. If the change names one, the answer counts the faces that outlive it; to end them, `PATCH` their `expires_at`, or delete them.",
    caller: admin,
    body: jsonBody(settingsChangeSchema, { consent_required: true, retention_seconds: 31_536_000 }),
    answer: {
      status: 200,
      description: "The new settings.",
      content: json(changedSettingsAnswerSchema, {
        ...settings,
        consent_required: true,
        retention_seconds: 31_536_000,
        faces_beyond_retention: 12,
        request_id: requestId,
      }),
    },
    failures: jsonFailures,
  },
  {
    method: "get",
    path: "/v1/audit",
    operationId: "listAudit",
    tag: "Tenant",
    summary: "List the audit trail, oldest first",
    caller: admin,
    params: { query: listQuery },
    answer: {
      status: 200,
      description: "A page of the audit trail.",
      content: json(auditAnswerSchema, {
        jurisdiction: null,
        entries: [
          {
            at: createdAt,
            actor: "root",
            action: "face.enrol",
            subject_id: subjectId,
            face_id: faceId,
            outcome: "enrolled",
            request_id: requestId,
          },
        ],
        next_cursor: null,
        request_id: requestId,
      }),
    },
    failures: ["invalid_request"],
  },
  {
    method: "get",
    path: "/v1/faces/unrecognizable",
    operationId: "listUnrecognizableFaces",
    tag: "Tenant",
    summary: "Find enrolled faces that should be enrolled again",
    description:
      "Looks at `limit` enrolled faces and lists those whose embeddings do not tell whose they are, by the measures of their photos or, where these are not known, by the embeddings alone. Most pages list none: go on until `next_cursor` is null. The review is in the audit trail.",
    caller: admin,
    params: { query: listQuery },
    answer: {
      status: 200,
      description: "The faces of this page that are not recognisable.",
      content: json(reviewAnswerSchema, {
        faces: [
          {
            subject_id: subjectId,
            face_id: faceId,
            created_at: createdAt,
            recognisability: 0.021,
            judged_by: "embedding",
          },
        ],
        looked_at: 100,
        next_cursor: null,
        request_id: requestId,
      }),
    },
    failures: ["invalid_request"],
  },
  {
    method: "post",
    path: "/v1/export",
    operationId: "exportFaces",
    tag: "Tenant",
    summary: "A page of all faces, sealed with your own key",
    caller: mover,
    params: { query: exportQuerySchema, header: transferKey },
    answer: {
      status: 200,
      description: "Lines of JSON; store them unchanged and import them elsewhere.",
      content: { "application/x-ndjson": { schema: { type: "string" } } },
      headers: {
        "Sameface-Next-Cursor": {
          description: "Cursor of the next page; absent on the last.",
          schema: { type: "string" },
        },
      },
    },
    failures: ["invalid_request", "body_too_large"],
  },
  {
    method: "post",
    path: "/v1/import",
    operationId: "importFaces",
    tag: "Tenant",
    summary: "Import a page of an export",
    description:
      "Imports all lines of the page that arrived, or none. `complete` is false when the page was cut off.",
    caller: mover,
    params: { header: transferKey },
    body: { required: true, content: { "application/x-ndjson": { schema: { type: "string" } } } },
    answer: {
      status: 200,
      description: "The number of faces imported and skipped.",
      content: json(importAnswerSchema, {
        imported: 500,
        skipped: 0,
        complete: true,
        next_cursor: null,
        request_id: requestId,
      }),
    },
    failures: [
      "invalid_request",
      "unsupported_media_type",
      "body_too_large",
      "request_timeout",
      "overloaded",
      "model_mismatch",
    ],
  },
];

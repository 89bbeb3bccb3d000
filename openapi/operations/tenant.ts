import * as z from "zod";
import { exportQuerySchema, settingsChangeSchema } from "../../src/http/schemas/administration.ts";
import {
  ageingAnswerSchema,
  auditAnswerSchema,
  changedSettingsAnswerSchema,
  importAnswerSchema,
  liveRateAnswerSchema,
  reviewAnswerSchema,
  settingsAnswerSchema,
} from "../../src/http/schemas/administration-answers.ts";
import { auditEntry, createdAt, faceId, requestId, settings, subjectId } from "../examples.ts";
import { json, jsonBody, jsonFailures, type Operation } from "../operation.ts";
import { listQuery } from "./faces.ts";

const admin = { kind: "key", scopes: ["admin"] } as const;
const mover = { kind: "key", scopes: ["admin", "embeddings"] } as const;

const transferKey = z.object({
  "Sameface-Transfer-Key": z
    .string()
    .describe("Your own key, base64 of 32 random bytes, with which the faces are sealed."),
});

const liveRate = {
  measured_at: "2026-11-24T03:23:00.000Z",
  max_fmr: 0.0001,
  fmr: 0.000092,
  interval: { low: 0.000063, high: 0.000135 },
  keeps_promise: true,
  comparisons: 3_999_600,
  people: 10_000,
  probes: 400,
  likely_duplicates: 0,
  shards_left_out: 0,
  request_id: requestId,
};

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
        entries: [auditEntry],
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
    method: "get",
    path: "/v1/ageing",
    operationId: "listAgeing",
    tag: "Tenant",
    summary: "List subjects who should enrol a new photo",
    description:
      "Lists subjects whose matches have come closer to the threshold by two fifths of the room that they began with, over ten matches or more: faces age, and a new photo comes before a refusal. An enrolment or a deletion begins anew.",
    caller: { kind: "key", scopes: ["admin", "scores"] },
    params: { query: listQuery },
    answer: {
      status: 200,
      description: "A page of subjects, in the order of their ids.",
      content: json(ageingAnswerSchema, {
        subjects: [{ subject_id: subjectId, matches: 61, first: 0.62, recent: 0.871 }],
        threshold: 1.05153,
        next_cursor: null,
        request_id: requestId,
      }),
    },
    failures: ["invalid_request"],
  },
  {
    method: "post",
    path: "/v1/live-rate",
    operationId: "measureLiveRate",
    tag: "Tenant",
    summary: "Measure the false match rate among the people enrolled",
    description:
      "Compares photos of random subjects with the templates of the others, inside the galleries, at the threshold of the tenant's `max_fmr`. The answer has counts alone and says nothing about any subject. Takes seconds; the same is done once a week where the deployment has its schedule.",
    caller: admin,
    answer: {
      status: 200,
      description: "The rate, its interval and the number of comparisons.",
      content: json(liveRateAnswerSchema, liveRate),
    },
    failures: ["body_too_large", "invalid_request"],
  },
  {
    method: "get",
    path: "/v1/live-rate",
    operationId: "showLiveRate",
    tag: "Tenant",
    summary: "Show the last measurement of the false match rate",
    caller: admin,
    answer: {
      status: 200,
      description: "The last measurement, scheduled or asked for.",
      content: json(liveRateAnswerSchema, liveRate),
    },
    failures: ["not_found"],
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

import * as z from "zod";
import { parseConfig } from "../../src/config.ts";
import { photoToEnrol } from "../../src/http/request/photo-request.ts";
import {
  deletionAnswerSchema,
  enrolmentAnswerSchema,
  subjectAnswerSchema,
  subjectListAnswerSchema,
  updateAnswerSchema,
} from "../../src/http/schemas/answers.ts";
import { recordAnswerSchema } from "../../src/http/schemas/record.ts";
import {
  faceIdSchema,
  faceUpdateSchema,
  idempotencyKeySchema,
  listQuerySchema,
  subjectIdSchema,
} from "../../src/http/schemas/requests.ts";
import {
  auditEntry,
  createdAt,
  deletionOf,
  dimension,
  face,
  faceId,
  image,
  model,
  requestId,
  subjectId,
} from "../examples.ts";
import { json, jsonBody, jsonFailures, type Operation, photoBody, photoFailures } from "../operation.ts";

const ofSubject = z.object({ subject_id: subjectIdSchema });
const enrolmentHeader = z.object({
  "Idempotency-Key": idempotencyKeySchema
    .optional()
    .describe(
      "Your own id for this request. For a day the same key returns the same answer and adds no second face.",
    ),
});
const ofFace = ofSubject.extend({ face_id: faceIdSchema });

/** Query of the pages of subjects, tenants and the audit trail. */
export const listQuery = listQuerySchema(parseConfig({}));

export const faceOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/subjects/{subject_id}/faces",
    operationId: "enrolFace",
    tag: "Faces",
    summary: "Enrol a face",
    description:
      "Stores the embedding of the face in the photo, never the photo. Photos that are not good enough for comparison are refused with the reasons. Options go in the query, the form or the JSON.",
    caller: { kind: "key", scopes: ["enrol"] },
    params: { path: ofSubject, query: photoToEnrol.options, header: enrolmentHeader },
    body: photoBody(photoToEnrol, { embeddings: true }),
    answer: {
      status: 201,
      description: "Enrolled.",
      content: json(enrolmentAnswerSchema, {
        face_id: faceId,
        subject_id: subjectId,
        face,
        image,
        model,
        created_at: createdAt,
        request_id: requestId,
      }),
    },
    failures: [
      ...photoFailures,
      "presentation_attack_suspected",
      "model_mismatch",
      "conflict",
      "identity_conflict",
      "conflicting_face",
      "idempotency_key_reused",
      "liveness_required",
    ],
  },
  {
    method: "patch",
    path: "/v1/subjects/{subject_id}/faces/{face_id}",
    operationId: "updateFace",
    tag: "Faces",
    summary: "Change a face's metadata or expiry",
    caller: { kind: "key", scopes: ["enrol"] },
    params: { path: ofFace },
    body: jsonBody(faceUpdateSchema, { expires_at: "2027-01-31T12:00:00Z", metadata: { branch: "Lyon" } }),
    answer: {
      status: 200,
      description: "Changed.",
      content: json(updateAnswerSchema, { subject_id: subjectId, face_id: faceId, request_id: requestId }),
    },
    failures: [...jsonFailures, "not_found"],
  },
  {
    method: "delete",
    path: "/v1/subjects/{subject_id}/faces/{face_id}",
    operationId: "deleteFace",
    tag: "Faces",
    summary: "Delete a face",
    description: "Destroys the face's key at once, so that no copy of the embedding can be read.",
    caller: { kind: "key", scopes: ["delete"] },
    params: { path: ofFace },
    answer: {
      status: 200,
      description: "Deleted.",
      content: json(deletionAnswerSchema, deletionOf(faceId)),
    },
    failures: ["invalid_request", "not_found"],
  },
  {
    method: "delete",
    path: "/v1/subjects/{subject_id}/joined",
    operationId: "deleteJoined",
    tag: "Faces",
    summary: "Take a template back to the enrolled photos",
    description:
      "Deletes the faces that joined the subject's template by verifications with liveness (`template_drift_fmr`).",
    caller: { kind: "key", scopes: ["delete"] },
    params: { path: ofSubject },
    answer: {
      status: 200,
      description: "Deleted.",
      content: json(deletionAnswerSchema, deletionOf(`joined-${faceId}`)),
    },
    failures: ["invalid_request", "not_found"],
  },
  {
    method: "get",
    path: "/v1/subjects/{subject_id}/record",
    operationId: "getSubjectRecord",
    tag: "Faces",
    summary: "Show everything that is kept about a person",
    description:
      "For requests of access (GDPR, article 15): faces with their consents, measures, counts, and a page of the audit trail about the subject; never an embedding. That the record was shown is in the audit trail.",
    caller: { kind: "key", scopes: ["read", "admin"] },
    params: { path: ofSubject, query: listQuery },
    answer: {
      status: 200,
      description: "The record.",
      content: json(recordAnswerSchema, {
        subject_id: subjectId,
        tenant_id: "acme@eu",
        jurisdiction: "eu",
        faces: [
          {
            face_id: faceId,
            model,
            created_at: createdAt,
            consent: { version: "v3", purpose: "entry to the building", at: createdAt },
            consent_receipt: "eyJhbGciOiJFZERTQSIs…",
            template: { numbers: dimension, key_id: "9f2c41d07be85a36", wrapped_by: "5d41402a" },
            quality: { eye_distance_px: 114.91, sharpness: 0.1802, recognisability: 0.996 },
          },
        ],
        attempts: { failures: 0, last_failure_at: null },
        score_trend: { matches: 14 },
        last_used_on: "2026-11-24",
        kept_beside: { sketches: 2, requests: 1, sessions: 0 },
        copies: ["gallery: an 8-bit template of the person, sealed"],
        audit: [auditEntry],
        next_cursor: null,
        request_id: requestId,
      }),
    },
    failures: ["invalid_request", "not_found", "model_mismatch"],
  },
  {
    method: "get",
    path: "/v1/subjects",
    operationId: "listSubjects",
    tag: "Faces",
    summary: "List subjects",
    caller: { kind: "key", scopes: ["read"] },
    params: { query: listQuery },
    answer: {
      status: 200,
      description: "A page of subjects.",
      content: json(subjectListAnswerSchema, {
        subjects: [{ subject_id: "anna" }, { subject_id: subjectId }],
        next_cursor: null,
        request_id: requestId,
      }),
    },
    failures: ["invalid_request"],
  },
  {
    method: "get",
    path: "/v1/subjects/{subject_id}",
    operationId: "getSubject",
    tag: "Faces",
    summary: "Show a subject and its faces",
    caller: { kind: "key", scopes: ["read"] },
    params: { path: ofSubject },
    answer: {
      status: 200,
      description: "The subject.",
      content: json(subjectAnswerSchema, {
        subject_id: subjectId,
        faces: [{ face_id: faceId, model, created_at: createdAt }],
        request_id: requestId,
      }),
    },
    failures: ["invalid_request", "not_found"],
  },
  {
    method: "delete",
    path: "/v1/subjects/{subject_id}",
    operationId: "deleteSubject",
    tag: "Faces",
    summary: "Delete a subject with all of its faces",
    caller: { kind: "key", scopes: ["delete"] },
    params: { path: ofSubject },
    answer: {
      status: 200,
      description: "Deleted.",
      content: json(deletionAnswerSchema, deletionOf(faceId)),
    },
    failures: ["invalid_request", "not_found"],
  },
];

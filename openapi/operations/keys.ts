import * as z from "zod";
import {
  apiKeyIdSchema,
  keyRequestSchema,
  rotationRequestSchema,
  sessionRequestSchema,
} from "../../src/http/schemas/administration.ts";
import {
  keyListAnswerSchema,
  newKeyAnswerSchema,
  revokedKeyAnswerSchema,
  sessionAnswerSchema,
} from "../../src/http/schemas/administration-answers.ts";
import {
  liveEnrolmentAnswerSchema,
  liveEnrolmentOptionsSchema,
  liveVerificationAnswerSchema,
  liveVerificationOptionsSchema,
} from "../../src/http/schemas/liveness.ts";
import { createdAt, faceId, keyId, model, requestId, subjectId } from "../examples.ts";
import { framesBody, framesFailures, json, jsonBody, jsonFailures, type Operation } from "../operation.ts";

const ofKey = z.object({ key_id: apiKeyIdSchema });
const admin = { kind: "key", scopes: ["admin"] } as const;
const expiresAt = "2027-11-24T00:00:00.000Z";

const key = {
  key_id: keyId,
  name: "branch office",
  scopes: ["enrol", "verify"] as ("enrol" | "verify")[],
  created_at: createdAt,
  expires_at: expiresAt,
  revoked_at: null,
};

export const keyOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/keys",
    operationId: "listKeys",
    tag: "Keys",
    summary: "List API keys, including revoked ones",
    caller: admin,
    answer: {
      status: 200,
      description: "All keys, by id, without their secrets.",
      content: json(keyListAnswerSchema, { keys: [key], request_id: requestId }),
    },
  },
  {
    method: "post",
    path: "/v1/keys",
    operationId: "createKey",
    tag: "Keys",
    summary: "Make an API key",
    caller: admin,
    body: jsonBody(keyRequestSchema, {
      name: "branch office",
      scopes: ["enrol", "verify"],
      expires_at: expiresAt,
    }),
    answer: {
      status: 201,
      description: "The key, which is shown only in this answer.",
      content: json(newKeyAnswerSchema, { ...key, key: "<the key>", request_id: requestId }),
    },
    failures: jsonFailures,
  },
  {
    method: "post",
    path: "/v1/keys/{key_id}/rotate",
    operationId: "rotateKey",
    tag: "Keys",
    summary: "Replace a key by a new one with the same scopes",
    caller: admin,
    params: { path: ofKey },
    body: jsonBody(rotationRequestSchema, { grace_seconds: 3600 }),
    answer: {
      status: 201,
      description: "The new key, which is shown only in this answer.",
      content: json(newKeyAnswerSchema, { ...key, key: "<the key>", request_id: requestId }),
    },
    failures: [...jsonFailures, "not_found"],
  },
  {
    method: "delete",
    path: "/v1/keys/{key_id}",
    operationId: "revokeKey",
    tag: "Keys",
    summary: "Revoke a key at once",
    caller: admin,
    params: { path: ofKey },
    answer: {
      status: 200,
      description: "Revoked.",
      content: json(revokedKeyAnswerSchema, {
        key_id: keyId,
        revoked_at: createdAt,
        request_id: requestId,
      }),
    },
    failures: ["invalid_request", "not_found"],
  },
  {
    method: "post",
    path: "/v1/sessions",
    operationId: "createSession",
    tag: "Keys",
    summary: "Make a token with which a phone can verify one subject and do nothing else",
    caller: { kind: "key", scopes: ["verify"] },
    body: jsonBody(sessionRequestSchema, {
      subject_id: subjectId,
      action: "verify",
      max_uses: 3,
      ttl_seconds: 300,
    }),
    answer: {
      status: 201,
      description: "The token.",
      content: json(sessionAnswerSchema, {
        token: "<the token>",
        expires_at: "2026-11-24T00:10:36.000Z",
        nonce: "jXhr6tB1Qm0c5v9yZb2nWg",
        request_id: requestId,
      }),
    },
    failures: [...jsonFailures, "subject_has_no_faces"],
  },
  {
    method: "post",
    path: "/v1/sessions/verify",
    operationId: "verifyLive",
    tag: "Keys",
    summary: "Is a living person there, and is it the enrolled one?",
    description:
      "Takes the frames of a liveness session: one that looks into the camera, then one for each pose of the challenge. They are judged together, and the answer is one decision. A challenge is used once: an answer that is no match brings the next one, while tries are left. Failures are counted as those of `verify`. A key with the scope `scores` that sends the frames with the session's token is told what the judge found.",
    caller: { kind: "key", scopes: ["verify"], orSession: true },
    body: framesBody(liveVerificationOptionsSchema),
    answer: {
      status: 200,
      description: "A decision.",
      content: json(liveVerificationAnswerSchema, {
        match: true,
        max_fmr: 0.0001,
        model,
        tries_left: 2,
        request_id: requestId,
      }),
    },
    failures: [...framesFailures, "subject_has_no_faces", "model_mismatch", "locked", "not_found"],
  },
  {
    method: "post",
    path: "/v1/sessions/enrol",
    operationId: "enrolLive",
    tag: "Keys",
    summary: "Enrol a person who is there",
    description:
      "Takes frames as `POST /v1/sessions/verify` does, and enrols the face of the first one. Where they did not answer the challenge, `enrolled` is false and the next challenge comes along.",
    caller: { kind: "key", scopes: ["enrol"], orSession: true },
    body: framesBody(liveEnrolmentOptionsSchema),
    answer: {
      status: 200,
      description: "Whether the person was enrolled.",
      content: json(liveEnrolmentAnswerSchema, {
        enrolled: true,
        subject_id: subjectId,
        face_id: faceId,
        model,
        created_at: createdAt,
        tries_left: 0,
        request_id: requestId,
      }),
    },
    failures: [
      ...framesFailures,
      "low_quality",
      "locked",
      "identity_conflict",
      "conflicting_face",
      "model_mismatch",
    ],
  },
];

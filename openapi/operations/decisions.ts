import * as z from "zod";
import {
  photosToCompare,
  photoToDetect,
  photoToEncode,
  photoToIdentify,
  photoToVerify,
} from "../../src/http/request/photo-request.ts";
import { unlockAnswerSchema } from "../../src/http/schemas/administration-answers.ts";
import {
  comparisonAnswerSchema,
  detectionAnswerSchema,
  embeddingAnswerSchema,
  identificationAnswerSchema,
  verificationAnswerSchema,
} from "../../src/http/schemas/answers.ts";
import { idempotencyKeySchema, subjectIdSchema } from "../../src/http/schemas/requests.ts";
import { decision, dimension, face, faceId, image, model, requestId, subjectId } from "../examples.ts";
import { json, type Operation, photoBody, photoFailures } from "../operation.ts";

const ofSubject = z.object({ subject_id: subjectIdSchema });
const verificationHeader = z.object({
  "Idempotency-Key": idempotencyKeySchema
    .optional()
    .describe(
      "Your own id for this request. For a day the same key returns the first answer again and counts no further attempt.",
    ),
});

export const decisionOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/subjects/{subject_id}/verify",
    operationId: "verifyFace",
    tag: "Decisions",
    summary: "Is this the enrolled person?",
    description:
      "Compares the face in the photo with the template of the subject's photos, at a false match rate of your choice. Failures are counted: too many in a row lock the subject for a while, and a match at the tenant's `max_fmr` or a stricter rate resets the count. If a face of the subject is deleted meanwhile, the attempt fails with `not_found`. A match whose photo was enrolled or has matched before is refused with `replayed_photo`, which counts as a failure, or marked with `replayed`, by the tenant's `replay`.",
    caller: { kind: "key", scopes: ["verify"], orSession: true },
    params: { path: ofSubject, query: photoToVerify.options, header: verificationHeader },
    body: photoBody(photoToVerify, { embeddings: true }),
    answer: {
      status: 200,
      description: "A decision.",
      content: json(verificationAnswerSchema, {
        ...decision,
        face_id: faceId,
        face,
        image,
        request_id: requestId,
      }),
    },
    failures: [
      ...photoFailures,
      "presentation_attack_suspected",
      "subject_has_no_faces",
      "model_mismatch",
      "locked",
      "not_found",
      "replayed_photo",
      "idempotency_key_reused",
      "liveness_required",
    ],
  },
  {
    method: "post",
    path: "/v1/identify",
    operationId: "identifyFace",
    tag: "Decisions",
    summary: "Who is this?",
    description:
      "Compares the face in the photo with every enrolled face. The threshold is corrected for the size of the gallery, so that a search for a stranger names anyone no more often than `max_fpir`; for callers without the scope `scores` it changes only in a few steps. Naming a person among many is identification, which the European Union's AI Act treats otherwise than verification: docs/compliance/ says where the line is.",
    caller: { kind: "key", scopes: ["identify"] },
    params: { query: photoToIdentify.options },
    body: photoBody(photoToIdentify, { embeddings: true }),
    answer: {
      status: 200,
      description: "The candidates; the list may be empty.",
      content: json(identificationAnswerSchema, {
        candidates: [{ subject_id: subjectId, face_id: faceId, distance: 0.660294, fmr: "< 0.000001" }],
        gallery_size: 1,
        threshold: 1.05153,
        max_fpir: 0.0001,
        face,
        image,
        model,
        request_id: requestId,
      }),
    },
    failures: [...photoFailures, "model_mismatch"],
  },
  {
    method: "post",
    path: "/v1/compare",
    operationId: "compareFaces",
    tag: "Decisions",
    summary: "Do two photos show the same person?",
    description: "Stores neither photo. An error about one of the photos names it in `details.field`.",
    caller: { kind: "key", scopes: ["verify"] },
    params: { query: photosToCompare.options },
    body: photoBody(photosToCompare),
    answer: {
      status: 200,
      description: "A decision.",
      content: json(comparisonAnswerSchema, {
        ...decision,
        face_a: face,
        face_b: face,
        image_a: image,
        image_b: image,
        request_id: requestId,
      }),
    },
    failures: photoFailures,
  },
  {
    method: "post",
    path: "/v1/detect",
    operationId: "detectFace",
    tag: "Decisions",
    summary: "Where is the face, and is it good enough for comparison?",
    description:
      "Guides a camera before a photo is enrolled or verified. A face that every other call refuses is answered too, with `unrecognizable` among its reasons, unless the request asks for `quality=refuse`. Stores nothing.",
    caller: { kind: "key", scopes: ["verify"] },
    params: { query: photoToDetect.options },
    body: photoBody(photoToDetect),
    answer: {
      status: 200,
      description: "The face.",
      content: json(detectionAnswerSchema, {
        face,
        faces: [{ box: face.box, score: face.score, counted: true }],
        image,
        request_id: requestId,
      }),
    },
    failures: photoFailures,
  },
  {
    method: "post",
    path: "/v1/embed",
    operationId: "embedFace",
    tag: "Decisions",
    summary: "The embedding of a face, to keep or to send in place of a photo",
    description:
      "It is as private as the photo: a face can be reconstructed from it. Keep its `evidence` beside it: sent with the embedding, it makes the photo's measures count as if the photo had been sent.",
    caller: { kind: "key", scopes: ["embeddings"] },
    params: { query: photoToEncode.options },
    body: photoBody(photoToEncode),
    answer: {
      status: 200,
      description: "The embedding.",
      content: json(embeddingAnswerSchema, {
        model,
        dimension,
        embedding: "<base64 of 352 float32 numbers>",
        evidence: "eyJhbGciOiJFZERTQSIs…",
        face,
        image,
        request_id: requestId,
      }),
    },
    failures: photoFailures,
  },
  {
    method: "post",
    path: "/v1/subjects/{subject_id}/unlock",
    operationId: "unlockSubject",
    tag: "Decisions",
    summary: "Unlock a subject",
    caller: { kind: "key", scopes: ["admin"] },
    params: { path: ofSubject },
    answer: {
      status: 200,
      description: "Unlocked.",
      content: json(unlockAnswerSchema, { subject_id: subjectId, request_id: requestId }),
    },
    failures: ["invalid_request", "body_too_large", "not_found"],
  },
];

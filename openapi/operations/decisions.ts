import * as z from "zod";
import {
  photosToCompare,
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
import { subjectIdSchema } from "../../src/http/schemas/requests.ts";
import { decision, dimension, face, faceId, image, model, requestId, subjectId } from "../examples.ts";
import { json, type Operation, photoBody, photoFailures } from "../operation.ts";

const ofSubject = z.object({ subject_id: subjectIdSchema });

export const decisionOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/subjects/{subject_id}/verify",
    operationId: "verifyFace",
    tag: "Decisions",
    summary: "Is this the enrolled person?",
    description:
      "Compares the face in the photo with those of the subject, at a false match rate of your choice. A subject with several faces is held to its share of the rate for each. Failures are counted; too many in a row lock the subject for a while, and a match at the tenant's `max_fmr` or a stricter rate starts the count anew. A face of the subject that is deleted meanwhile leaves the attempt without an answer (`not_found`).",
    caller: { kind: "key", scopes: ["verify"], orSession: true },
    params: { path: ofSubject, query: photoToVerify.options },
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
    failures: [...photoFailures, "subject_has_no_faces", "model_mismatch", "locked", "not_found"],
  },
  {
    method: "post",
    path: "/v1/identify",
    operationId: "identifyFace",
    tag: "Decisions",
    summary: "Who is this?",
    description:
      "Compares the face in the photo with every face enrolled. The threshold is held to the size of the gallery, so that a stranger is taken for anyone no more often than `max_fpir`; for callers without the scope `scores` in a few steps alone.",
    caller: { kind: "key", scopes: ["identify"] },
    params: { query: photoToIdentify.options },
    body: photoBody(photoToIdentify, { embeddings: true }),
    answer: {
      status: 200,
      description: "Those it may be; nobody is an answer too.",
      content: json(identificationAnswerSchema, {
        candidates: [{ subject_id: subjectId, face_id: faceId, distance: 0.660294, fmr: "< 0.000002" }],
        gallery_size: 1,
        threshold: 1.05191,
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
    description: "Keeps neither. An error about one of the photos names it in `details.field`.",
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
    summary: "Where is the face, and is it fit for comparison?",
    description: "Guides a camera before a photo is enrolled or verified. Keeps nothing.",
    caller: { kind: "key", scopes: ["verify"] },
    params: { query: photoToEncode.options },
    body: photoBody(photoToEncode),
    answer: {
      status: 200,
      description: "The face.",
      content: json(detectionAnswerSchema, { face, image, request_id: requestId }),
    },
    failures: photoFailures,
  },
  {
    method: "post",
    path: "/v1/embed",
    operationId: "embedFace",
    tag: "Decisions",
    summary: "The embedding of a face, to keep or to send in place of a photo",
    description: "As private as the photo: a face can be drawn from it.",
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
    summary: "Let a locked subject be verified again",
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

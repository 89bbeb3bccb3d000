/** Values that the examples share. */
import type * as z from "zod";
import type { settingsSchema } from "../src/http/schemas/administration.ts";
import type { auditAnswerSchema } from "../src/http/schemas/administration-answers.ts";
import type { deletionAnswerSchema, faceSchema, imageSchema } from "../src/http/schemas/answers.ts";

export const photoInBase64 = "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD…";

/** Id of the encoder: two networks whose embeddings together are one of 352 numbers. */
export const model = "mobilefacenet-192+mobilefacenet-160";
export const dimension = 352;

export const requestId = "c83a5a35-c7d5-4e6e-9785-a5b68b2b533a";
export const subjectId = "franck";
export const faceId = "39d8c974-fcba-44d3-9432-42319c9f8166";
export const keyId = "k4Vn0pX2sQ1b";
export const createdAt = "2026-11-24T00:05:36.980Z";

export const image: z.infer<typeof imageSchema> = { width: 720, height: 576, format: "jpeg" };

export const face: z.infer<typeof faceSchema> = {
  box: { x: 259.25, y: 204.04, width: 272.71, height: 272.67 },
  score: 0.9772,
  turned: 0,
  landmarks: [
    { name: "left_eye", x: 330.09, y: 267.16 },
    { name: "right_eye", x: 442.9, y: 245.26 },
    { name: "nose", x: 396.88, y: 313.66 },
    { name: "left_mouth", x: 362.62, y: 400.82 },
    { name: "right_mouth", x: 457.04, y: 383.3 },
  ],
  quality: {
    eye_distance_px: 114.91,
    sharpness: 0.1802,
    brightness: 151.2,
    contrast: 40.7,
    yaw: 0.6,
    pitch: 17,
    roll: -11.4,
    agreement: 0.955,
    in_frame: 1,
    recognisability: 0.996,
    occlusion: 0.001,
    reasons: [],
  },
};

export const decision = {
  match: true,
  band: "clear_match" as const,
  distance: 0.660294,
  threshold: 1.05153,
  max_fmr: 0.0001,
  fmr: "< 0.000001",
  model,
};

export const settings: z.infer<typeof settingsSchema> = {
  consistency: "strong",
  edge_seconds: 60,
  consent_required: false,
  retention_seconds: null,
  retention_unused_seconds: null,
  controller: null,
  lock_out: { max_in_a_row: 5, delay_seconds: 30, max_total: 50 },
  audit_retention_seconds: 31_536_000,
  max_fmr: 0.0001,
  max_fmr_with_scores: null,
  max_fpir: 0.01,
  background_face_share: 0.2,
  evidence_required: false,
  replay: { sessions: "refuse", keys: "warn", max_sketches: 50, kept_seconds: 7_776_000 },
  liveness_required: { verify: false, enrol: false },
  passive_limit: null,
  template_drift_fmr: null,
  shards: 1,
  jurisdiction: null,
  location_hint: null,
};

/** Answer of every deletion: the subject is the same, the faces differ. */
export function deletionOf(...deleted_faces: string[]): z.infer<typeof deletionAnswerSchema> {
  return {
    subject_id: subjectId,
    deleted_faces,
    certificate: "eyJhbGciOiJFZERTQSIs…",
    request_id: requestId,
  };
}

export const auditEntry: z.infer<typeof auditAnswerSchema>["entries"][number] = {
  at: createdAt,
  actor: "root",
  action: "face.enrol",
  subject_id: subjectId,
  face_id: faceId,
  outcome: "enrolled",
  request_id: requestId,
};

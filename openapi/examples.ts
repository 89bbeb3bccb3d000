/** Values that the examples share: one man, one photo, one key. */
import type * as z from "zod";
import type { settingsSchema } from "../src/http/admin-schemas.ts";
import type { faceSchema, imageSchema } from "../src/http/answer-schemas.ts";

export const photoInBase64 = "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD…";

export const requestId = "c83a5a35-c7d5-4e6e-9785-a5b68b2b533a";
export const subjectId = "franck";
export const faceId = "39d8c974-fcba-44d3-9432-42319c9f8166";
export const keyId = "k4Vn0pX2sQ1b";
export const createdAt = "2026-11-24T00:05:36.980Z";

export const image: z.infer<typeof imageSchema> = { width: 720, height: 576, format: "jpeg" };

export const face: z.infer<typeof faceSchema> = {
  box: { x: 259.71, y: 203.98, width: 272.96, height: 272.94 },
  score: 0.9772,
  landmarks: [
    { name: "left_eye", x: 347.62, y: 288.91 },
    { name: "right_eye", x: 447.03, y: 286.27 },
    { name: "nose", x: 399.8, y: 341.54 },
    { name: "left_mouth", x: 357.41, y: 399.06 },
    { name: "right_mouth", x: 440.28, y: 397.73 },
  ],
  quality: {
    eye_distance_px: 99.44,
    sharpness: 0.0871,
    brightness: 131.4,
    contrast: 38.2,
    yaw: -1.9,
    pitch: 3.4,
    roll: -1.5,
    agreement: 0.952,
    in_frame: 1,
    reasons: [],
  },
};

export const decision = {
  match: true,
  distance: 0.612549,
  threshold: 0.97045,
  max_fmr: 0.0001,
  fmr: "< 0.0000024",
  model: "mobilefacenet-192",
};

export const settings: z.infer<typeof settingsSchema> = {
  consistency: "strong",
  edge_seconds: 60,
  consent_required: false,
  retention_seconds: null,
  lock_out: { max_in_a_row: 5, delay_seconds: 30, max_total: 50 },
  audit_retention_seconds: 31_536_000,
  max_fpir: 0.01,
  shards: 1,
};

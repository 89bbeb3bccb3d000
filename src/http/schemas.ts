/** What requests and answers look like on the wire, in its names (snake_case). */
import * as z from "zod";
import type { Config } from "../config.ts";
import type { EncodedFace, FacePolicy } from "../face/face.ts";
import { defaultQualityLimits, judgeQuality, qualityReasons } from "../face/quality.ts";
import { faceIdPattern, subjectIdPattern } from "../identity/ids.ts";
import type { PhotoFormat } from "../image/sniff.ts";

export const subjectIdSchema = z
  .string()
  .regex(subjectIdPattern, "must be 1 to 128 of A-Z a-z 0-9 . _ ~ : @ - and neither . nor ..");

export const faceIdSchema = z.string().regex(faceIdPattern, "must be 1 to 64 of A-Z a-z 0-9 _ -");

/** Which face of several is meant. */
export const facePolicySchema = z.enum(
  ["largest", "center", "only"] satisfies FacePolicy[],
  "must be largest, center or only",
);

export const base64Schema = z.string("must be a string of base64, or a data URL");

/** The false match rate that the caller can live with: a number, or its text in a query or a form. */
export const maxFmrSchema = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^[\d.]+(e-?\d+)?$/i)
      .transform(Number),
  ],
  "must be a number",
);

/** What to do about a photo beyond the limits of quality: say so, or refuse it. */
const qualityPolicySchema = z.enum(["warn", "refuse"], "must be warn or refuse");

const timeSchema = z.iso.datetime({ offset: true, error: "must be a time, as 2030-01-31T12:00:00Z" });

const consentTextSchema = z.string().min(1, "must not be empty").max(200, "must be at most 200 letters");

/** Of the JSON that it makes. */
export const maxMetadataBytes = 1024;

const notesSchema = z
  .record(z.string(), z.string("must be an object of texts"), "must be an object of texts")
  .refine(
    (notes) => new TextEncoder().encode(JSON.stringify(notes)).length <= maxMetadataBytes,
    `must be at most ${maxMetadataBytes} bytes of JSON`,
  );

/** The caller's own notes: an object of texts, or its JSON in a query or a form. */
export const metadataSchema = z.preprocess((value) => {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}, notesSchema);

/** Options of a request that enrols; each may stand in the query, a form or JSON. */
export const enrolmentOptionsSchema = z.object({
  face: facePolicySchema.optional(),
  /** When the face is to be deleted. */
  expires_at: timeSchema.optional(),
  /** What the person agreed to: its version, its purpose, and when; now unless it says so. */
  consent_version: consentTextSchema.optional(),
  consent_purpose: consentTextSchema.optional(),
  consent_at: timeSchema.optional(),
  metadata: metadataSchema.optional(),
});

export const faceUpdateSchema = z.strictObject({
  expires_at: timeSchema.nullable().optional(),
  metadata: metadataSchema.nullable().optional(),
});

/** Options of a request that decides. */
export const decisionOptionsSchema = z.object({
  face: facePolicySchema.optional(),
  max_fmr: maxFmrSchema.optional(),
  quality: qualityPolicySchema.optional(),
});

/** Options of a request for an embedding. */
export const embeddingOptionsSchema = decisionOptionsSchema.omit({ max_fmr: true });

/** Options of a request that verifies. */
export const verificationOptionsSchema = decisionOptionsSchema.extend({
  /** Whether the answer is to carry a signed receipt. */
  receipt: z.stringbool({ error: "must be true or false" }).or(z.boolean()).optional(),
  /** The caller's own, for the receipt; a session has one. */
  nonce: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,128}$/, "must be 1 to 128 of A-Z a-z 0-9 . _ ~ -")
    .optional(),
});

export function listQuerySchema({ defaultPageSize, maxPageSize }: Config) {
  const rule = `must be a whole number from 1 to ${maxPageSize}`;
  return z.object({
    limit: z
      .string()
      .regex(/^\d{1,9}$/, rule)
      .transform(Number)
      .pipe(z.int().min(1, rule).max(maxPageSize, rule))
      .default(defaultPageSize),
    cursor: z.string().optional(),
  });
}

/** Continuous coordinates of the upright photo, px; (0.5, 0.5) is the centre of the first pixel. */
const pointSchema = z.strictObject({ x: z.number(), y: z.number() });

const landmarkNames = ["left_eye", "right_eye", "nose", "left_mouth", "right_mouth"] as const;

export const faceSchema = z.strictObject({
  box: z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  /** The detector's confidence. */
  score: z.number().min(0).max(1),
  /** Left and right as seen in the picture. */
  landmarks: z.array(pointSchema.extend({ name: z.enum(landmarkNames) })).length(landmarkNames.length),
  quality: z.strictObject({
    /** In the photo as sent. */
    eye_distance_px: z.number().min(0),
    /** Detail for its contrast; a blurred or enlarged face has little. */
    sharpness: z.number().min(0),
    /** Mean luma of the face, 0..255. */
    brightness: z.number().min(0).max(255),
    /** Standard deviation of the face's luma. */
    contrast: z.number().min(0),
    /** Degrees; positive to the picture's right, up, and clockwise. */
    yaw: z.number(),
    pitch: z.number(),
    roll: z.number(),
    /** Of detector and landmark model, 0..1. */
    agreement: z.number().min(0).max(1),
    /** Share of the face's crop inside the photo. */
    in_frame: z.number().min(0).max(1),
    /** The limits that this face does not meet; none for a good photo. */
    reasons: z.array(z.enum(qualityReasons)),
  }),
});

/** The upright photo, px. */
const imageSchema = z.strictObject({
  width: z.int().min(1),
  height: z.int().min(1),
  /** What the bytes are, whatever the request calls them. */
  format: z.enum(["jpeg", "png", "webp", "avif"] satisfies PhotoFormat[]),
});

const requestIdSchema = z.string();

const decisionFields = {
  match: z.boolean(),
  /** Euclidean distance of the two embeddings; for keys with the scope "scores". */
  distance: z.number().min(0).optional(),
  /** In its place for the others. A face that does not match is never said to be near. */
  band: z.enum(["clear_match", "match", "no_match"]).optional(),
  /** A match is a distance at or below this. */
  threshold: z.number().min(0).max(2),
  /** The false match rate asked for, which set the threshold. */
  max_fmr: z.number(),
  /** Measured probability that a stranger comes this close; "< x" where the data end. With "scores". */
  fmr: z.union([z.number(), z.string().regex(/^< /)]).optional(),
  /** The encoder whose embeddings were compared. */
  model: z.string(),
};

export const enrolmentAnswerSchema = z.strictObject({
  face_id: faceIdSchema,
  subject_id: subjectIdSchema,
  /** Of the photo; absent when an embedding was sent. */
  face: faceSchema.optional(),
  image: imageSchema.optional(),
  model: z.string(),
  created_at: z.iso.datetime(),
  /** When the face will be deleted, if it will. */
  expires_at: z.iso.datetime().optional(),
  request_id: requestIdSchema,
});

export const embeddingAnswerSchema = z.strictObject({
  model: z.string(),
  dimension: z.int().min(1),
  /** Base64 of `dimension` float32, little endian, of unit length. */
  embedding: z.string(),
  face: faceSchema,
  image: imageSchema,
  request_id: requestIdSchema,
});

export const verificationAnswerSchema = z.strictObject({
  ...decisionFields,
  /** The enrolled face that came closest; with "scores". */
  face_id: faceIdSchema.optional(),
  /** Of the photo; absent when an embedding was sent. */
  face: faceSchema.optional(),
  image: imageSchema.optional(),
  /** A JWS that `/.well-known/jwks.json` verifies, when it was asked for. */
  receipt: z.string().optional(),
  request_id: requestIdSchema,
});

export const comparisonAnswerSchema = z.strictObject({
  ...decisionFields,
  face_a: faceSchema,
  face_b: faceSchema,
  image_a: imageSchema,
  image_b: imageSchema,
  request_id: requestIdSchema,
});

export const subjectAnswerSchema = z.strictObject({
  subject_id: subjectIdSchema,
  /** Oldest first. */
  faces: z.array(
    z.strictObject({
      face_id: faceIdSchema,
      model: z.string(),
      created_at: z.iso.datetime(),
      expires_at: z.iso.datetime().optional(),
      consent: z.strictObject({ version: z.string(), purpose: z.string(), at: z.iso.datetime() }).optional(),
      metadata: z.record(z.string(), z.string()).optional(),
    }),
  ),
  request_id: requestIdSchema,
});

export const updateAnswerSchema = z.strictObject({
  subject_id: subjectIdSchema,
  face_id: faceIdSchema,
  request_id: requestIdSchema,
});

export const deletionAnswerSchema = z.strictObject({
  subject_id: subjectIdSchema,
  deleted_faces: z.array(faceIdSchema),
  request_id: requestIdSchema,
});

export const subjectListAnswerSchema = z.strictObject({
  subjects: z.array(z.strictObject({ subject_id: subjectIdSchema })),
  /** Null on the last page. A page may hold fewer subjects than asked for and yet not be the last. */
  next_cursor: z.string().nullable(),
  request_id: requestIdSchema,
});

export const healthAnswerSchema = z.strictObject({ status: z.literal("ok"), request_id: requestIdSchema });

export const readinessAnswerSchema = z.strictObject({
  status: z.literal("ready"),
  models: z.array(
    z.strictObject({
      id: z.string(),
      /** "encoder", "detector", "landmarks"... */
      role: z.string(),
      /** Of the model's bytes, hex. */
      sha256: z.string(),
    }),
  ),
  request_id: requestIdSchema,
});

export const errorAnswerSchema = z.strictObject({
  error: z.strictObject({
    /** Stable: programs branch on it. */
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
  request_id: requestIdSchema,
});

/** No more digits than a measurement carries. */
function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** A hundredth of a pixel. */
const px = (value: number) => round(value, 2);

/** What a handler hands over; the request's id is added as it is written. */
export type Body<S extends z.ZodType> = Omit<z.infer<S>, "request_id">;

export function faceBody({ face, quality }: EncodedFace): z.infer<typeof faceSchema> {
  const { box, score, landmarks } = face;
  return {
    box: { x: px(box.x), y: px(box.y), width: px(box.width), height: px(box.height) },
    score: round(score, 4),
    landmarks: landmarks.map(({ x, y }, i) => ({ name: landmarkNames[i], x: px(x), y: px(y) })),
    quality: {
      eye_distance_px: round(quality.eyeDistancePx, 2),
      sharpness: round(quality.sharpness, 4),
      brightness: round(quality.brightness, 1),
      contrast: round(quality.contrast, 1),
      yaw: round(quality.yaw, 1),
      pitch: round(quality.pitch, 1),
      roll: round(quality.roll, 1),
      agreement: round(quality.agreement, 3),
      in_frame: round(quality.inFrame, 3),
      reasons: judgeQuality(quality, defaultQualityLimits),
    },
  };
}

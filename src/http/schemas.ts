/** What requests and answers look like on the wire, in its names (snake_case). */
import * as z from "zod";
import type { Config } from "../config.ts";
import type { Face, FacePolicy } from "../face/face.ts";
import { faceIdPattern, subjectIdPattern } from "../identity/ids.ts";

export const subjectIdSchema = z
  .string()
  .regex(subjectIdPattern, "must be 1 to 128 of A-Z a-z 0-9 . _ ~ : @ - and neither . nor ..");

export const faceIdSchema = z.string().regex(faceIdPattern, "must be 1 to 64 of A-Z a-z 0-9 _ -");

/** Which face of several is meant. */
export const facePolicySchema = z.enum(
  ["largest", "center", "only"] satisfies FacePolicy[],
  "must be largest, center or only",
);

const base64Schema = z.string("must be a string of base64, or a data URL");

export const photoJsonSchema = z.strictObject({ image: base64Schema, face: facePolicySchema.optional() });

export const comparisonJsonSchema = z.strictObject({
  image_a: base64Schema,
  image_b: base64Schema,
  face: facePolicySchema.optional(),
});

export const photoQuerySchema = z.object({ face: facePolicySchema.optional() });

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
});

/** Of the upright photo, px. */
const imageSizeSchema = z.strictObject({ width: z.int().min(1), height: z.int().min(1) });

const requestIdSchema = z.string();

const decisionFields = {
  match: z.boolean(),
  /** Euclidean distance of the two embeddings. */
  distance: z.number().min(0),
  /** A match is a distance at or below this. */
  threshold: z.number().min(0).max(2),
  /** The encoder whose embeddings were compared. */
  model: z.string(),
};

export const enrolmentAnswerSchema = z.strictObject({
  face_id: faceIdSchema,
  subject_id: subjectIdSchema,
  face: faceSchema,
  image: imageSizeSchema,
  model: z.string(),
  created_at: z.iso.datetime(),
  request_id: requestIdSchema,
});

export const verificationAnswerSchema = z.strictObject({
  ...decisionFields,
  /** The enrolled face that came closest. */
  face_id: faceIdSchema,
  face: faceSchema,
  image: imageSizeSchema,
  request_id: requestIdSchema,
});

export const comparisonAnswerSchema = z.strictObject({
  ...decisionFields,
  face_a: faceSchema,
  face_b: faceSchema,
  image_a: imageSizeSchema,
  image_b: imageSizeSchema,
  request_id: requestIdSchema,
});

export const subjectAnswerSchema = z.strictObject({
  subject_id: subjectIdSchema,
  /** Oldest first. */
  faces: z.array(z.strictObject({ face_id: faceIdSchema, model: z.string(), created_at: z.iso.datetime() })),
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

/** What a handler hands over; the request's id is added as it is written. */
export type Body<S extends z.ZodType> = Omit<z.infer<S>, "request_id">;

export function faceBody({ box, score, landmarks }: Face): z.infer<typeof faceSchema> {
  return {
    box: { x: box.x, y: box.y, width: box.width, height: box.height },
    score,
    landmarks: landmarks.map(({ x, y }, i) => ({ name: landmarkNames[i], x, y })),
  };
}

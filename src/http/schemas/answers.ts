/**
 * What answers look like on the wire, in its names (snake_case). The service uses the types alone:
 * what it says is checked as it is compiled, and the schemas are for the API's document and the tests.
 */
import * as z from "zod";
import { landmarkNames } from "../../face/geometry.ts";
import { qualityReasons } from "../../face/quality.ts";
import type { PhotoFormat } from "../../image/sniff.ts";
import { quarterTurns } from "../../image/turn.ts";
import { faceIdSchema, subjectIdSchema } from "./requests.ts";

/** What a handler hands over; the request's id is added as it is written. */
export type Body<S extends z.ZodType> = Omit<z.infer<S>, "request_id">;

export const requestIdSchema = z
  .string()
  .describe("The request's name, as in `X-Request-Id`: yours if you sent one.");

export const timeSchema = z.iso.datetime();

const coordinateSchema = z.number().describe("Of the upright photo, px; the first pixel's centre is 0.5.");

export const faceSchema = z
  .strictObject({
    box: z
      .strictObject({
        x: coordinateSchema,
        y: coordinateSchema,
        width: z.number().describe("px"),
        height: z.number().describe("px"),
      })
      .describe("Where the face is in the upright photo; it may reach beyond the edge."),
    score: z.number().min(0).max(1).describe("The detector's confidence."),
    turned: z
      .literal([...quarterTurns])
      .describe(
        "Degrees clockwise by which the photo was turned for the face to stand upright. All coordinates are those of the photo as it was sent; left and right those of the turned one.",
      ),
    landmarks: z
      .array(
        z.strictObject({
          name: z.enum(landmarkNames).describe("Left and right as seen in the picture."),
          x: coordinateSchema,
          y: coordinateSchema,
        }),
      )
      .length(landmarkNames.length)
      .describe("Eyes, nose and corners of the mouth."),
    quality: z
      .strictObject({
        eye_distance_px: z.number().min(0).describe("Between the eyes, in the photo as sent."),
        sharpness: z
          .number()
          .min(0)
          .describe("Detail for its contrast; a blurred or enlarged face has little."),
        brightness: z.number().min(0).max(255).describe("Mean luma of the face."),
        contrast: z.number().min(0).describe("Standard deviation of the face's luma."),
        yaw: z.number().describe("Degrees; positive to the picture's right."),
        pitch: z.number().describe("Degrees; positive up."),
        roll: z.number().describe("Degrees; positive clockwise."),
        agreement: z.number().min(0).max(1).describe("Of detector and landmark model."),
        in_frame: z.number().min(0).max(1).describe("Share of the face's crop inside the photo."),
        recognisability: z
          .number()
          .min(0)
          .max(1)
          .describe(
            "How sure it is that this face's embedding tells whose it is; below 0.5 it is refused as `unrecognizable`.",
          ),
        reasons: z
          .array(z.enum(qualityReasons))
          .describe("The limits that this face does not meet; none for a good photo."),
      })
      .meta({ id: "Quality", description: "How fit the face is for comparison." }),
    crop: z
      .string()
      .optional()
      .describe("The aligned face as the encoder saw it: base64 of a PNG. With `include=crop`."),
  })
  .meta({ id: "Face", description: "The face that was found and used." });

export const imageSchema = z
  .strictObject({
    width: z.int().min(1).describe("Of the upright photo, px."),
    height: z.int().min(1).describe("Of the upright photo, px."),
    format: z
      .enum(["jpeg", "png", "webp", "avif"] satisfies PhotoFormat[])
      .describe("What the bytes are, whatever the request called them."),
  })
  .meta({ id: "Image", description: "The photo, turned upright by its EXIF orientation." });

const modelSchema = z.string().describe("The encoder whose embeddings are meant.");

const decisionFields = {
  match: z.boolean().describe("Whether the distance is at or below the threshold."),
  distance: z
    .number()
    .min(0)
    .optional()
    .describe("Euclidean distance of the two embeddings, up to 2. With the scope `scores`."),
  band: z
    .enum(["clear_match", "match", "no_match"])
    .describe(
      "`clear_match`, with the scope `scores` alone: `fmr` is at most a tenth of the rate asked for. Without it the band is `match` or `no_match`.",
    ),
  threshold: z.number().min(0).max(2).describe("A match is a distance at or below this."),
  max_fmr: z.number().describe("The false match rate asked for, which set the threshold."),
  fmr: z
    .union([z.number(), z.string().regex(/^< /)])
    .optional()
    .describe(
      'Measured probability that a stranger comes this close; `"< x"` where the data end. With the scope `scores`.',
    ),
  model: modelSchema,
};

const sentPhotoFields = {
  face: faceSchema.optional().describe("Of the photo; absent when an embedding was sent."),
  image: imageSchema.optional().describe("The photo; absent when an embedding was sent."),
};

export const enrolmentAnswerSchema = z
  .strictObject({
    face_id: faceIdSchema,
    subject_id: subjectIdSchema,
    ...sentPhotoFields,
    model: modelSchema,
    created_at: timeSchema,
    expires_at: timeSchema.optional().describe("When the face will be deleted, if it will."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Enrolment" });

export const embeddingAnswerSchema = z
  .strictObject({
    model: modelSchema,
    dimension: z.int().min(1),
    embedding: z.string().describe("Base64 of `dimension` float32, little endian, of unit length."),
    face: faceSchema,
    image: imageSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "Embedding" });

export const detectionAnswerSchema = z
  .strictObject({ face: faceSchema, image: imageSchema, request_id: requestIdSchema })
  .meta({ id: "Detection" });

export const verificationAnswerSchema = z
  .strictObject({
    ...decisionFields,
    face_id: faceIdSchema
      .optional()
      .describe("The enrolled face that came closest. With the scope `scores`."),
    ...sentPhotoFields,
    receipt: z
      .string()
      .optional()
      .describe("A JWS that `/.well-known/jwks.json` verifies, when it was asked for."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Verification" });

export const comparisonAnswerSchema = z
  .strictObject({
    ...decisionFields,
    face_a: faceSchema,
    face_b: faceSchema,
    image_a: imageSchema,
    image_b: imageSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "Comparison" });

export const identificationAnswerSchema = z
  .strictObject({
    candidates: z
      .array(
        z.strictObject({
          subject_id: subjectIdSchema,
          face_id: faceIdSchema
            .optional()
            .describe("The subject's face that came closest. With the scope `scores`, as the next two."),
          distance: decisionFields.distance,
          fmr: decisionFields.fmr,
        }),
      )
      .describe(
        "Subjects within the threshold, closest first, or without the scope `scores` in the order of their ids; empty when nobody is.",
      ),
    more_candidates: z
      .literal(true)
      .optional()
      .describe(
        "More subjects than were asked for are within the threshold; absent when there are none. Without the scope `scores`.",
      ),
    gallery_size: z.int().min(0).describe("Faces that were compared."),
    not_compared: z
      .int()
      .min(1)
      .optional()
      .describe("Faces that were not, because another model made them; absent when there are none."),
    threshold: z
      .number()
      .min(0)
      .max(2)
      .describe("A candidate is a subject with a face at or below this distance."),
    max_fpir: z
      .number()
      .gt(0)
      .lt(1)
      .describe("How often a search for a stranger answers with anyone, at most."),
    ...sentPhotoFields,
    model: modelSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "Identification" });

export const subjectAnswerSchema = z
  .strictObject({
    subject_id: subjectIdSchema,
    faces: z
      .array(
        z
          .strictObject({
            face_id: faceIdSchema,
            model: modelSchema,
            created_at: timeSchema,
            expires_at: timeSchema.optional().describe("When the face will be deleted, if it will."),
            consent: z
              .strictObject({ version: z.string(), purpose: z.string(), at: timeSchema })
              .optional()
              .describe("What the person agreed to, as the enrolment said."),
            metadata: z.record(z.string(), z.string()).optional().describe("The caller's own notes."),
          })
          .meta({ id: "EnrolledFace" }),
      )
      .describe("Oldest first."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Subject" });

export const updateAnswerSchema = z
  .strictObject({ subject_id: subjectIdSchema, face_id: faceIdSchema, request_id: requestIdSchema })
  .meta({ id: "FaceUpdate" });

export const deletionAnswerSchema = z
  .strictObject({
    subject_id: subjectIdSchema,
    deleted_faces: z.array(faceIdSchema),
    request_id: requestIdSchema,
  })
  .meta({ id: "Deletion" });

export const nextCursorSchema = z
  .string()
  .nullable()
  .describe("Ask with it for the next page; null on the last. A page may be short and yet not the last.");

export const subjectListAnswerSchema = z
  .strictObject({
    subjects: z.array(z.strictObject({ subject_id: subjectIdSchema })),
    next_cursor: nextCursorSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "SubjectList" });

export const healthAnswerSchema = z
  .strictObject({ status: z.literal("ok"), request_id: requestIdSchema })
  .meta({ id: "Health" });

export const readinessAnswerSchema = z
  .strictObject({
    status: z.literal("ready"),
    models: z.array(
      z.strictObject({
        id: z.string(),
        role: z.string().describe("`encoder`, `detector`, `landmarks`."),
        sha256: z.string().describe("Of the model's bytes, hex."),
      }),
    ),
    request_id: requestIdSchema,
  })
  .meta({ id: "Readiness" });

/** Which of them an error has goes by its code. */
const errorDetailsSchema = z.strictObject({
  field: z.string().describe("The part of the request that it is about."),
  reasons: z.array(z.enum(qualityReasons)).describe("`low_quality`: the limits that the face does not meet."),
  found: z.string().describe("`unsupported_media_type`: what the bytes or the header turned out to be."),
  limit: z.number().describe("`body_too_large`, `image_too_large`: the most that is accepted."),
  actual: z.number().describe("`body_too_large`, `image_too_large`: what this has."),
  unit: z.enum(["bytes", "pixels", "scans"]).describe("The unit of `limit` and `actual`."),
  count: z.int().describe("`multiple_faces`: how many the photo shows."),
  stored: z.string().describe("`model_mismatch`: the embedding's model."),
  expected: z.string().describe("`model_mismatch`: the model in use."),
  face_id: faceIdSchema.describe("The enrolled face that it is about."),
  subject_id: subjectIdSchema.describe("`identity_conflict`: who it is, for keys that may identify."),
});

/** Its codes are those of `errors.ts`; the API's document lists them. */
export const errorAnswerSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string().describe("Stable: programs branch on it."),
      message: z.string().describe("A sentence for people. It may change."),
      details: errorDetailsSchema.partial().optional(),
    }),
    request_id: requestIdSchema,
  })
  .meta({ id: "Error" });

/**
 * Answers as they look on the wire, with its names (snake_case). The service uses the types alone, to which the
 * compiler holds its answers; the schemas are for the API's document and the tests.
 */
import * as z from "zod";
import { landmarkNames } from "../../face/geometry.ts";
import { qualityReasons } from "../../face/quality/quality.ts";
import type { PhotoFormat } from "../../image/sniff.ts";
import { quarterTurns } from "../../image/turn.ts";
import { faceIdSchema, subjectIdSchema } from "./requests.ts";

/** Body that a handler hands over; the request's id is added when it is written. */
export type Body<S extends z.ZodType> = Omit<z.infer<S>, "request_id">;

export const requestIdSchema = z
  .string()
  .describe("Id of the request, as in `X-Request-Id`: yours if you sent one.");

export const timeSchema = z.iso.datetime();

const coordinateSchema = z
  .number()
  .describe("Coordinate in the upright photo, px; the first pixel's centre is 0.5.");

const boxSchema = z
  .strictObject({
    x: coordinateSchema,
    y: coordinateSchema,
    width: z.number().describe("Width, px."),
    height: z.number().describe("Height, px."),
  })
  .describe("Rectangle of the face in the upright photo; it may reach beyond the edge.");
const scoreSchema = z.number().min(0).max(1).describe("Confidence of the detector.");

export const faceSchema = z
  .strictObject({
    box: boxSchema,
    score: scoreSchema,
    turned: z
      .literal([...quarterTurns])
      .describe(
        "Degrees clockwise by which the photo was turned for the face to stand upright. Coordinates are those of the photo as it was sent; left and right are those of the turned one.",
      ),
    landmarks: z
      .array(
        z.strictObject({
          name: z
            .enum(landmarkNames)
            .describe("Name of the landmark, with left and right as seen in the picture."),
          x: coordinateSchema,
          y: coordinateSchema,
        }),
      )
      .length(landmarkNames.length)
      .describe("Eyes, nose and corners of the mouth."),
    quality: z
      .strictObject({
        eye_distance_px: z.number().min(0).describe("Distance between the eyes in the photo as sent, px."),
        sharpness: z
          .number()
          .min(0)
          .describe("Detail of the face relative to its contrast; a blurred or enlarged face has little."),
        brightness: z.number().min(0).max(255).describe("Mean luma of the face."),
        contrast: z.number().min(0).describe("Standard deviation of the face's luma."),
        yaw: z.number().describe("Turn to the side, degrees; positive to the picture's right."),
        pitch: z.number().describe("Turn up or down, degrees; positive up."),
        roll: z.number().describe("Turn in the picture's plane, degrees; positive clockwise."),
        agreement: z.number().min(0).max(1).describe("Agreement of the detector and the landmark model."),
        in_frame: z.number().min(0).max(1).describe("Share of the face's crop inside the photo."),
        recognisability: z
          .number()
          .min(0)
          .max(1)
          .describe(
            "How sure it is that this face's embedding tells whose it is; below 0.5 it is refused as `unrecognizable`.",
          ),
        occlusion: z
          .number()
          .min(0)
          .max(1)
          .describe(
            "Score of the face being covered in part: mask, sunglasses, a hand. Above 0.5 it is not fit to be enrolled (`occluded`).",
          ),
        reasons: z
          .array(z.enum(qualityReasons))
          .describe("Limits that this face does not meet; empty for a good photo."),
      })
      .meta({ id: "Quality", description: "Measures of how fit the face is for comparison." }),
    crop: z
      .string()
      .optional()
      .describe("Aligned face as the encoder saw it, a PNG in base64. Present with `include=crop`."),
  })
  .meta({ id: "Face", description: "The face that was found and used." });

export const imageSchema = z
  .strictObject({
    width: z.int().min(1).describe("Width of the upright photo, px."),
    height: z.int().min(1).describe("Height of the upright photo, px."),
    format: z
      .enum(["jpeg", "png", "webp", "avif"] satisfies PhotoFormat[])
      .describe("Format of the bytes, whatever the request called them."),
  })
  .meta({ id: "Image", description: "The photo, turned upright by its EXIF orientation." });

const modelSchema = z.string().describe("Id of the encoder that made the embeddings.");

const decisionFields = {
  match: z.boolean().describe("True when the distance is at or below the threshold."),
  distance: z
    .number()
    .min(0)
    .optional()
    .describe("Euclidean distance of the two embeddings, 0 to 2. Present with the scope `scores`."),
  band: z
    .enum(["clear_match", "match", "no_match"])
    .describe(
      "`clear_match`: the `fmr` is at most a tenth of the rate asked for. Without the scope `scores` the band is `match` or `no_match`.",
    ),
  threshold: z.number().min(0).max(2).describe("Largest distance that is a match."),
  max_fmr: z.number().describe("False match rate that was asked for, which set the threshold."),
  fmr: z
    .union([z.number(), z.string().regex(/^< /)])
    .optional()
    .describe(
      'Measured probability that a stranger comes this close; `"< x"` where the measured data end. Present with the scope `scores`.',
    ),
  model: modelSchema,
};

export const templateSchema = z
  .strictObject({
    version: z
      .string()
      .describe("Name of the template: it changes when a face joins or leaves, and with the model."),
    photos: z.int().min(1).describe("Number of enrolled photos in it; a photo of somebody else is left out."),
    as_of: timeSchema
      .optional()
      .describe(
        "Time since which a deletion or an enrolment may be missing in it; present where the tenant's `consistency` is `edge`, and then at most `edge_seconds` ago.",
      ),
  })
  .meta({ id: "Template", description: "Template of the subject that the photo was compared with." });

export const newPhotoSchema = z
  .literal(true)
  .optional()
  .describe(
    "Present on a match when the subject's scores have used up two fifths of the room to the threshold: enrol a new photo before the person is refused. Present with the scope `scores`.",
  );

const signal = (text: string) => z.number().describe(text);

const passiveSchema = z
  .strictObject({
    score: z
      .number()
      .min(0)
      .max(1)
      .describe(
        "Evidence of a person against a picture of one: high for a person. A rank, and no probability.",
      ),
    suspected: z
      .boolean()
      .describe("True when the score is below the tenant's `passive_limit`, or below the published one."),
    signals: z
      .strictObject({
        live: signal("Log-odds by which the first network believes in a person."),
        attack: signal("Log-odds by which the second network believes in an attack."),
        grid: signal(
          "Natural logarithm of the height of narrow peaks in the spectrum: moire, a screen's grid, a print's dots.",
        ),
      })
      .describe("Measures that the score is made of."),
  })
  .meta({ id: "Passive", description: "Signs of a picture of a person instead of a person." });

const passiveField = {
  passive: passiveSchema.optional().describe("Present when it was asked for and a photo was sent."),
};

const sentPhotoFields = {
  face: faceSchema.optional().describe("Face in the photo; absent when an embedding was sent."),
  image: imageSchema.optional().describe("The photo; absent when an embedding was sent."),
};

export const consentReceiptSchema = z
  .string()
  .describe(
    "Consent receipt: a JWS that `/.well-known/jwks.json` verifies, with fields as ISO/IEC TS 27560 names them.",
  );

export const enrolmentAnswerSchema = z
  .strictObject({
    face_id: faceIdSchema,
    subject_id: subjectIdSchema,
    ...sentPhotoFields,
    ...passiveField,
    model: modelSchema,
    created_at: timeSchema,
    expires_at: timeSchema
      .optional()
      .describe("Time at which the face will be deleted; absent when none is set."),
    conflicting_face: z
      .literal(true)
      .optional()
      .describe(
        "Present when the photo shows somebody else than the subject's others, and `conflicts=allow` enrolled it.",
      ),
    consent_receipt: consentReceiptSchema.optional(),
    request_id: requestIdSchema,
  })
  .meta({ id: "Enrolment" });

export const embeddingAnswerSchema = z
  .strictObject({
    model: modelSchema,
    dimension: z.int().min(1),
    embedding: z.string().describe("Base64 of `dimension` float32 numbers, little endian, of unit length."),
    evidence: z
      .string()
      .describe(
        "The photo's measures, signed by the service for this tenant and this embedding: keep it beside the embedding, and send both.",
      ),
    face: faceSchema,
    image: imageSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "Embedding" });

const foundFaceSchema = z
  .strictObject({
    box: boxSchema,
    score: scoreSchema,
    counted: z
      .boolean()
      .describe(
        "True when the face counts as a person before the camera: its side is at least the tenant's `background_face_share` of the largest face's.",
      ),
  })
  .meta({ id: "FoundFace" });

export const detectionAnswerSchema = z
  .strictObject({
    face: faceSchema,
    faces: z.array(foundFaceSchema).min(1).describe("Every face that was found, largest first."),
    image: imageSchema,
    ...passiveField,
    request_id: requestIdSchema,
  })
  .meta({ id: "Detection" });

export const verificationAnswerSchema = z
  .strictObject({
    ...decisionFields,
    template: templateSchema
      .optional()
      .describe(
        "Absent in the answer that an earlier version of the service kept under an `Idempotency-Key`.",
      ),
    face_id: faceIdSchema
      .optional()
      .describe(
        "Enrolled face in the template that came closest by itself. Present with the scope `scores`.",
      ),
    new_photo_suggested: newPhotoSchema,
    replayed: z
      .literal(true)
      .optional()
      .describe(
        "Present when the photo matches and is a copy of one that was enrolled or has matched before, where the tenant's `replay` says `warn`.",
      ),
    ...sentPhotoFields,
    ...passiveField,
    receipt: z
      .string()
      .optional()
      .describe("JWS that `/.well-known/jwks.json` verifies; present when it was asked for."),
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
            .describe(
              "Face in the template that came closest by itself. This and the next three fields are present with the scope `scores`.",
            ),
          template: templateSchema.optional(),
          distance: decisionFields.distance,
          fmr: decisionFields.fmr,
        }),
      )
      .describe(
        "Subjects within the threshold: closest first, where faces that are hard to recognise and templates of more photos count as farther, or without the scope `scores` in the order of their ids. Empty when nobody is within it.",
      ),
    more_candidates: z
      .literal(true)
      .optional()
      .describe(
        "True when more subjects than were asked for are within the threshold; absent when there are none. Present without the scope `scores` only.",
      ),
    gallery_size: z.int().min(0).describe("Number of templates that were compared: one for each subject."),
    not_compared: z
      .int()
      .min(1)
      .optional()
      .describe(
        "Number of faces that were not compared, because another model made them; absent when there are none.",
      ),
    threshold: z
      .number()
      .min(0)
      .max(2)
      .describe(
        "Largest distance at which a template of one photo makes its subject a candidate; templates of more photos have another one, for the same rate.",
      ),
    max_fpir: z
      .number()
      .gt(0)
      .lt(1)
      .describe(
        "False positive identification rate: largest share of searches for strangers that name anyone.",
      ),
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
            joined: z
              .literal(true)
              .optional()
              .describe(
                "Present when the face joined by a verification with liveness, and was not enrolled.",
              ),
            conflicting_face: z
              .literal(true)
              .optional()
              .describe(
                "Present when the face showed somebody else than the subject's others as it was enrolled. The template leaves it out while there are others.",
              ),
            expires_at: timeSchema
              .optional()
              .describe("Time at which the face will be deleted; absent when none is set."),
            consent: z
              .strictObject({ version: z.string(), purpose: z.string(), at: timeSchema })
              .optional()
              .describe("Consent of the person, as the enrolment stated it."),
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
    certificate: z
      .string()
      .nullable()
      .describe(
        "Deletion certificate: a JWS that `/.well-known/jwks.json` verifies without end. It says what was deleted, when and by whom, which keys were destroyed, and what remains until when. Null where the deployment's signing key does not open.",
      ),
    request_id: requestIdSchema,
  })
  .meta({ id: "Deletion" });

export const nextCursorSchema = z
  .string()
  .nullable()
  .describe("Cursor of the next page; null on the last page. A page may be short without being the last.");

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
        role: z.string().describe("Role of the model: `encoder`, `detector` or `landmarks`."),
        sha256: z.string().describe("SHA-256 of the model's bytes, hex."),
      }),
    ),
    request_id: requestIdSchema,
  })
  .meta({ id: "Readiness" });

/** Details of an error; its code decides which of them it has. */
const errorDetailsSchema = z.strictObject({
  field: z.string().describe("Part of the request that the error is about."),
  reasons: z.array(z.enum(qualityReasons)).describe("`low_quality`: limits that the face does not meet."),
  found: z.string().describe("`unsupported_media_type`: type that the bytes or the header turned out to be."),
  limit: z.number().describe("`body_too_large`, `image_too_large`: largest value that is accepted."),
  actual: z
    .number()
    .describe("`body_too_large`, `image_too_large`: value of the body or photo that was sent."),
  unit: z.enum(["bytes", "pixels", "scans"]).describe("Unit of `limit` and `actual`."),
  count: z.int().describe("`multiple_faces`: number of faces in the photo."),
  stored: z.string().describe("`model_mismatch`: model of the embedding."),
  expected: z.string().describe("`model_mismatch`: model in use."),
  face_id: faceIdSchema.describe("Enrolled face that the error is about."),
  subject_id: subjectIdSchema.describe(
    "`identity_conflict`: subject as whom the person is enrolled; present for keys that may identify.",
  ),
});

/** Body of an error. Its codes are those of `errors.ts`; the API's document lists them. */
export const errorAnswerSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string().describe("Stable name of the error, for programs to branch on."),
      message: z.string().describe("Sentence for people; its wording may change."),
      details: errorDetailsSchema.partial().optional(),
    }),
    request_id: requestIdSchema,
  })
  .meta({ id: "Error" });

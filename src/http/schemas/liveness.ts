/** Requests and answers of liveness sessions. */
import * as z from "zod";
import { framesAsked, poseNames, posesAsked } from "../../face/liveness/challenge.ts";
import { livenessReasons } from "../../face/liveness/judge.ts";
import {
  comparisonAnswerSchema,
  enrolmentAnswerSchema,
  newPhotoSchema,
  requestIdSchema,
  templateSchema,
  timeSchema,
} from "./answers.ts";
import { enrolmentOptionsSchema, faceIdSchema, verificationOptionsSchema } from "./requests.ts";

export const challengeSchema = z
  .strictObject({
    poses: z
      .array(z.enum(poseNames))
      .length(posesAsked)
      .describe(
        "Poses to take in this order, each after a look into the camera. `left` and `right` are the person's own.",
      ),
    frames: z
      .literal(framesAsked)
      .describe("Number of photos to send: one that looks into the camera, then one for each pose."),
    deadline: timeSchema.describe("Time after which the session takes no frames."),
    tries_left: z.int().min(0).describe("Tries that the session allows, this challenge's included."),
  })
  .meta({ id: "Challenge", description: "Poses that one try of a liveness session must show." });

const sessionFields = {
  session: z
    .string()
    .max(4096)
    .optional()
    .describe("The session's token, where an API key sends the frames; a phone sends it as its own."),
};

export const liveVerificationOptionsSchema = verificationOptionsSchema
  .pick({ receipt: true })
  .extend(sessionFields);

export const liveEnrolmentOptionsSchema = enrolmentOptionsSchema
  .omit({ face: true, include: true, passive: true })
  .extend(sessionFields);

const frameSchema = z.string().describe("A JPEG in base64, or a data URL; at most 2 MiB.");

/** Body of either route as JSON, for the API's document. */
export const framesSchema = z
  .array(frameSchema)
  .length(framesAsked)
  .describe("One photo that looks into the camera, then one for each pose, in order.");

const scoresSchema = z
  .strictObject({
    live: z.boolean().describe("True when every test passed."),
    reasons: z
      .array(z.enum([...livenessReasons, "unfit_frame"]))
      .describe("Tests that failed. `unfit_frame`: a frame shows no face that can be used, or several."),
    relief: z.number().nullable().optional().describe("Log odds that the turned frames show a head."),
    distance_to_first: z.number().optional().describe("Largest distance of a frame from the first."),
    distance: z.number().optional().describe("Largest distance between two frames."),
    surroundings: z.number().optional().describe("Largest change of the surroundings, 0 to 255."),
    clothes: z.number().optional().describe("Largest change of the clothes, 0 to 255."),
    light: z.number().optional().describe("Largest change of the light on the face, 0 to 255."),
    passive: z
      .number()
      .optional()
      .describe("Least passive score of a frame, 0 to 1. Present under the tenant's `passive_limit`."),
  })
  .meta({ id: "Liveness", description: "What the judge found. Present with the scope `scores`." });

const tryFields = {
  tries_left: z.int().min(0).describe("Tries that the session still allows."),
  challenge: challengeSchema
    .optional()
    .describe("Challenge of the next try; absent when none is left or needed."),
  liveness: scoresSchema.optional(),
};

const { match, max_fmr, model, distance, fmr } = comparisonAnswerSchema.shape;

export const liveVerificationAnswerSchema = z
  .strictObject({
    match: match.describe(
      "True when the frames show a living person in one scene who answers the challenge, and that person is enrolled.",
    ),
    max_fmr,
    model,
    template: templateSchema.optional(),
    ...tryFields,
    distance,
    fmr,
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
        "Present when the first frame, or a copy of it, was enrolled or has matched before: on a match where the tenant's `replay.sessions` is `warn`; where it is `refuse` with the scope `scores`, and then it is why there is no match.",
      ),
    receipt: z
      .string()
      .optional()
      .describe("JWS that `/.well-known/jwks.json` verifies; present when it was asked for."),
    request_id: requestIdSchema,
  })
  .meta({ id: "LiveVerification" });

const { face_id, subject_id, created_at, expires_at, conflicting_face, consent_receipt } =
  enrolmentAnswerSchema.shape;

export const liveEnrolmentAnswerSchema = z
  .strictObject({
    enrolled: z
      .boolean()
      .describe("True when the frames answered the challenge, and the first one's face was enrolled."),
    subject_id,
    face_id: face_id.optional(),
    model,
    created_at: created_at.optional(),
    expires_at,
    conflicting_face,
    consent_receipt,
    ...tryFields,
    request_id: requestIdSchema,
  })
  .meta({ id: "LiveEnrolment" });

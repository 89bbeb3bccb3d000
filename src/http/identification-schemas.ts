/** The request and the answer of an identification, on the wire. */
import * as z from "zod";
import {
  decisionOptionsSchema,
  errorAnswerSchema,
  faceIdSchema,
  subjectIdSchema,
  verificationAnswerSchema,
} from "./schemas.ts";

export const defaultMaxCandidates = 5;
const mostCandidates = 50;

const maxCandidatesRule = `must be a whole number from 1 to ${mostCandidates}`;

/** A number, or its text in a query or a form. */
const maxCandidatesSchema = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d{1,3}$/)
        .transform(Number),
    ],
    maxCandidatesRule,
  )
  .pipe(z.int(maxCandidatesRule).min(1, maxCandidatesRule).max(mostCandidates, maxCandidatesRule));

const maxFpirRule = "must be a number between 0 and 1";

/** The false positive identification rate: how often a search for a stranger may answer with anyone. */
export const maxFpirSchema = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^[\d.]+(e-?\d+)?$/i)
        .transform(Number),
    ],
    maxFpirRule,
  )
  .pipe(z.number(maxFpirRule).gt(0, maxFpirRule).lt(1, maxFpirRule));

/** Options of a request that identifies. */
export const identificationOptionsSchema = decisionOptionsSchema.omit({ max_fmr: true }).extend({
  max_candidates: maxCandidatesSchema.optional(),
  max_fpir: maxFpirSchema.optional(),
});

const { shape } = verificationAnswerSchema;

export const identificationAnswerSchema = z.strictObject({
  /** Subjects within the threshold, closest first; empty when nobody is. */
  candidates: z.array(
    z.strictObject({
      subject_id: subjectIdSchema,
      /** The subject's face that came closest; this and the next two are for keys with "scores". */
      face_id: faceIdSchema.optional(),
      distance: z.number().min(0).optional(),
      /** Measured probability that a stranger comes this close in one comparison; "< x" where the data end. */
      fmr: shape.fmr,
    }),
  ),
  /** Faces that were compared. */
  gallery_size: z.int().min(0),
  /** Faces that were not, because another model made them; absent when there are none. */
  not_compared: z.int().min(1).optional(),
  /** A candidate is a subject with a face at or below this distance. */
  threshold: z.number().min(0).max(2),
  /** How often a search for a stranger answers with anyone, at most. */
  max_fpir: z.number().gt(0).lt(1),
  /** Of the photo; absent when an embedding was sent. */
  face: shape.face,
  image: shape.image,
  /** The encoder whose embeddings were compared. */
  model: z.string(),
  request_id: errorAnswerSchema.shape.request_id,
});

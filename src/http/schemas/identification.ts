/** The request of an identification, on the wire. */
import * as z from "zod";
import { decisionOptionsSchema } from "./requests.ts";

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
  .pipe(z.int(maxCandidatesRule).min(1, maxCandidatesRule).max(mostCandidates, maxCandidatesRule))
  .describe(
    `Largest number of subjects to name, default ${defaultMaxCandidates}: the closest ones, or without the scope \`scores\` the first by their ids.`,
  );

const maxFpirRule = "must be a number between 0 and 1";

const maxFpirSchema = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i)
        .transform(Number),
    ],
    maxFpirRule,
  )
  .pipe(z.number(maxFpirRule).gt(0, maxFpirRule).lt(1, maxFpirRule))
  .describe(
    "False positive identification rate: largest share of searches for strangers that may name anyone. Only a key with the scope `scores` may choose it.",
  );

/** Options of a request that identifies. */
export const identificationOptionsSchema = decisionOptionsSchema.omit({ max_fmr: true }).extend({
  max_candidates: maxCandidatesSchema.optional(),
  max_fpir: maxFpirSchema.optional(),
});

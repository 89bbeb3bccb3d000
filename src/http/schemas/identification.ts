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
    `The most subjects to be named, ${defaultMaxCandidates} unless it says so: the closest, or without the scope \`scores\` the first by their ids.`,
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
    "The false positive identification rate: how often a search for a stranger may answer with anyone. To choose it a key needs the scope `scores`.",
  );

/** Options of a request that identifies. */
export const identificationOptionsSchema = decisionOptionsSchema.omit({ max_fmr: true }).extend({
  max_candidates: maxCandidatesSchema.optional(),
  max_fpir: maxFpirSchema.optional(),
});

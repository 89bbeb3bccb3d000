/** A decision in its wire form, limited to the fields that the caller may see. */
import type { CalibratedDecision } from "../face/decision/decide.ts";
import type { RateChoice } from "../trust/rates/rate-choice.ts";

export function decisionBody(
  { match, distance, threshold, ordinaryThreshold, maxFmr, fmr }: CalibratedDecision,
  { tellsScores, clearFmr }: Pick<RateChoice, "tellsScores" | "clearFmr">,
) {
  const clear = match && clearFmr !== undefined && fmr.fmr <= clearFmr;
  const band = clear ? ("clear_match" as const) : match ? ("match" as const) : ("no_match" as const);
  const common = { match, band, max_fmr: maxFmr };
  // The distance by which two faces must come closer depends on the enrolled one, so it is not told.
  if (!tellsScores) return { ...common, threshold: ordinaryThreshold };
  const rate = Number(fmr.fmr.toPrecision(3));
  // A millionth is finer than the difference between any two devices' arithmetic.
  return {
    ...common,
    threshold,
    distance: Number(distance.toFixed(6)),
    fmr: fmr.bounded ? `< ${rate}` : rate,
  };
}

/** A decision in its wire form, limited to the fields that the caller may see. */
import type { CalibratedDecision } from "../face/decide.ts";
import type { RateChoice } from "../trust/rates/rate-choice.ts";

export function decisionBody(
  { match, distance, threshold, maxFmr, fmr }: CalibratedDecision,
  { tellsScores, clearFmr }: Pick<RateChoice, "tellsScores" | "clearFmr">,
) {
  const clear = match && clearFmr !== undefined && fmr.fmr <= clearFmr;
  const band = clear ? ("clear_match" as const) : match ? ("match" as const) : ("no_match" as const);
  const common = { match, band, threshold, max_fmr: maxFmr };
  if (!tellsScores) return common;
  const rate = Number(fmr.fmr.toPrecision(3));
  // A millionth is finer than the difference between any two devices' arithmetic.
  return { ...common, distance: Number(distance.toFixed(6)), fmr: fmr.bounded ? `< ${rate}` : rate };
}

/** A decision in its wire form, limited to the fields that the caller may see. */
import type { FalseMatchRate } from "../face/decision/calibration.ts";
import type { CalibratedDecision } from "../face/decision/decide.ts";
import type { RateChoice } from "../trust/rates/rate-choice.ts";

/**
 * Returns the threshold that the caller may see: without scores the one for ordinary faces, since the distance by which
 * two faces must come closer depends on the enrolled one.
 */
export function toldThreshold(
  { threshold, ordinaryThreshold }: Pick<CalibratedDecision, "threshold" | "ordinaryThreshold">,
  { tellsScores }: Pick<RateChoice, "tellsScores">,
): number {
  return distanceBody(tellsScores ? threshold : ordinaryThreshold);
}

export function decisionBody(
  decision: CalibratedDecision,
  choice: Pick<RateChoice, "tellsScores" | "clearFmr">,
) {
  const { match, distance, maxFmr, fmr } = decision;
  const { tellsScores, clearFmr } = choice;
  const clear = match && clearFmr !== undefined && fmr.fmr <= clearFmr;
  const band = clear ? ("clear_match" as const) : match ? ("match" as const) : ("no_match" as const);
  const common = { match, band, max_fmr: maxFmr, threshold: toldThreshold(decision, choice) };
  if (!tellsScores) return common;
  return { ...common, distance: distanceBody(distance), fmr: rateBody(fmr) };
}

/** Rounds a distance, or a threshold of distances, to a millionth, which is finer than the difference between any two devices' arithmetic. */
export function distanceBody(distance: number): number {
  return Number(distance.toFixed(6));
}

/** Rounds the rate of a search to six significant digits, within which a caller may send it back. */
export function searchRateBody(rate: number): number {
  return Number(rate.toPrecision(6));
}

/** Writes a false match rate to three digits, with a "<" below the lowest rate that was measured. */
export function rateBody({ fmr, bounded }: FalseMatchRate): number | string {
  const rate = Number(fmr.toPrecision(3));
  return bounded ? `< ${rate}` : rate;
}

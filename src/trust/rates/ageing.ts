/** Says when a person's scores have fallen so far that a new photo should be enrolled. */
import { type Calibration, nearerBy, thresholdAt } from "../../face/decision/calibration.ts";
import { countScore, isAgeing, type ScoreTrend } from "../../identity/score-trend.ts";
import type { RateRules } from "../../identity/settings.ts";
import type { Comparison } from "../../identity/templates/comparison.ts";

/** Returns the score of a comparison: its distance as if the template were one ordinary photo. */
export function scoreOf(
  calibration: Pick<Calibration, "templates">,
  { distance, closer, photos }: Pick<Comparison, "distance" | "closer" | "photos">,
): number {
  return distance + closer + nearerBy(calibration, photos);
}

/** Returns the threshold by which scores are judged, that of the tenant's own rate; undefined for an uncalibrated rate. */
function scoreThreshold(calibration: Calibration, { maxFmr }: Pick<RateRules, "maxFmr">): number | undefined {
  const threshold = thresholdAt(calibration, maxFmr);
  return threshold.ok ? threshold.value : undefined;
}

/** True when a new photo should be enrolled, with this match counted. */
export function suggestsPhoto(
  calibration: Calibration,
  rules: Pick<RateRules, "maxFmr">,
  trend: ScoreTrend | undefined,
  score: number,
): boolean {
  const threshold = scoreThreshold(calibration, rules);
  return threshold !== undefined && isAgeing(countScore(trend, score), threshold);
}

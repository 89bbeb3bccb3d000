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

/** True when a new photo should be enrolled, with this match counted, by the threshold of the tenant's own rate. */
export function suggestsPhoto(
  calibration: Calibration,
  { maxFmr }: Pick<RateRules, "maxFmr">,
  trend: ScoreTrend | undefined,
  score: number,
): boolean {
  const threshold = thresholdAt(calibration, maxFmr);
  return threshold.ok && isAgeing(countScore(trend, score), threshold.value);
}

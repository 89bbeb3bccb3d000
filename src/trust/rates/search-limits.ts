/** Limits of a caller's search, its threshold and the order of its answers, from the rate that was chosen. */
import { ok, type Result } from "../../errors.ts";
import { type Calibration, nearerBy } from "../../face/decision/calibration.ts";
import { type GalleryThreshold, thresholdForGallery } from "../../face/decision/gallery-threshold.ts";
import type { TenantSettings } from "../../identity/settings.ts";
import type { SearchOptions } from "../../identity/store/store.ts";
import type { RateChoice } from "./rate-choice.ts";

export interface SearchLimits
  extends GalleryThreshold,
    Pick<SearchOptions, "order" | "maxDistance" | "nearer"> {}

/**
 * Computes the limits.
 *
 * @param templates number of templates that are compared
 *
 * Fails as `thresholdForGallery` does.
 */
export function searchLimits(
  calibration: Calibration,
  templates: number,
  { maxFmr, maxFpir, ceilingFmr, tellsScores }: RateChoice,
  settings: Pick<TenantSettings, "maxFpir">,
): Result<SearchLimits> {
  const limits = thresholdForGallery(calibration, templates, {
    asked: maxFpir,
    defaultMaxFpir: settings.maxFpir,
    maxFmr,
    ceilingFmr,
    // Exact thresholds would tell distances: enrolments move the threshold, and enrolled faces of known places measure
    // by the order.
    inDecades: !tellsScores,
  });
  if (!limits.ok) return limits;
  const { threshold } = limits.value;
  return ok({
    ...limits.value,
    maxDistance: threshold,
    nearer: nearerBy(calibration, Number.POSITIVE_INFINITY),
    order: tellsScores ? "closest" : "subject_id",
  });
}

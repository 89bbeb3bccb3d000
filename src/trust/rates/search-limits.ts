/** Limits of a caller's search, its threshold and the order of its answers, from the rate that was chosen. */
import { ok, type Result } from "../../errors.ts";
import { type Calibration, thresholdAt } from "../../face/decision/calibration.ts";
import { type GalleryThreshold, thresholdForGallery } from "../../face/decision/gallery-threshold.ts";
import type { TenantSettings } from "../../identity/settings.ts";
import type { SearchOptions } from "../../identity/store/store.ts";
import type { RateChoice } from "./rate-choice.ts";

export interface SearchLimits
  extends GalleryThreshold,
    Pick<SearchOptions, "order" | "maxDistance" | "closerByPhotos"> {}

/** Thresholds of one rate for templates of 1, 2 and more photos, as a search takes them. */
type PhotoLimits = Pick<SearchOptions, "maxDistance" | "closerByPhotos">;

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
  const { measuredDownTo, templates: curves = [] } = calibration;
  // A rate has to be measured for every number of photos.
  const lowest = Math.max(measuredDownTo, ...curves.map((curve) => curve.measuredDownTo));
  const limits = thresholdForGallery({ ...calibration, measuredDownTo: lowest }, templates, {
    asked: maxFpir,
    defaultMaxFpir: settings.maxFpir,
    maxFmr,
    ceilingFmr,
    // Exact thresholds would tell distances: enrolments move the threshold, and enrolled faces of known places measure
    // by the order.
    inDecades: !tellsScores,
  });
  if (!limits.ok) return limits;
  const byPhotos = photoLimits(calibration, limits.value.fmr);
  if (!byPhotos.ok) return byPhotos;
  return ok({ ...limits.value, ...byPhotos.value, order: tellsScores ? "closest" : "subject_id" });
}

/** Returns the thresholds of a rate for each number of photos. Fails as `thresholdAt` does. */
export function photoLimits(calibration: Calibration, fmr: number): Result<PhotoLimits> {
  const thresholds: number[] = [];
  for (let photos = 1; photos <= 1 + (calibration.templates?.length ?? 0); photos++) {
    const threshold = thresholdAt(calibration, fmr, { photos });
    if (!threshold.ok) return threshold;
    thresholds.push(threshold.value);
  }
  const maxDistance = Math.max(...thresholds);
  return ok({ maxDistance, closerByPhotos: thresholds.map((threshold) => maxDistance - threshold) });
}

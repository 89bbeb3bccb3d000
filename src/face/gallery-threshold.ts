/**
 * From a promised false positive identification rate to the threshold of one comparison.
 *
 * FPIR is the probability that a search for somebody who is not enrolled answers with anyone (ISO/IEC
 * 19795-1). A stranger has as many chances as there are faces: with comparisons that err independently
 * at rate f, FPIR = 1 - (1 - f)^N. What faces have in common makes it smaller, not larger.
 */
import { fail, ok, type Result } from "../errors.ts";
import { type Calibration, thresholdAt } from "./calibration.ts";

export interface GalleryThreshold {
  /** A candidate lies at or below this distance. */
  readonly threshold: number;
  /** The rate that it keeps. */
  readonly maxFpir: number;
}

/** Of a search that names no rate. */
export interface SearchDefaults {
  readonly maxFpir: number;
  /** Of one comparison: in a small gallery a search is no laxer than a verification. */
  readonly maxFmr: number;
}

/**
 * The rate asked for is kept or refused. Where none was, it is the default's, or the lowest that the
 * measured data reach with so many faces, which is higher: the answer says which.
 *
 * @param faces in the gallery
 * @param asked 0..1, both excluded
 *
 * Fails with `invalid_request` (field `max_fpir`) where the data do not reach what was asked for.
 */
export function thresholdForGallery(
  calibration: Calibration,
  faces: number,
  asked: number | undefined,
  defaults: SearchDefaults,
): Result<GalleryThreshold> {
  const comparisons = Math.max(1, faces);
  const { fmrTable, measuredDownTo } = calibration;
  const lowest = galleryRate(measuredDownTo, comparisons);
  const byDefault = Math.min(defaults.maxFpir, galleryRate(defaults.maxFmr, comparisons));
  const maxFpir = asked ?? Math.max(byDefault, lowest);
  // Written so that NaN fails too.
  if (!(maxFpir >= lowest && maxFpir < 1)) {
    const reason = `With ${faces} faces enrolled, max_fpir must lie between ${roundedUp(lowest)} and 1: false match rates below ${measuredDownTo} were not measured.`;
    return fail({ code: "invalid_request", field: "max_fpir", reason });
  }
  const share = comparisonRate(maxFpir, comparisons);
  const highest = fmrTable[fmrTable.length - 1][1];
  // Rounding must not take it out of the table; a lower rate than asked for is kept with it.
  const threshold = thresholdAt(calibration, Math.min(highest, Math.max(measuredDownTo, share)));
  return threshold.ok ? ok({ threshold: threshold.value, maxFpir }) : threshold;
}

/** 1 - (1 - fmr)^comparisons, without losing the digits of small rates. */
export function galleryRate(fmr: number, comparisons: number): number {
  return -Math.expm1(comparisons * Math.log1p(-fmr));
}

/** The inverse of `galleryRate`. */
export function comparisonRate(fpir: number, comparisons: number): number {
  return -Math.expm1(Math.log1p(-fpir) / comparisons);
}

/** Two significant digits that keep the promise. */
function roundedUp(rate: number): number {
  const digits = Number(rate.toPrecision(2));
  return digits >= rate ? digits : Number((rate * 1.05).toPrecision(2));
}

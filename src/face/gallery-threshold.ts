/**
 * From a promised false positive identification rate to the threshold of one comparison.
 *
 * FPIR is the probability that a search for somebody who is not enrolled answers with anyone (ISO/IEC
 * 19795-1). A stranger has as many chances as there are faces: with comparisons that err independently
 * at rate f, FPIR = 1 - (1 - f)^N. What faces have in common makes it smaller, not larger.
 */
import { fail, ok, type Result } from "../errors.ts";
import { type Calibration, thresholdAt } from "./calibration.ts";
import { decadeBelow } from "./decades.ts";

export interface GalleryThreshold {
  /** A candidate lies at or below this distance. */
  readonly threshold: number;
  /** The rate that it keeps. */
  readonly maxFpir: number;
}

export interface SearchRates {
  /** Asked for, 0..1, both excluded; undefined for the default. */
  readonly asked: number | undefined;
  /** Of a search that names no rate. */
  readonly defaultMaxFpir: number;
  /** Of one comparison in it: in a small gallery a search is no laxer than a verification. */
  readonly maxFmr: number;
  /** No comparison is laxer, whatever was asked for; infinite for no limit. */
  readonly ceilingFmr: number;
  /**
   * Whether the rate of one comparison is rounded down to a decade of `maxFmr`: as the gallery grows the
   * threshold then stays, and leaps a few times in all.
   */
  readonly inDecades: boolean;
}

/**
 * The rate asked for is kept or refused. Where none was, it is the default's, or the lowest that the
 * measured data reach with so many faces, which is higher: the answer says which.
 *
 * @param faces in the gallery
 *
 * Fails with `invalid_request` (field `max_fpir`) where the data do not reach what was asked for.
 */
export function thresholdForGallery(
  calibration: Calibration,
  faces: number,
  { asked, defaultMaxFpir, maxFmr, ceilingFmr, inDecades }: SearchRates,
): Result<GalleryThreshold> {
  const comparisons = Math.max(1, faces);
  const { fmrTable, measuredDownTo } = calibration;
  const lowest = galleryRate(measuredDownTo, comparisons);
  const byDefault = Math.min(defaultMaxFpir, galleryRate(maxFmr, comparisons));
  const maxFpir = asked ?? Math.max(byDefault, lowest);
  // Written so that NaN fails too.
  if (!(maxFpir >= lowest && maxFpir < 1)) {
    const reason = `With ${faces} faces enrolled, "max_fpir" must lie between ${roundedUp(lowest)} and 1: false match rates below ${measuredDownTo} were not measured.`;
    return fail({ code: "invalid_request", field: "max_fpir", reason });
  }
  const share = comparisonRate(maxFpir, comparisons);
  const fmr = inDecades ? decadeBelow(maxFmr, share) : share;
  const highest = Math.min(ceilingFmr, fmrTable[fmrTable.length - 1][1]);
  // Rounding must not take it out of the table; a lower rate than asked for is kept with it.
  const kept = Math.min(highest, Math.max(measuredDownTo, fmr));
  const threshold = thresholdAt(calibration, kept);
  if (!threshold.ok) return threshold;
  return ok({ threshold: threshold.value, maxFpir: inDecades ? galleryRate(kept, comparisons) : maxFpir });
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

/**
 * Conversion of a false positive identification rate to the threshold of one comparison.
 *
 * FPIR is the probability that a search for a person who is not enrolled names anyone (ISO/IEC 19795-1). A stranger
 * has as many chances as there are faces: with comparisons that err independently at rate f, FPIR = 1 - (1 - f)^N.
 * Similar faces make it smaller, not larger.
 */
import { fail, ok, type Result } from "../../errors.ts";
import { type Calibration, thresholdAt } from "./calibration.ts";
import { decadeBelow } from "./decades.ts";

export interface GalleryThreshold {
  /** Distance at or below which a template of one photo is a candidate. */
  readonly threshold: number;
  /** Rate of one comparison at that threshold; templates of several photos have another threshold for it. */
  readonly fmr: number;
  /** Rate of the search at that threshold. */
  readonly maxFpir: number;
}

export interface SearchRates {
  /** Rate that the request names, 0..1, both excluded; undefined for the default. */
  readonly asked: number | undefined;
  /** Rate of a search whose request names none. */
  readonly defaultMaxFpir: number;
  /** Laxest rate of one comparison in such a search: in a small gallery a search is no laxer than a verification. */
  readonly maxFmr: number;
  /** Laxest rate of one comparison whatever the request asks; infinite for no limit. */
  readonly ceilingFmr: number;
  /**
   * True when the rate of one comparison is rounded down to a decade of `maxFmr`, so that the threshold stays the
   * same as the gallery grows and changes only a few times in all.
   */
  readonly inDecades: boolean;
}

/**
 * Returns the threshold that holds the rate asked for, or fails. Without a rate in the request it holds the default
 * or, where that is higher, the lowest rate that the measured data support with so many faces; the result says which.
 *
 * @param faces in the gallery
 *
 * Fails with `invalid_request` (field `max_fpir`) when the data do not support the rate asked for.
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
  // A rate that was answered comes back with six significant digits. The condition is written so that NaN fails too.
  if (!(maxFpir >= lowest * (1 - 5e-6) && maxFpir < 1)) {
    const reason = `With ${faces} faces enrolled, "max_fpir" must lie between ${roundedUp(lowest)} and 1: false match rates below ${measuredDownTo} were not measured.`;
    return fail({ code: "invalid_request", field: "max_fpir", reason });
  }
  const share = comparisonRate(maxFpir, comparisons);
  const fmr = inDecades ? decadeBelow(maxFmr, share) : share;
  const highest = Math.min(ceilingFmr, fmrTable[fmrTable.length - 1][1]);
  // Rounding must not leave the table; a rate lower than asked for holds the promise too.
  const kept = Math.min(highest, Math.max(measuredDownTo, fmr));
  const threshold = thresholdAt(calibration, kept);
  if (!threshold.ok) return threshold;
  return ok({
    threshold: threshold.value,
    fmr: kept,
    maxFpir: inDecades ? galleryRate(kept, comparisons) : maxFpir,
  });
}

/** Returns 1 - (1 - fmr)^comparisons without losing the digits of small rates. */
export function galleryRate(fmr: number, comparisons: number): number {
  return -Math.expm1(comparisons * Math.log1p(-fmr));
}

/** The inverse of `galleryRate`. */
export function comparisonRate(fpir: number, comparisons: number): number {
  return -Math.expm1(Math.log1p(-fpir) / comparisons);
}

/** Rounds up to two significant digits, which keeps the promise. */
function roundedUp(rate: number): number {
  const digits = Number(rate.toPrecision(2));
  return digits >= rate ? digits : Number((rate * 1.05).toPrecision(2));
}

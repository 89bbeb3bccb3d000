/**
 * Conversion of a false match rate to a threshold, and of a distance to its false match rate.
 *
 * The table was fitted offline to the distances between strangers (model/calibrate). Between two knots, log FMR is a
 * straight line over distance, so both directions are exact inverses. A template of several photos is decided like a single
 * photo that must come closer, by the same distance at every rate. Below the lowest measured rate nothing is extrapolated: a
 * threshold is refused, and a rate becomes an upper bound.
 */
import { fail, ok, type Result } from "../../errors.ts";

/** One knot: the share of pairs of strangers at or below this distance, with its 95 % interval. */
export type FmrKnot = readonly [distance: number, fmr: number, low: number, high: number];

/** Calibration of one encoder; an entry of the manifest's `calibration`, under the encoder's id. */
export interface Calibration {
  /** SHA-256 of the encoder's bytes, hex: another build's distances have other rates. */
  readonly modelSha256: string;
  /**
   * Rates between two photos, each a template of one. Two knots or more, with distance and FMR both strictly ascending.
   */
  readonly fmrTable: readonly FmrKnot[];
  /** Lowest FMR that the data support; not below the table's first. */
  readonly measuredDownTo: number;
  /** Missing in a calibration from before there were templates: `cautiousNearer` stands in. */
  readonly templates?: TemplateShift;
}

/** Strangers' distances to the mean of several photos, compared with those to one photo. */
export interface TemplateShift {
  /**
   * Distance by which strangers come closer to the mean of ever more photos than to one of them, at the same rate. To the
   * mean of n photos it is `nearer` (1 - 1/n), as measured for 2 to 5 photos.
   */
  readonly nearer: number;
}

/** Half as much again as was measured for the shipped encoder. */
const cautiousNearer = 0.03;

/**
 * Distances between photos of one person and between photos of two people; an entry's `distances`. No decision uses
 * it.
 */
export interface DistanceHistograms {
  /** Width of a bin; the first begins at distance 0, the last ends at 2. */
  readonly binWidth: number;
  /** Share of the pairs in each bin. */
  readonly genuine: readonly number[];
  readonly impostor: readonly number[];
}

/**
 * Checks an entry of the manifest. Throws when it is not a calibration of this very encoder: such a build is broken,
 * and no threshold is better than a wrong one.
 *
 * @param modelSha256 of the encoder in use, hex
 */
export function parseCalibration(entry: unknown, modelSha256: string): Calibration {
  const found = (entry ?? {}) as Partial<Record<keyof Calibration, unknown>>;
  if (found.modelSha256 !== modelSha256) throw new Error("the encoder in use is not calibrated");
  const { fmrTable, measuredDownTo } = found;
  if (!isRising(fmrTable) || typeof measuredDownTo !== "number" || !(measuredDownTo >= fmrTable[0][1])) {
    throw new Error("the encoder's calibration is not a rising table");
  }
  if (found.templates === undefined) return { modelSha256, fmrTable, measuredDownTo };
  const { nearer } = (found.templates ?? {}) as Partial<Record<keyof TemplateShift, unknown>>;
  // Written so that NaN fails too.
  if (!(typeof nearer === "number" && nearer >= 0 && nearer < 1)) {
    throw new Error("the encoder's calibration of templates is not a distance");
  }
  return { modelSha256, fmrTable, measuredDownTo, templates: { nearer } };
}

/**
 * Returns the distance by which a template of this many photos must come closer to a probe than a single photo must, for
 * the same false match rate: 0 for one photo. Throws for less than one.
 */
export function nearerBy({ templates }: Pick<Calibration, "templates">, photos: number): number {
  if (!(photos >= 1)) throw new RangeError(`a template of ${photos} photos`);
  return (templates?.nearer ?? cautiousNearer) * (1 - 1 / photos);
}

function isRising(table: unknown): table is readonly FmrKnot[] {
  if (!Array.isArray(table) || table.length < 2) return false;
  return table.every((knot: unknown, index) => {
    if (!isKnot(knot)) return false;
    const [distance, fmr] = knot;
    return index === 0 ? fmr > 0 : distance > table[index - 1][0] && fmr > table[index - 1][1];
  });
}

function isKnot(knot: unknown): knot is FmrKnot {
  if (!Array.isArray(knot) || knot.length !== 4 || !knot.every(Number.isFinite)) return false;
  const [distance, ...rates] = knot;
  return distance >= 0 && distance <= 2 && rates.every((rate) => rate >= 0 && rate <= 1);
}

export interface FalseMatchRate {
  /** Probability that a stranger comes at least this close, 0..1. */
  readonly fmr: number;
  /** True when the distance is below the measured data: the rate is smaller than `fmr`, by an unknown amount. */
  readonly bounded: boolean;
}

/**
 * Returns the largest distance whose FMR does not exceed `maxFmr`.
 *
 * Fails with `invalid_request` for a rate that the table does not cover or the data do not support.
 *
 * @param photos number of photos in the template
 * @param field the caller's name for the rate
 */
export function thresholdAt(
  calibration: Calibration,
  maxFmr: number,
  { photos = 1, field = "max_fmr" }: { readonly photos?: number; readonly field?: string } = {},
): Result<number> {
  const { fmrTable, measuredDownTo } = calibration;
  const highest = fmrTable[fmrTable.length - 1][1];
  // Written so that NaN fails too.
  if (!(maxFmr >= measuredDownTo && maxFmr <= highest)) {
    const reason = `"${field}" must lie between ${rounded(measuredDownTo)} and ${rounded(highest)}, the rates that were measured.`;
    return fail({ code: "invalid_request", field, reason });
  }
  const above = Math.max(
    1,
    fmrTable.findIndex(([, fmr]) => fmr >= maxFmr),
  );
  const [start, lower] = fmrTable[above - 1];
  const [end, higher] = fmrTable[above];
  const share = Math.log(maxFmr / lower) / Math.log(higher / lower);
  const single = start + share * (end - start);
  return ok(Math.max(0, single - nearerBy(calibration, photos)));
}

/**
 * Returns the false match rate that a threshold at `distance` would have. Beyond the table's end it is 1: such a
 * distance is no evidence.
 *
 * @param distance 0..2; NaN throws
 * @param photos number of photos in the template
 */
export function fmrAt(calibration: Calibration, distance: number, photos = 1): FalseMatchRate {
  if (Number.isNaN(distance)) throw new RangeError("distance is not a number");
  const { fmrTable, measuredDownTo } = calibration;
  const single = distance + nearerBy(calibration, photos);
  const above = fmrTable.findIndex(([knot]) => knot >= single);
  if (above === -1) return { fmr: 1, bounded: false };
  if (above === 0) return { fmr: measuredDownTo, bounded: true };
  const [start, lower] = fmrTable[above - 1];
  const [end, higher] = fmrTable[above];
  const fmr = lower * (higher / lower) ** ((single - start) / (end - start));
  return fmr < measuredDownTo ? { fmr: measuredDownTo, bounded: true } : { fmr, bounded: false };
}

/** Two significant digits, so that a bound reads as one. */
function rounded(rate: number): string {
  return Number(rate.toPrecision(2)).toString();
}

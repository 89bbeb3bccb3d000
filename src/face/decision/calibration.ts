/**
 * Conversion of a false match rate to a threshold, and of a distance to its false match rate.
 *
 * The table was fitted offline to the distances between strangers (model/calibrate). Between two knots, log FMR is a
 * straight line over distance, so both directions are exact inverses. Below the lowest measured rate nothing is
 * extrapolated: a threshold is refused, and a rate becomes an upper bound.
 */
import { fail, ok, type Result } from "../../errors.ts";

/** One knot: the share of pairs of strangers at or below this distance, with its 95 % interval. */
export type FmrKnot = readonly [distance: number, fmr: number, low: number, high: number];

/** Rates at which strangers come close to templates of one kind. */
export interface FmrCurve {
  /** Two knots or more, with distance and FMR both strictly ascending. */
  readonly fmrTable: readonly FmrKnot[];
  /** Lowest FMR that the data support; not below the table's first. */
  readonly measuredDownTo: number;
}

/** Curve of templates that are the mean of several photos: src/face/template.ts. */
export interface TemplateCurve extends FmrCurve {
  /** Number of photos, 2 or more; the last curve counts for templates of more photos too. */
  readonly photos: number;
}

/**
 * Calibration of one encoder; an entry of the manifest's `calibration`, under the encoder's id. Its own curve is that of
 * two photos, each a template of one.
 */
export interface Calibration extends FmrCurve {
  /** SHA-256 of the encoder's bytes, hex: another build's distances have other rates. */
  readonly modelSha256: string;
  /**
   * Curves of templates of two photos and of three or more, in this order. A calibration from before there were templates
   * has none, and the curve of single photos stands in.
   */
  readonly templates?: readonly TemplateCurve[];
}

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
  const { templates } = found;
  if (templates === undefined) return { modelSha256, ...parseCurve(found) };
  if (!Array.isArray(templates)) throw new Error("the encoder's calibration of templates is no list");
  const curves = templates.map((curve: Partial<Record<keyof TemplateCurve, unknown>>, index) => {
    const { photos } = curve;
    if (photos !== index + 2) throw new Error("the encoder's calibration of templates is not by photos");
    return { photos, ...parseCurve(curve) };
  });
  return { modelSha256, ...parseCurve(found), templates: curves };
}

function parseCurve({ fmrTable, measuredDownTo }: Partial<Record<keyof FmrCurve, unknown>>): FmrCurve {
  if (!isRising(fmrTable) || typeof measuredDownTo !== "number" || !(measuredDownTo >= fmrTable[0][1])) {
    throw new Error("the encoder's calibration is not a rising table");
  }
  return { fmrTable, measuredDownTo };
}

/** Returns the curve of templates of this many photos. Throws for less than one. */
function curveOf(calibration: Calibration, photos: number): FmrCurve {
  if (!(photos >= 1)) throw new RangeError(`a template of ${photos} photos`);
  const { templates = [] } = calibration;
  return templates[Math.min(photos - 1, templates.length) - 1] ?? calibration;
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
  const { fmrTable, measuredDownTo } = curveOf(calibration, photos);
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
  const [nearer, lower] = fmrTable[above - 1];
  const [farther, higher] = fmrTable[above];
  const share = Math.log(maxFmr / lower) / Math.log(higher / lower);
  return ok(nearer + share * (farther - nearer));
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
  const { fmrTable, measuredDownTo } = curveOf(calibration, photos);
  const above = fmrTable.findIndex(([knot]) => knot >= distance);
  if (above === -1) return { fmr: 1, bounded: false };
  if (above === 0) return { fmr: measuredDownTo, bounded: true };
  const [nearer, lower] = fmrTable[above - 1];
  const [farther, higher] = fmrTable[above];
  const fmr = lower * (higher / lower) ** ((distance - nearer) / (farther - nearer));
  return fmr < measuredDownTo ? { fmr: measuredDownTo, bounded: true } : { fmr, bounded: false };
}

/** Two significant digits, so that a bound reads as one. */
function rounded(rate: number): string {
  return Number(rate.toPrecision(2)).toString();
}

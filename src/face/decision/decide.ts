/**
 * Distance and decision. D = ||a - b||2 of unit vectors lies in [0, 2]; D^2 = 2 - 2 cos.
 * Anything that is not a finite distance between embeddings of one model is a failure, never a score.
 */
import { fail, ok, type Result } from "../../errors.ts";
import type { Embedding } from "../embedding.ts";
import { type Calibration, type FalseMatchRate, fmrAt, thresholdAt } from "./calibration.ts";

/** Tolerance of a vector's length, far above the rounding of float32 storage. */
const unitTolerance = 1e-3;

export interface Decision {
  readonly match: boolean;
  /** Euclidean, 0..2. */
  readonly distance: number;
  /** A distance at or below this is a match. */
  readonly threshold: number;
}

/** Euclidean distance of two embeddings. Fails with `model_mismatch` when their models or lengths differ. */
export function distance(a: Embedding, b: Embedding): Result<number> {
  if (a.model !== b.model || a.values.length !== b.values.length) {
    return fail({ code: "model_mismatch", stored: describe(a), expected: describe(b) });
  }
  let sum = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let i = 0; i < a.values.length; i++) {
    const x = a.values[i];
    const y = b.values[i];
    sum += (x - y) * (x - y);
    lengthA += x * x;
    lengthB += y * y;
  }
  // The condition is written so that NaN fails too.
  if (!(Math.abs(lengthA - 1) <= unitTolerance && Math.abs(lengthB - 1) <= unitTolerance)) {
    return fail({ code: "model_mismatch", stored: "not a unit vector", expected: describe(b) });
  }
  return ok(Math.sqrt(sum));
}

/** Decides by a threshold. A threshold outside [0, 2], or NaN, is a bug of the configuration and throws. */
export function decide(distance: number, threshold: number): Decision {
  if (!(threshold >= 0 && threshold <= 2)) throw new RangeError(`threshold ${threshold} is outside [0, 2]`);
  if (!(distance >= 0 && distance <= 2 + unitTolerance)) throw new RangeError("distance is outside [0, 2]");
  return { match: distance <= threshold, distance, threshold };
}

/** A decision at the false match rate that the caller chose. */
export interface CalibratedDecision extends Decision {
  /** The rate asked for, which set the threshold. */
  readonly maxFmr: number;
  /** The rate's threshold for ordinary faces; `threshold` is lower where these two need to come closer. */
  readonly ordinaryThreshold: number;
  /** The rate at which strangers come this close. */
  readonly fmr: FalseMatchRate;
}

/**
 * Decides by the distance to a template. The template's number of photos says which rates its distances have: no rate is
 * divided among photos.
 *
 * Fails with `invalid_request` for a rate that the calibration does not cover.
 *
 * @param photos number of photos in the template; 1 for two faces
 * @param closer distance by which these two must come closer than ordinary ones, from `toleranceOf` or `closerOf`
 */
export function decideAtFmr(
  calibration: Calibration,
  distance: number,
  maxFmr: number,
  photos: number,
  closer = 0,
): Result<CalibratedDecision> {
  const threshold = thresholdAt(calibration, maxFmr, { photos });
  if (!threshold.ok) return threshold;
  return ok({
    ...decide(distance, Math.max(0, threshold.value - closer)),
    maxFmr,
    ordinaryThreshold: threshold.value,
    fmr: fmrAt(calibration, distance + closer, photos),
  });
}

function describe({ model, values }: Embedding): string {
  return `${model} (${values.length})`;
}

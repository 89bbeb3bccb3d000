/** Limits of the judge for the encoder in use. */
import { ok, type Result } from "../../errors.ts";
import { type Calibration, thresholdAt } from "../decision/calibration.ts";
import type { LivenessLimits } from "./judge.ts";
import { reliefModel } from "./relief-model.ts";

/**
 * False match rate at which each frame must show the first frame's person. It is laxer than a verification's, because
 * the other frames are turned, and because a stranger would need to pass with all of them.
 */
const rateToFirst = 1e-2;
/**
 * False match rate at which a face that is hard to recognise surely is the first frame's, so that no other is looked for in
 * its place. At `rateToFirst` what is no face may be near by chance.
 */
const rateOfSought = 1e-4;

/** Returns the limits. Fails with `invalid_request` where the calibration does not cover `rateToFirst`. */
export function livenessLimitsOf(calibration: Calibration): Result<LivenessLimits> {
  const toFirst = thresholdAt(calibration, rateToFirst);
  if (!toFirst.ok) return toFirst;
  return ok({ maxDistanceToFirst: toFirst.value, relief: reliefModel });
}

/** Returns the largest distance to the first frame's face of one that surely is the same. Fails likewise. */
export function distanceOfSought(calibration: Calibration): Result<number> {
  return thresholdAt(calibration, rateOfSought);
}

/** A tenant's false match rates, held to what was measured before they become its settings. */
import { fail, ok, type Result } from "../../../errors.ts";
import { type Calibration, thresholdAt } from "../../../face/calibration.ts";

/** On the wire; what is absent is not changed, and null sets no limit. */
interface SentRates {
  readonly max_fmr?: number | undefined;
  readonly max_fmr_with_scores?: number | null | undefined;
}

/** Fails with `invalid_request` that names the rate which the calibration does not cover. */
export function checkRates(calibration: Calibration, sent: SentRates): Result<void> {
  for (const field of ["max_fmr", "max_fmr_with_scores"] as const) {
    const rate = sent[field];
    if (rate === undefined || rate === null) continue;
    const threshold = thresholdAt(calibration, rate, field);
    if (!threshold.ok) return fail(threshold.failure);
  }
  return ok(undefined);
}

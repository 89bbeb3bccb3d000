/** Checks a tenant's false match rates against the measured ones before they become its settings. */
import { ok, type Result } from "../../errors.ts";
import { type Calibration, thresholdAt } from "../../face/decision/calibration.ts";
import type { SettingsChange } from "../../identity/settings.ts";

/** The rates, by the caller's names for them. What is absent is not changed, and null sets no limit. */
const names = {
  maxFmr: "max_fmr",
  maxFmrWithScores: "max_fmr_with_scores",
  driftFmr: "template_drift_fmr",
} as const;

/** Checks the rates. Fails with `invalid_request` that names the rate which the calibration does not cover. */
export function checkRates(
  calibration: Calibration,
  change: Pick<SettingsChange, keyof typeof names>,
): Result<void> {
  for (const rate of ["maxFmr", "maxFmrWithScores", "driftFmr"] as const) {
    const asked = change[rate];
    if (asked === undefined || asked === null) continue;
    const threshold = thresholdAt(calibration, asked, { field: names[rate] });
    if (!threshold.ok) return threshold;
  }
  return ok(undefined);
}

/** Checks whether the promised rates hold for people that calibration never saw. */
import type { Result } from "../../src/errors.ts";
import type { Trials } from "../evaluate/comparisons.ts";
import { type Interval, percentileInterval, resampleIdentities } from "../evaluate/statistics/bootstrap.ts";
import { createCurveSource } from "../evaluate/statistics/curve.ts";

/** Promised rates, and those of them that must hold: below these, too few trials decide. */
const promises = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
const required = [1e-3, 1e-4];
/** Factor by which the realised rate may differ from the promised one, either way. */
const tolerance = 2;
/** Replicates of the bootstrap behind the interval. */
const replicates = 200;
const seed = 1;

export interface CheckedThreshold {
  readonly promised: number;
  readonly threshold: number;
  readonly realised: number;
  /** 95 % interval of the realised rate, over people. */
  readonly interval: Interval | null;
  /** NaN where there are no genuine trials. */
  readonly fnmr: number;
  readonly required: boolean;
  readonly kept: boolean;
}

/** Compares promised and realised rates; rates without a threshold are left out. */
export function checkThresholds(
  trials: Trials,
  thresholdFor: (fmr: number) => Result<number>,
): CheckedThreshold[] {
  const source = createCurveSource(trials);
  const points = promises.flatMap((promised) => {
    const threshold = thresholdFor(promised);
    return threshold.ok ? { promised, threshold: threshold.value } : [];
  });
  /** Returns FMR and FNMR at each threshold. */
  const ratesOf = (draws: Uint16Array) => {
    const { genuineTotal, impostorTotal } = source.resampled(draws);
    return points.map(({ threshold }) => {
      const accepted = source.acceptedAt(threshold, draws);
      return { fmr: accepted.impostor / impostorTotal, fnmr: 1 - accepted.genuine / genuineTotal };
    });
  };
  const observed = ratesOf(new Uint16Array(trials.identityCount).fill(1));
  const resampled = Array.from(resampleIdentities(trials.identityCount, replicates, seed), ratesOf);
  return points.map(({ promised, threshold }, k) => {
    const { fmr: realised, fnmr } = observed[k];
    return {
      promised,
      threshold,
      realised,
      interval: percentileInterval(resampled.map((rates) => rates[k].fmr)),
      fnmr,
      required: required.includes(promised),
      kept: realised <= promised * tolerance && realised >= promised / tolerance,
    };
  });
}

export function formatCheck(rows: readonly CheckedThreshold[]): string {
  const lines = rows.map(({ promised, threshold, realised, interval, fnmr, required, kept }) => {
    const range = interval?.map((end) => end.toExponential(1)).join(", ") ?? "";
    const verdict = kept ? "within a factor of 2" : required ? "NOT within a factor of 2" : "off";
    return [
      promised.toExponential(0).padEnd(9),
      threshold.toFixed(4).padEnd(10),
      realised.toExponential(2).padEnd(10),
      `[${range}]`.padEnd(20),
      (Number.isNaN(fnmr) ? "–" : fnmr.toFixed(4)).padEnd(7),
      verdict,
    ].join(" ");
  });
  return ["promised  threshold  realised   95 %                 FNMR", ...lines].join("\n");
}

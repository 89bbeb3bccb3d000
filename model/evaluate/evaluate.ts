/** Evaluates embeddings with labels: every figure has a 95 % interval from one bootstrap over people. */
import type { Acquired } from "./acquisition/acquire.ts";
import type { Trials } from "./comparisons.ts";
import type { Dataset } from "./dataset.ts";
import { type ErrorVersusDiscard, errorVersusDiscard } from "./discard/discard.ts";
import { type Interval, percentileInterval, resampleIdentities } from "./statistics/bootstrap.ts";
import type { CurveSource, ErrorCurve } from "./statistics/curve.ts";
import { createSampler, type Figures } from "./statistics/figures.ts";
import { lowestSupportedRate, thresholdAtFmr } from "./statistics/metrics.ts";

export const reportedFmrs = ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6"] as const;
export type ReportedFmr = (typeof reportedFmrs)[number];

/** FMR at which the curves' confidence band is drawn: ten a decade from 1e-7 to 1. */
const bandFmrs = Array.from({ length: 71 }, (_, k) => 10 ** (-7 + k / 10));

export interface EvaluateOptions {
  /** Replicates of the bootstrap. */
  readonly replicates: number;
  readonly seed: number;
  /** The threshold in use, a distance; `null` before calibration. */
  readonly threshold: number | null;
}

/** A figure with its 95 % interval over people; `null` when no resample defines the figure. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
}

/** TAR at a false match rate, at the largest threshold that keeps it. */
export interface OperatingPoint extends Estimate {
  readonly threshold: number;
}

export interface Evaluation {
  readonly trials: Trials;
  readonly source: CurveSource;
  readonly curve: ErrorCurve;
  /** Pointwise 95 % interval of TAR, FMR ascending, down to the lowest rate that the data support. */
  readonly band: readonly { readonly fmr: number; readonly tar: Interval }[];
  readonly lowestSupportedFmr: number;
  /** `null` when there are too few impostor trials for the rate. */
  readonly tarAtFmr: Readonly<Record<ReportedFmr, OperatingPoint | null>>;
  readonly eer: Estimate;
  readonly auc: Estimate;
  readonly dPrime: Estimate;
  readonly failureToAcquire: Estimate;
  readonly failuresByReason: Readonly<Record<string, number>>;
  /** `null` without pairs. */
  readonly accuracy: (Estimate & { readonly standardError: number }) | null;
  /** FMR and FNMR over `trials`; precision, recall and F1 over the pairs, if there are any. */
  readonly atThreshold: Readonly<Partial<Record<ThresholdFigure, Estimate>>>;
  /** `null` when there are too few impostor trials for FMR 1e-2. */
  readonly errorVersusDiscard: (ErrorVersusDiscard & { readonly fmr: ReportedFmr }) | null;
}

export type ThresholdFigure = "fmr" | "fnmr" | "precision" | "recall" | "f1";
/** Candidate rates for error against images discarded; the first that the data support is used. */
const discardFmrs: readonly ReportedFmr[] = ["1e-4", "1e-3", "1e-2"];
const thresholdFigures: readonly ThresholdFigure[] = ["fmr", "fnmr", "precision", "recall", "f1"];

export function evaluate(dataset: Dataset, acquired: Acquired, options: EvaluateOptions): Evaluation {
  const { replicates, seed, threshold } = options;
  const fmrs = [...reportedFmrs.map(Number), ...bandFmrs];
  const sampler = createSampler(dataset, acquired, { fmrs, threshold });
  const { trials, source } = sampler;

  const everyoneOnce = new Uint16Array(dataset.identityCount).fill(1);
  const observed = sampler.figures(everyoneOnce);
  const resamples = Array.from(resampleIdentities(dataset.identityCount, replicates, seed), (draws) =>
    draws.slice(),
  );
  const resampled: Figures[] = resamples.map((draws) => sampler.figures(draws));
  const interval = (name: string) => percentileInterval(resampled.map((figures) => figures[name]));
  const estimate = (name: string): Estimate => ({ value: observed[name], interval: interval(name) });

  const lowestSupportedFmr = lowestSupportedRate(trials.impostor.distance.length);
  const operatingPoint = (fmr: number): OperatingPoint | null => {
    if (fmr < lowestSupportedFmr) return null;
    return { ...estimate(`tar@${fmr}`), threshold: thresholdAtFmr(source.impostorDistance, fmr) };
  };
  const discardAt = (fmr: ReportedFmr | undefined): Evaluation["errorVersusDiscard"] => {
    if (fmr === undefined) return null;
    const compared = dataset.listedCount || dataset.images.length;
    const input = {
      ...trials,
      qualities: acquired.qualities.slice(0, compared),
      threshold: thresholdAtFmr(source.impostorDistance, Number(fmr)),
      draws: resamples,
    };
    return { fmr, ...errorVersusDiscard(input) };
  };
  return {
    trials,
    source,
    curve: source.observed(),
    band: bandFmrs.flatMap((fmr) => {
      const tar = fmr < lowestSupportedFmr ? null : interval(`tar@${fmr}`);
      return tar === null ? [] : [{ fmr, tar }];
    }),
    lowestSupportedFmr,
    tarAtFmr: Object.fromEntries(reportedFmrs.map((fmr) => [fmr, operatingPoint(Number(fmr))])) as Record<
      ReportedFmr,
      OperatingPoint | null
    >,
    eer: estimate("eer"),
    auc: estimate("auc"),
    dPrime: estimate("dPrime"),
    failureToAcquire: boundZero(estimate("failureToAcquire"), acquired.failures.length),
    failuresByReason: countReasons(acquired.failures),
    accuracy:
      dataset.pairs.length === 0
        ? null
        : { ...estimate("accuracy"), standardError: sampler.accuracy(everyoneOnce).standardError },
    atThreshold: Object.fromEntries(
      thresholdFigures.filter((name) => name in observed).map((name) => [name, estimate(name)]),
    ),
    errorVersusDiscard: discardAt(discardFmrs.find((fmr) => Number(fmr) >= lowestSupportedFmr)),
  };
}

/** Bounds a rate of zero by the rule of 3, since no resample of data without failures has any. */
function boundZero(estimate: Estimate, imageCount: number): Estimate {
  return estimate.value > 0 ? estimate : { value: 0, interval: [0, lowestSupportedRate(imageCount)] };
}

function countReasons(failures: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const failure of failures) {
    if (failure !== null) counts[failure] = (counts[failure] ?? 0) + 1;
  }
  return counts;
}

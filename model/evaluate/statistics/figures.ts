/**
 * Every figure of an evaluation for one sample of people: for the people as they are, and for each
 * resample of the bootstrap.
 */
import type { Acquired } from "../acquisition/acquire.ts";
import { compareAll, comparePairs, distanceOf, type Trials } from "../comparisons.ts";
import type { Dataset } from "../dataset.ts";
import { type CurveSource, createCurveSource, type ErrorCurve } from "./curve.ts";
import { areaUnderCurve, dPrime, equalErrorRate, precisionRecallF1, tarAtFmr } from "./metrics.ts";
import { type FoldedAccuracy, foldedAccuracy } from "./tenfold.ts";

/** Figures by name; absent when the data set or the options do not define them, NaN when no trial counts. */
export type Figures = Readonly<Record<string, number>>;

export interface Sampler {
  /** Trials behind the curves: all against all if the data set has a list, its pairs if not. */
  readonly trials: Trials;
  readonly source: CurveSource;
  /** @param draws how often each person counts */
  figures(draws: Uint16Array): Figures;
  /**
   * Ten folds over the pairs; a same-person pair weighs the person's draws, a different-person pair the product of
   * both.
   */
  accuracy(draws: Uint16Array): FoldedAccuracy;
}

export interface SamplerOptions {
  /** FMR of the figures `tar@<fmr>`. */
  readonly fmrs: readonly number[];
  /** Threshold for `fmr`, `fnmr`, `precision`, `recall` and `f1`; `null` for none. */
  readonly threshold: number | null;
}

export function createSampler(dataset: Dataset, acquired: Acquired, options: SamplerOptions): Sampler {
  const { embeddings, failures } = acquired;
  const { identityOf, listedCount, pairs } = dataset;
  const { fmrs, threshold } = options;
  const pairTrials = comparePairs(embeddings, pairs, dataset);
  const trials = listedCount > 0 ? compareAll(embeddings, dataset, listedCount) : pairTrials;
  const source = createCurveSource(trials);
  const pairSource = createCurveSource(pairTrials);
  const pairDistances = pairs.map(({ left, right }) => distanceOf(embeddings, left, right));

  function accuracy(draws: Uint16Array): FoldedAccuracy {
    return foldedAccuracy(
      pairs.map(({ left, right, same, fold }, index) => {
        const weight = draws[identityOf[left]] * (same ? 1 : draws[identityOf[right]]);
        return { fold, same, distance: pairDistances[index], weight };
      }),
    );
  }

  function figures(draws: Uint16Array): Figures {
    const curve = source.resampled(draws);
    return {
      eer: equalErrorRate(curve),
      auc: areaUnderCurve(curve),
      dPrime: dPrime(curve),
      failureToAcquire: failureRate(failures, identityOf, draws),
      ...Object.fromEntries(fmrs.map((fmr) => [`tar@${fmr}`, tarAtFmr(curve, fmr)])),
      ...(pairs.length > 0 && { accuracy: accuracy(draws).mean }),
      ...(threshold !== null && errorRates(source, curve, threshold, draws)),
      ...(threshold !== null && pairs.length > 0 && retrieval(pairSource, threshold, draws)),
    };
  }

  return { trials, source, figures, accuracy };
}

function errorRates(source: CurveSource, curve: ErrorCurve, threshold: number, draws: Uint16Array): Figures {
  const accepted = source.acceptedAt(threshold, draws);
  return {
    fmr: accepted.impostor / curve.impostorTotal,
    fnmr: 1 - accepted.genuine / curve.genuineTotal,
  };
}

function retrieval(pairSource: CurveSource, threshold: number, draws: Uint16Array): Figures {
  const accepted = pairSource.acceptedAt(threshold, draws);
  return precisionRecallF1({
    truePositives: accepted.genuine,
    falsePositives: accepted.impostor,
    falseNegatives: pairSource.resampled(draws).genuineTotal - accepted.genuine,
  });
}

function failureRate(
  failures: readonly (string | null)[],
  identityOf: Uint32Array,
  draws: Uint16Array,
): number {
  let failed = 0;
  let all = 0;
  failures.forEach((failure, row) => {
    const weight = draws[identityOf[row]];
    all += weight;
    if (failure !== null) failed += weight;
  });
  return failed / all;
}

/**
 * Measures how much better a head recognises people that it has never seen: TAR at a false match rate before and
 * after, on the same comparisons, and the interval of the difference over people.
 */

import { type Comparisons, compareAll, type EmbeddingSet, type Trials } from "../evaluate/comparisons.ts";
import { type Interval, percentileInterval, resampleIdentities } from "../evaluate/statistics/bootstrap.ts";
import { type CurveSource, createCurveSource } from "../evaluate/statistics/curve.ts";
import { lowestSupportedRate, tarAtFmr } from "../evaluate/statistics/metrics.ts";
import type { TrainingSet } from "./batches.ts";
import { applyHead, type Head } from "./head.ts";

const reportedFmrs = [1e-4, 1e-3, 1e-2] as const;

/**
 * Least number of errors for a rate to be known within 30 % (Doddington et al., "The NIST speaker recognition
 * evaluation", 2000).
 */
const leastErrors = 30;

export interface Estimate {
  readonly value: number;
  /** 95 % interval over people; null when no resample defines it. */
  readonly interval: Interval | null;
}

export interface Change {
  /** True accept rate: share of the genuine comparisons that are accepted. */
  readonly before: Estimate;
  readonly after: Estimate;
  /** Difference after - before, for the same people in each resample. */
  readonly difference: Estimate;
}

export interface Gain extends Change {
  readonly fmr: number;
}

export interface Gains {
  readonly genuinePairs: number;
  readonly impostorPairs: number;
  readonly people: number;
  /** Gains at the rates that the data support, ascending. */
  readonly rows: readonly Gain[];
  /** Mean over these rates, which decides; null when the data support none. */
  readonly mean: Change | null;
}

/** Compares photos as the service encodes them, without variants, and with the head if there is one. */
export function compareSet(set: TrainingSet, head: Head | null): Trials {
  const trials = compareAll(embeddingsOf(set, head), set);
  const { sides } = set;
  if (sides === null) return trials;
  const across = (comparisons: Comparisons) =>
    choose(comparisons, (k) => sides[comparisons.left[k]] !== sides[comparisons.right[k]]);
  return { ...trials, genuine: across(trials.genuine), impostor: across(trials.impostor) };
}

/** Returns the embedding of each photo as it is, after the head; `null` for the trunk alone. */
export function embeddingsOf(set: TrainingSet, head: Head | null): EmbeddingSet {
  const first = set.variants.find((variants) => variants.length > 0);
  if (first === undefined) throw new Error("no photo gave an embedding");
  const dimension = first[0].length;
  const values = new Float32Array(set.variants.length * dimension);
  set.variants.forEach(([plain], row) => {
    if (plain !== undefined) values.set(head === null ? plain : applyHead(head, plain), row * dimension);
  });
  const acquired = Uint8Array.from(set.variants, (variants) => (variants.length > 0 ? 1 : 0));
  return { values, dimension, acquired };
}

function choose({ distance, left, right }: Comparisons, wanted: (k: number) => boolean): Comparisons {
  const kept = Uint32Array.from([...distance.keys()].filter(wanted));
  const of = <T extends Float32Array | Uint32Array>(from: T, to: T): T => {
    kept.forEach((k, i) => {
      to[i] = from[k];
    });
    return to;
  };
  return {
    distance: of(distance, new Float32Array(kept.length)),
    left: of(left, new Uint32Array(kept.length)),
    right: of(right, new Uint32Array(kept.length)),
  };
}

/** @param replicates of the bootstrap; equal seeds give equal intervals */
export function measureGains(
  set: TrainingSet,
  head: Head,
  { replicates, seed }: { readonly replicates: number; readonly seed: number },
): Gains {
  const trials = compareSet(set, null);
  const [before, after] = [trials, compareSet(set, head)].map(createCurveSource);
  const fmrs = reportedFmrs.filter((fmr) => isSupported(fmr, trials));
  const observed = tars([before, after], fmrs);
  const resampled = Array.from(resampleIdentities(trials.identityCount, replicates, seed), (draws) =>
    tars([before, after], fmrs, draws),
  );
  const change = (of: (rates: readonly Tars[]) => Tars): Change => {
    const estimate = (figure: (tar: Tars) => number): Estimate => ({
      value: figure(of(observed)),
      interval: percentileInterval(resampled.map((rates) => figure(of(rates)))),
    });
    return {
      before: estimate(([without]) => without),
      after: estimate(([, with_]) => with_),
      difference: estimate(([without, with_]) => with_ - without),
    };
  };
  return {
    genuinePairs: trials.genuine.distance.length,
    impostorPairs: trials.impostor.distance.length,
    people: trials.identityCount,
    rows: fmrs.map((fmr, k) => ({ fmr, ...change((rates) => rates[k]) })),
    mean: fmrs.length === 0 ? null : change(meanOf),
  };
}

type Tars = readonly [before: number, after: number];

function meanOf(rates: readonly Tars[]): Tars {
  const mean = (which: 0 | 1) => rates.reduce((sum, tar) => sum + tar[which], 0) / rates.length;
  return [mean(0), mean(1)];
}

function tars([before, after]: readonly CurveSource[], fmrs: readonly number[], draws?: Uint16Array): Tars[] {
  const [left, right] = [before, after].map((source) =>
    draws === undefined ? source.observed() : source.resampled(draws),
  );
  return fmrs.map((fmr) => [tarAtFmr(left, fmr), tarAtFmr(right, fmr)]);
}

function isSupported(fmr: number, { genuine, impostor }: Trials): boolean {
  return genuine.distance.length > 0 && impostor.distance.length * fmr >= leastErrors;
}

/**
 * True when the head is better with 95 % confidence, and at no rate worse with 95 % confidence. False when there are
 * too few people.
 */
export function isBetter({ rows, mean }: Gains): boolean {
  const interval = mean?.difference.interval;
  if (interval === undefined || interval === null || interval[0] <= 0) return false;
  return rows.every(({ difference }) => difference.interval === null || difference.interval[1] >= 0);
}

/**
 * Returns the mean TAR over the rates that the data support, by which validation judges an epoch. Larger is better.
 */
export function meanTar(set: TrainingSet, head: Head): number {
  const trials = compareSet(set, head);
  const curve = createCurveSource(trials).observed();
  const held = reportedFmrs.filter((fmr) => fmr >= lowestSupportedRate(trials.impostor.distance.length));
  const fmrs = held.length > 0 ? held : [0.1];
  return fmrs.reduce((sum, fmr) => sum + tarAtFmr(curve, fmr), 0) / fmrs.length;
}

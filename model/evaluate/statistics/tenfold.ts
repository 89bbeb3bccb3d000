/**
 * Accuracy by the LFW protocol (Huang et al., 2007, "View 2"): the threshold is chosen on nine folds and applied to
 * the tenth, ten times over; the result is the mean and the standard error of the ten accuracies.
 */

export interface FoldedPair {
  readonly fold: number;
  readonly same: boolean;
  /** Infinity if one of the images has no embedding. */
  readonly distance: number;
  /** 1, or the number of times a resample drew the pair. */
  readonly weight: number;
}

export interface FoldedAccuracy {
  /** Mean over folds, 0..1. */
  readonly mean: number;
  /** Sample standard deviation of the folds' accuracies over the square root of their number. */
  readonly standardError: number;
  readonly folds: readonly { readonly threshold: number; readonly accuracy: number }[];
}

/**
 * Returns the accuracy. A pair that cannot be compared counts as wrong whether it shows one person or two: the
 * service gives no answer to it, and "no face" is never "not the same person".
 */
export function foldedAccuracy(pairs: readonly FoldedPair[]): FoldedAccuracy {
  const ascending = pairs.toSorted((a, b) => a.distance - b.distance);
  const folds = [...new Set(pairs.map((pair) => pair.fold))]
    .sort((a, b) => a - b)
    .map((fold) => {
      const threshold = mostAccurateThreshold(ascending.filter((pair) => pair.fold !== fold));
      return { threshold, accuracy: accuracyAt(threshold, fold, pairs) };
    })
    .filter(({ accuracy }) => !Number.isNaN(accuracy));
  const mean = folds.reduce((sum, fold) => sum + fold.accuracy, 0) / folds.length;
  const squares = folds.reduce((sum, fold) => sum + (fold.accuracy - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (folds.length - 1) / folds.length), folds };
}

/**
 * Makes folds for a list that names none: the same-person pairs in ten contiguous runs of equal length (give or take
 * one), and the different-person pairs likewise, so that each fold has the list's proportion of both.
 */
export function contiguousFolds(same: readonly boolean[], foldCount = 10): number[] {
  const total = { true: 0, false: 0 };
  for (const value of same) total[`${value}`]++;
  const seen = { true: 0, false: 0 };
  return same.map((value) => Math.floor((seen[`${value}`]++ * foldCount) / total[`${value}`]));
}

/**
 * Returns the threshold halfway between the last accepted and the first refused distance; the lowest of equally
 * accurate ones.
 *
 * @param ascending by distance
 */
function mostAccurateThreshold(ascending: readonly FoldedPair[]): number {
  // Gain over refusing every pair: each accepted genuine pair adds its weight, each impostor subtracts it.
  let gain = 0;
  let best = 0;
  let threshold = ascending.length === 0 ? 0 : ascending[0].distance / 2;
  for (let index = 0; index < ascending.length; index++) {
    const pair = ascending[index];
    if (!Number.isFinite(pair.distance)) break;
    gain += pair.same ? pair.weight : -pair.weight;
    const next = ascending[index + 1]?.distance ?? pair.distance;
    const tied = index + 1 < ascending.length && next === pair.distance;
    if (tied || gain <= best) continue;
    best = gain;
    threshold = Number.isFinite(next) ? (pair.distance + next) / 2 : pair.distance;
  }
  return threshold;
}

function accuracyAt(threshold: number, fold: number, pairs: readonly FoldedPair[]): number {
  let right = 0;
  let total = 0;
  for (const pair of pairs) {
    if (pair.fold !== fold) continue;
    total += pair.weight;
    if (Number.isFinite(pair.distance) && pair.distance <= threshold === pair.same) right += pair.weight;
  }
  return right / total;
}

/**
 * Verification metrics of ISO/IEC 19795-1, from an error curve or from sorted distances.
 * The decision is "match" when `distance <= threshold`. Rates are 0..1.
 */
import type { ErrorCurve } from "./curve.ts";

export interface DetPoint {
  readonly threshold: number;
  readonly fmr: number;
  readonly fnmr: number;
}

/** Returns the operating points at every distinct genuine distance, FMR ascending. */
export function detPoints(curve: ErrorCurve): DetPoint[] {
  return Array.from(curve.distance, (threshold, j) => ({
    threshold,
    fmr: curve.impostorUpTo[j] / curve.impostorTotal,
    fnmr: 1 - curve.genuineUpTo[j] / curve.genuineTotal,
  }));
}

/**
 * Returns 1 - FNMR: the largest share of genuine trials accepted by any threshold with FMR <= `maxFmr`. Impostors at
 * one distance are accepted together or not at all, so ties never exceed the target.
 */
export function tarAtFmr(curve: ErrorCurve, maxFmr: number): number {
  const { impostorUpTo, impostorTotal } = curve;
  const beyond = firstIndex(impostorUpTo.length, (j) => impostorUpTo[j] / impostorTotal > maxFmr);
  if (curve.genuineTotal === 0) return Number.NaN;
  return beyond === 0 ? 0 : curve.genuineUpTo[beyond - 1] / curve.genuineTotal;
}

/**
 * Returns the largest threshold with FMR <= `maxFmr`: the next number below the first impostor distance that is one
 * too many. Infinity when every impostor may be accepted.
 *
 * @param impostorDistance ascending
 */
export function thresholdAtFmr(impostorDistance: Float32Array, maxFmr: number): number {
  const count = impostorDistance.length;
  // The product may round down past a whole number that the quotient still allows.
  const product = Math.floor(maxFmr * count);
  const accepted = (product + 1) / count <= maxFmr ? product + 1 : product;
  if (accepted >= count) return Number.POSITIVE_INFINITY;
  return nextBelow(impostorDistance[accepted]);
}

/** Finds where FMR = FNMR, on the straight lines between neighbouring points of the curve. */
export function equalErrorRate(curve: ErrorCurve): number {
  let fmr = 0;
  let fnmr = 1;
  const crossing = (nextFmr: number, nextFnmr: number): number | null => {
    const before = fnmr - fmr;
    const after = nextFnmr - nextFmr;
    if (after > 0) return null;
    return before === after ? fmr : fmr + ((nextFmr - fmr) * before) / (before - after);
  };
  for (let j = 0; j < curve.distance.length; j++) {
    // Impostors between two genuine distances change FMR alone; the genuine step comes after them.
    const below = curve.impostorBelow[j] / curve.impostorTotal;
    const flat = crossing(below, fnmr);
    if (flat !== null) return flat;
    fmr = below;
    const upTo = curve.impostorUpTo[j] / curve.impostorTotal;
    const missed = 1 - curve.genuineUpTo[j] / curve.genuineTotal;
    const step = crossing(upTo, missed);
    if (step !== null) return step;
    fmr = upTo;
    fnmr = missed;
  }
  return crossing(1, fnmr) ?? Number.NaN;
}

/**
 * Returns the area under the ROC curve: the probability that a genuine trial is nearer than an impostor one, ties
 * counting half (Mann-Whitney U / mn).
 */
export function areaUnderCurve(curve: ErrorCurve): number {
  let wins = 0;
  let before = 0;
  for (let j = 0; j < curve.distance.length; j++) {
    const genuine = curve.genuineUpTo[j] - before;
    wins += genuine * (curve.impostorTotal - (curve.impostorBelow[j] + curve.impostorUpTo[j]) / 2);
    before = curve.genuineUpTo[j];
  }
  return wins / (curve.genuineTotal * curve.impostorTotal);
}

/**
 * Returns the separation of the two distributions in pooled standard deviations: (m_i - m_g) / sqrt((v_i + v_g) / 2).
 */
export function dPrime({ genuineMoments, impostorMoments }: ErrorCurve): number {
  const pooled = (genuineMoments.variance + impostorMoments.variance) / 2;
  return (impostorMoments.mean - genuineMoments.mean) / Math.sqrt(pooled);
}

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** Computes figures that, unlike FMR and FNMR, depend on the share of genuine trials in the data. */
export function precisionRecallF1({ truePositives, falsePositives, falseNegatives }: Confusion) {
  return {
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / (truePositives + falseNegatives),
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
  };
}

/**
 * Returns the lowest rate that n trials support, by the rule of 3: no error in n independent trials leaves, with 95 %
 * confidence, a rate up to 3/n (ISO/IEC 19795-1, annex B). Trials that share a person are not independent, so this is
 * a necessary condition, not a sufficient one.
 */
export function lowestSupportedRate(trialCount: number): number {
  return 3 / trialCount;
}

/** Returns the largest double below a positive number. */
export function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] -= 1n;
  return new Float64Array(bits.buffer)[0];
}

/** Returns the first index of 0..count-1 for which a monotone predicate holds; `count` if none. */
function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

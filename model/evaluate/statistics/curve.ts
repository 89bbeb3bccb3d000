/**
 * The trade-off between false matches and false non-matches, stored at the genuine distances only.
 *
 * FMR(t) = share of impostor trials with distance <= t; FNMR(t) = share of genuine trials with distance > t (ISO/IEC
 * 19795-1). Between two genuine distances FNMR does not change, so the impostor weights below and at each genuine
 * distance determine the curve. That makes one resampled curve over a million impostor trials a single pass of
 * multiply-adds.
 */
import { type Comparisons, sortByDistance, type Trials } from "../comparisons.ts";

export interface ErrorCurve {
  /** The J distinct finite genuine distances, ascending. */
  readonly distance: Float64Array;
  /** Genuine weight at or below `distance[j]`. */
  readonly genuineUpTo: Float64Array;
  /** Impostor weight strictly below, and at or below, `distance[j]`: they differ when scores tie. */
  readonly impostorBelow: Float64Array;
  readonly impostorUpTo: Float64Array;
  /** Weight of all trials, including genuine ones at distance Infinity. */
  readonly genuineTotal: number;
  readonly impostorTotal: number;
  /** Moments of the finite distances. */
  readonly genuineMoments: Moments;
  readonly impostorMoments: Moments;
}

export interface Moments {
  readonly mean: number;
  /** Population variance. */
  readonly variance: number;
}

export interface CurveSource {
  /** Impostor distances, ascending. */
  readonly impostorDistance: Float32Array;
  /** Genuine distances, ascending. */
  readonly genuineDistance: Float32Array;
  /** Curve in which every trial counts once. */
  observed(): ErrorCurve;
  /**
   * Curve in which every person counts as often as it was drawn: a genuine trial weighs `draws[i]`, an impostor trial
   * `draws[i] * draws[j]`. Two draws of one person are not compared with each other.
   */
  resampled(draws: Uint16Array): ErrorCurve;
  /** Weight of the trials at or below a threshold. */
  acceptedAt(threshold: number, draws: Uint16Array): { readonly genuine: number; readonly impostor: number };
}

export function createCurveSource(trials: Trials): CurveSource {
  const genuine = sortByDistance(trials.genuine);
  const impostor = sortByDistance(trials.impostor);
  const genuineLeft = identities(genuine.left, trials.identityOf);
  const impostorLeft = identities(impostor.left, trials.identityOf);
  const impostorRight = identities(impostor.right, trials.identityOf);
  const steps = findSteps(genuine, impostor);
  const everyoneOnce = new Uint16Array(trials.identityCount).fill(1);

  function resampled(draws: Uint16Array): ErrorCurve {
    const count = steps.distance.length;
    const genuineUpTo = new Float64Array(count);
    const impostorBelow = new Float64Array(count);
    const impostorUpTo = new Float64Array(count);
    const genuineSum = createSum();
    const impostorSum = createSum();

    const addGenuine = (from: number, to: number) => {
      for (let k = from; k < to; k++) genuineSum.add(draws[genuineLeft[k]], genuine.distance[k]);
    };
    const addImpostor = (from: number, to: number) => {
      let weight = 0;
      let first = 0;
      let second = 0;
      for (let k = from; k < to; k++) {
        const w = draws[impostorLeft[k]] * draws[impostorRight[k]];
        const weighted = w * impostor.distance[k];
        weight += w;
        first += weighted;
        second += weighted * impostor.distance[k];
      }
      impostorSum.addSums(weight, first, second);
    };

    let genuineAt = 0;
    let impostorAt = 0;
    for (let j = 0; j < count; j++) {
      addGenuine(genuineAt, steps.genuineEnd[j]);
      addImpostor(impostorAt, steps.impostorBelowEnd[j]);
      impostorBelow[j] = impostorSum.weight();
      addImpostor(steps.impostorBelowEnd[j], steps.impostorEnd[j]);
      genuineUpTo[j] = genuineSum.weight();
      impostorUpTo[j] = impostorSum.weight();
      genuineAt = steps.genuineEnd[j];
      impostorAt = steps.impostorEnd[j];
    }
    addImpostor(impostorAt, impostor.distance.length);
    let unacquired = 0;
    for (let k = genuineAt; k < genuine.distance.length; k++) unacquired += draws[genuineLeft[k]];
    return {
      distance: steps.distance,
      genuineUpTo,
      impostorBelow,
      impostorUpTo,
      genuineTotal: genuineSum.weight() + unacquired,
      impostorTotal: impostorSum.weight(),
      genuineMoments: genuineSum.moments(),
      impostorMoments: impostorSum.moments(),
    };
  }

  return {
    impostorDistance: impostor.distance,
    genuineDistance: genuine.distance,
    observed: () => resampled(everyoneOnce),
    resampled,
    acceptedAt(threshold, draws) {
      let genuineWeight = 0;
      let impostorWeight = 0;
      for (let k = 0; genuine.distance[k] <= threshold; k++) genuineWeight += draws[genuineLeft[k]];
      for (let k = 0; impostor.distance[k] <= threshold; k++) {
        impostorWeight += draws[impostorLeft[k]] * draws[impostorRight[k]];
      }
      return { genuine: genuineWeight, impostor: impostorWeight };
    },
  };
}

interface Steps {
  readonly distance: Float64Array;
  /** Number of sorted trials at or below each distinct genuine distance, and below it. */
  readonly genuineEnd: Uint32Array;
  readonly impostorBelowEnd: Uint32Array;
  readonly impostorEnd: Uint32Array;
}

function findSteps(genuine: Comparisons, impostor: Comparisons): Steps {
  const finite = genuine.distance.filter(Number.isFinite);
  const distance = Float64Array.from(new Set(finite));
  const genuineEnd = new Uint32Array(distance.length);
  const impostorBelowEnd = new Uint32Array(distance.length);
  const impostorEnd = new Uint32Array(distance.length);
  let g = 0;
  let i = 0;
  distance.forEach((step, j) => {
    while (g < finite.length && finite[g] <= step) g++;
    while (i < impostor.distance.length && impostor.distance[i] < step) i++;
    impostorBelowEnd[j] = i;
    while (i < impostor.distance.length && impostor.distance[i] <= step) i++;
    genuineEnd[j] = g;
    impostorEnd[j] = i;
  });
  return { distance, genuineEnd, impostorBelowEnd, impostorEnd };
}

function identities(rows: Uint32Array, identityOf: Uint32Array): Uint32Array {
  return rows.map((row) => identityOf[row]);
}

function createSum() {
  let weight = 0;
  let first = 0;
  let second = 0;
  return {
    add(w: number, value: number) {
      weight += w;
      first += w * value;
      second += w * value * value;
    },
    addSums(w: number, sum: number, sumOfSquares: number) {
      weight += w;
      first += sum;
      second += sumOfSquares;
    },
    weight: () => weight,
    moments(): Moments {
      const mean = first / weight;
      return { mean, variance: Math.max(0, second / weight - mean * mean) };
    },
  };
}

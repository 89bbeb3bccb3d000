/**
 * The false match rate as a smooth function of the threshold, from the distances between strangers.
 *
 * Where trials abound it is their distribution function. Below the distance at which FMR is `tailShare` it is an
 * extreme-value fit (peaks over threshold): the excess of a trial below that distance follows a generalized Pareto
 * distribution, so the curve continues where trials are few.
 */
import type { Trials } from "../evaluate/comparisons.ts";
import { sortByDistance } from "../evaluate/comparisons.ts";
import { exceedance, excessAt, fitGeneralizedPareto, type GeneralizedPareto } from "./tail.ts";

/** FMR at which the tail begins. On LFW, the thresholds fitted from 5e-4 to 1.5e-2 agree within 0.003. */
const tailShare = 2e-3;
/** Least number of trials in the tail for a stable fit. */
const leastTailTrials = 200;

export interface FmrModel {
  /** Distance below which the fit is used. */
  readonly tailStart: number;
  readonly tail: GeneralizedPareto;
  /** Returns the distance within which this share of the observed trials lies, 0 < fmr < 1. */
  distanceAt(fmr: number): number;
  /** Returns the share of trials at or below each distance, fitted and as counted, for a sample of people. */
  resampled(distances: readonly number[], draws: Uint16Array): FmrSample;
}

export interface FmrSample {
  readonly fitted: Float64Array;
  readonly counted: Float64Array;
}

/** Throws when there are too few impostor trials for a tail. */
export function createFmrModel({ impostor, identityOf, identityCount }: Trials): FmrModel {
  const sorted = sortByDistance(impostor);
  const { distance } = sorted;
  const left = sorted.left.map((row) => identityOf[row]);
  const right = sorted.right.map((row) => identityOf[row]);
  const tailCount = Math.floor(tailShare * distance.length);
  if (tailCount < leastTailTrials) {
    const least = Math.ceil(leastTailTrials / tailShare);
    throw new Error(`${distance.length} impostor trials are too few to calibrate: ${least} are needed`);
  }
  const tailStart = distance[tailCount];
  const excesses = Float64Array.from(distance.subarray(0, tailCount), (value) => tailStart - value);

  function fitTail(draws: Uint16Array): GeneralizedPareto {
    const weights = Float64Array.from(excesses, (_, k) => draws[left[k]] * draws[right[k]]);
    return fitGeneralizedPareto(excesses, weights);
  }

  /** Sums the weights of the trials at or below each of the ascending limits, the last of which includes them all. */
  function weightsUpTo(limits: readonly number[], draws: Uint16Array): number[] {
    let k = 0;
    let weight = 0;
    return limits.map((limit) => {
      for (; k < distance.length && distance[k] <= limit; k++) weight += draws[left[k]] * draws[right[k]];
      return weight;
    });
  }

  const tail = fitTail(new Uint16Array(identityCount).fill(1));
  return {
    tailStart,
    tail,
    distanceAt(fmr) {
      if (fmr >= tailShare) return distance[Math.floor(fmr * distance.length)];
      return tailStart - excessAt(tail, fmr / tailShare);
    },
    resampled(distances, draws) {
      const weights = weightsUpTo([...distances, Number.POSITIVE_INFINITY], draws);
      const total = weights[distances.length];
      const [upToStart] = weightsUpTo([tailStart], draws);
      const drawnTail = fitTail(draws);
      const counted = Float64Array.from(distances, (_, k) => weights[k] / total);
      const fitted = Float64Array.from(distances, (limit, k) => {
        return limit >= tailStart
          ? counted[k]
          : (upToStart / total) * exceedance(drawnTail, tailStart - limit);
      });
      return { fitted, counted };
    },
  };
}

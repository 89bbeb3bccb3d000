/**
 * Confidence intervals by resampling people.
 *
 * One person's photos take part in thousands of trials, so trials are not independent, and an interval over trials is
 * far too narrow. People are independent: each replicate draws as many people as there are, with replacement, and a
 * trial counts as often as its people were drawn together (the "subset bootstrap" of Bolle, Ratha and Pankanti,
 * 2004).
 */
import { createRandom } from "./random.ts";

/** A central interval, both ends included. */
export type Interval = readonly [low: number, high: number];

/**
 * Yields, for each replicate, how often each person was drawn. The array is reused: read it before the next one.
 *
 * @param seed equal seeds give equal draws
 */
export function* resampleIdentities(
  identityCount: number,
  replicates: number,
  seed: number,
): Generator<Uint16Array> {
  const random = createRandom(seed);
  const draws = new Uint16Array(identityCount);
  for (let replicate = 0; replicate < replicates; replicate++) {
    draws.fill(0);
    for (let draw = 0; draw < identityCount; draw++) draws[Math.floor(random() * identityCount)]++;
    yield draws;
  }
}

/**
 * Returns the percentile interval: the middle `confidence` of the replicates, by linear interpolation of order
 * statistics. Replicates without a value (NaN) are left out; `null` if none is left.
 */
export function percentileInterval(replicates: ArrayLike<number>, confidence = 0.95): Interval | null {
  const sorted = Float64Array.from(replicates)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) return null;
  const tail = (1 - confidence) / 2;
  return [quantile(sorted, tail), quantile(sorted, 1 - tail)];
}

/** Interpolates linearly between order statistics (type 7 of Hyndman and Fan, numpy's default). */
export function quantile(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

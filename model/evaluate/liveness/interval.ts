/** Exact 95 % interval of a rate from counts (Clopper & Pearson 1934), by bisection of the binomial's tails. */

/** Returns the interval for `count` of `trials`, 0..1. */
export function exactInterval(count: number, trials: number): readonly [low: number, high: number] {
  const tail = 0.025;
  const low = count === 0 ? 0 : bisect((rate) => 1 - cumulative(count - 1, trials, rate) < tail);
  const high = count === trials ? 1 : bisect((rate) => cumulative(count, trials, rate) > tail);
  return [low, high];
}

/** Largest rate for which the condition, true at 0 and false at 1, still holds. */
function bisect(holds: (rate: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Probability of at most `count` of `trials`. */
function cumulative(count: number, trials: number, rate: number): number {
  if (rate <= 0) return 1;
  if (rate >= 1) return count >= trials ? 1 : 0;
  let logTerm = trials * Math.log1p(-rate);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= count; k++) {
    logTerm += Math.log((trials - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

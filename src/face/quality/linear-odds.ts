/** Log-odds as a weighted sum of measures, each in standard deviations of ordinary photos and counted up to eight of them. */
export interface LinearOdds {
  readonly bias: number;
  /** Mean of each measure over ordinary photos, and its standard deviation there. */
  readonly means: readonly number[];
  readonly spreads: readonly number[];
  /** Factor of each measure less its mean, in standard deviations. */
  readonly weights: readonly number[];
}

/** Standard deviations beyond which a measure says no more: a rare value alone never decides. */
const furthest = 8;

/** Returns the log-odds; NaN for measures that are not finite. */
export function linearOdds({ bias, means, spreads, weights }: LinearOdds, measures: readonly number[]) {
  return measures.reduce(
    (sum, value, k) => sum + weights[k] * standardised(value, means[k], spreads[k]),
    bias,
  );
}

/** Returns the value's distance from the mean in standard deviations, within `furthest`; NaN stays. */
export function standardised(value: number, mean: number, spread: number): number {
  return Math.max(-furthest, Math.min(furthest, (value - mean) / spread));
}

/** Logistic regression with a ridge, by Newton's method (iteratively reweighted least squares). */

export interface LogisticFit {
  readonly bias: number;
  readonly weights: readonly number[];
}

/** Penalty per squared weight of a standardised feature, on the scale of the mean log-likelihood. */
const ridge = 1e-3;
const rounds = 40;
/** Largest step, in standardised weights, at which the fit has ended. */
const settled = 1e-9;

/** @param rows finite features, all of one length; `labels` 0 or 1, both present */
export function fitLogistic(rows: readonly (readonly number[])[], labels: readonly number[]): LogisticFit {
  const width = rows[0].length;
  const means = Array.from({ length: width }, (_, k) => mean(rows.map((row) => row[k])));
  const spreads = means.map((middle, k) => Math.sqrt(mean(rows.map((row) => (row[k] - middle) ** 2))) || 1);
  const standard = rows.map((row) => [...row.map((value, k) => (value - means[k]) / spreads[k]), 1]);
  let weights: number[] = new Array(width + 1).fill(0);
  for (let round = 0; round < rounds; round++) {
    const gradient = weights.map((weight, k) => (k < width ? 2 * ridge * weight : 0));
    const hessian = weights.map((_, k) => weights.map((_w, j) => (j === k && k < width ? 2 * ridge : 0)));
    standard.forEach((row, at) => {
      const odds = row.reduce((sum, value, k) => sum + value * weights[k], 0);
      const p = 1 / (1 + Math.exp(-odds));
      const curve = Math.max(1e-9, p * (1 - p)) / rows.length;
      const error = (p - labels[at]) / rows.length;
      for (let k = 0; k <= width; k++) {
        gradient[k] += error * row[k];
        for (let j = 0; j <= k; j++) hessian[k][j] += curve * row[k] * row[j];
      }
    });
    for (let k = 0; k <= width; k++) for (let j = 0; j < k; j++) hessian[j][k] = hessian[k][j];
    const step = solve(hessian, gradient);
    weights = weights.map((weight, k) => weight - step[k]);
    if (step.every((by) => Math.abs(by) < settled)) break;
  }
  const plain = spreads.map((spread, k) => weights[k] / spread);
  const bias = weights[width] - plain.reduce((sum, weight, k) => sum + weight * means[k], 0);
  if (![bias, ...plain].every(Number.isFinite)) throw new Error("the fit did not end");
  return { bias, weights: plain };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Solves A x = b for a symmetric positive definite A, by Gaussian elimination. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, k) => [...row, b[k]]);
  for (let k = 0; k < rows.length; k++) {
    for (let other = k + 1; other < rows.length; other++) {
      const factor = rows[other][k] / rows[k][k];
      for (let j = k; j <= rows.length; j++) rows[other][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(rows.length).fill(0);
  for (let k = rows.length - 1; k >= 0; k--) {
    const rest = rows[k].slice(k + 1, rows.length).reduce((sum, value, j) => sum + value * x[k + 1 + j], 0);
    x[k] = (rows[k][rows.length] - rest) / rows[k][k];
  }
  return x;
}

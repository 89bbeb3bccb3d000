/** Small linear systems, dense and weighted. */

/** Solves A x = b for a symmetric positive matrix, row-major; null where it is singular. Changes `a` and `b`. */
function solve(a: Float64Array, b: Float64Array): Float64Array | null {
  const n = b.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[row * n + column]) > Math.abs(a[pivot * n + column])) pivot = row;
    }
    const largest = a[pivot * n + column];
    if (!(Math.abs(largest) > 1e-12)) return null;
    if (pivot !== column) {
      for (let k = 0; k < n; k++) {
        [a[column * n + k], a[pivot * n + k]] = [a[pivot * n + k], a[column * n + k]];
      }
      [b[column], b[pivot]] = [b[pivot], b[column]];
    }
    for (let row = column + 1; row < n; row++) {
      const factor = a[row * n + column] / a[column * n + column];
      if (factor === 0) continue;
      for (let k = column; k < n; k++) a[row * n + k] -= factor * a[column * n + k];
      b[row] -= factor * b[column];
    }
  }
  const x = new Float64Array(n);
  for (let row = n - 1; row >= 0; row--) {
    let sum = b[row];
    for (let k = row + 1; k < n; k++) sum -= a[row * n + k] * x[k];
    x[row] = sum / a[row * n + row];
  }
  return x;
}

/**
 * Weighted least squares with a small ridge: the x that minimises the sum of weight · (row · x - target)². `rows` has
 * `width` numbers for each target. Null where the rows do not determine x.
 */
export function leastSquares(
  rows: Float64Array,
  width: number,
  targets: Float64Array,
  weights: Float64Array,
): Float64Array | null {
  const a = new Float64Array(width * width);
  const b = new Float64Array(width);
  for (let i = 0; i < targets.length; i++) {
    const weight = weights[i];
    if (weight === 0) continue;
    const at = i * width;
    for (let j = 0; j < width; j++) {
      const scaled = weight * rows[at + j];
      b[j] += scaled * targets[i];
      for (let k = 0; k <= j; k++) a[j * width + k] += scaled * rows[at + k];
    }
  }
  for (let j = 0; j < width; j++) {
    a[j * width + j] += 1e-9;
    for (let k = 0; k < j; k++) a[k * width + j] = a[j * width + k];
  }
  return solve(a, b);
}

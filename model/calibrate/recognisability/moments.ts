/** Second moments of vectors. */
import { Matrix } from "ml-matrix";

/** Returns the mean of each vector's product with itself: symmetric, as many rows as a vector has numbers. */
export function secondMoments(vectors: readonly ArrayLike<number>[]): Matrix {
  const [{ length }] = vectors;
  const moments = new Float64Array(length * length);
  for (const vector of vectors) {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j <= i; j++) moments[i * length + j] += (vector[i] * vector[j]) / vectors.length;
    }
  }
  const matrix = new Matrix(length, length);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.set(i, j, moments[i * length + j]);
      matrix.set(j, i, moments[i * length + j]);
    }
  }
  return matrix;
}

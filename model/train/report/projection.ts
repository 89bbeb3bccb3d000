/** Projects embeddings on the two directions in which they vary most (Pearson 1901), for people to look at. */
import { Matrix, SingularValueDecomposition } from "ml-matrix";

export type Point2 = readonly [x: number, y: number];

/** @param rows of equal length; two at least */
export function projectToPlane(rows: readonly Float32Array[]): Point2[] {
  const matrix = new Matrix(rows.map((row) => Array.from(row)));
  const centred = matrix.subRowVector(matrix.mean("column"));
  const { rightSingularVectors } = new SingularValueDecomposition(centred, { autoTranspose: true });
  const plane = centred.mmul(rightSingularVectors.subMatrix(0, rightSingularVectors.rows - 1, 0, 1));
  return plane.to2DArray().map(([x, y]): Point2 => [x, y]);
}

/**
 * Directions in which embeddings of ordinary photos hardly reach: the lesser eigenvectors of their second moments. A face
 * that the encoder reads well lies along the others; in one that it cannot read, whose output is short, what is left
 * over is scaled up with the rest.
 */
import { EigenvalueDecomposition } from "ml-matrix";
import { secondMoments } from "./moments.ts";

export interface RareDirections {
  /** A row each. */
  readonly directions: readonly Float32Array[];
  /** One over the mean square along each. */
  readonly weights: readonly number[];
}

/** Share of the embedding's length that its common directions take. */
const commonShare = 0.426;
/** Share beyond which the networks put out next to nothing for any photo, so that only rounding differs. */
const usedShare = 0.653;
/** Added to each mean square, so that the least of them does not decide alone. */
const floor = 1e-5;

/** @param embeddings unit vectors of ordinary photos, many more than their numbers */
export function findRareDirections(embeddings: readonly Float32Array[]): RareDirections {
  const [{ length }] = embeddings;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(secondMoments(embeddings), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((value, column) => ({ value, column })).sort((a, b) => b.value - a.value);
  const rare = order.slice(Math.round(commonShare * length), Math.round(usedShare * length));
  return {
    directions: rare.map(({ column }) => Float32Array.from(eigenvectorMatrix.getColumn(column))),
    weights: rare.map(({ value }) => 1 / (Math.max(0, value) + floor)),
  };
}

/** Distances between rows of embeddings, as the losses use them. */
import {
  maximum,
  scalar,
  sqrt,
  squaredDifference,
  sum,
  type Tensor1D,
  type Tensor2D,
} from "@tensorflow/tfjs-core";

/** Returns D^2 = ||a - b||^2 for each row of `a` [n, d] and `b` [n, d]. */
export function squaredDistances(a: Tensor2D, b: Tensor2D): Tensor1D {
  return sum(squaredDifference(a, b), 1);
}

/** Square below which the root is taken as flat: its gradient at 0 is infinite. */
const leastSquare = 1e-12;

/** Returns D for each row. Its gradient is 0 where two rows are equal. */
export function distances(a: Tensor2D, b: Tensor2D): Tensor1D {
  return sqrt(maximum(squaredDistances(a, b), scalar(leastSquare)));
}

/**
 * Pairwise contrastive loss, mean over pairs; y = 0 for one person, 1 for two:
 *
 *     L = (1 - y) / 2 D^2 + y / 2 max(0, m - D)^2
 *
 * Hadsell, Chopra, LeCun, "Dimensionality reduction by learning an invariant mapping", CVPR 2006, eq. 4.
 */
import {
  add,
  mean,
  mul,
  relu,
  type Scalar,
  square,
  sub,
  type Tensor1D,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import { distances, squaredDistances } from "./distance.ts";

/** @param y 0 or 1 for each row of `a` and `b` */
export function contrastiveLoss(a: Tensor2D, b: Tensor2D, y: Tensor1D, margin: number): Scalar {
  const together = mul(sub(1, y), squaredDistances(a, b));
  const apart = mul(y, square(relu(sub(margin, distances(a, b)))));
  return mul(mean(add(together, apart)), 0.5);
}

/**
 * Triplet loss, mean over triplets of anchor, positive (the same person) and negative (another):
 *
 *     L = max(0, D(a, p)^2 - D(a, n)^2 + m)
 *
 * Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, eq. 3.
 */
import { add, mean, relu, type Scalar, sub, type Tensor2D } from "@tensorflow/tfjs-core";
import { squaredDistances } from "./distance.ts";

export function tripletLoss(
  anchor: Tensor2D,
  positive: Tensor2D,
  negative: Tensor2D,
  margin: number,
): Scalar {
  return mean(relu(add(sub(squaredDistances(anchor, positive), squaredDistances(anchor, negative)), margin)));
}

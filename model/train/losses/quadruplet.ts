/**
 * Quadruplet loss, mean over quadruplets of anchor, positive, and two negatives of two further people:
 *
 *     L = max(0, D(a, p)^2 - D(a, n1)^2 + m1) + max(0, D(a, p)^2 - D(n1, n2)^2 + m2)
 *
 * The second term, with the weaker margin m2 < m1, pushes apart strangers that share no person with the positive
 * pair. Chen, Chen, Zhang, Huang, "Beyond triplet loss", CVPR 2017, eq. 6.
 */
import { add, mean, relu, type Scalar, sub, type Tensor2D } from "@tensorflow/tfjs-core";
import { squaredDistances } from "./distance.ts";

export function quadrupletLoss(
  anchor: Tensor2D,
  positive: Tensor2D,
  negatives: readonly [Tensor2D, Tensor2D],
  margins: readonly [number, number],
): Scalar {
  const genuine = squaredDistances(anchor, positive);
  const hinge = (impostor: Tensor2D, other: Tensor2D, margin: number) =>
    relu(add(sub(genuine, squaredDistances(impostor, other)), margin));
  return mean(add(hinge(anchor, negatives[0], margins[0]), hinge(negatives[0], negatives[1], margins[1])));
}

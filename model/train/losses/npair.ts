/**
 * N-pair loss: anchor and positive of N people, each positive being a negative of the other anchors:
 *
 *     L = 1/N sum_i log(1 + sum_{j != i} exp(s f_i . g_j - s f_i . g_i))
 *
 * Sohn, "Improved deep metric learning with multi-class N-pair loss objective", NIPS 2016, eq. 7, where s = 1 and the
 * norm of embeddings is free. Embeddings of unit length need a scale s instead (Wang et al., "NormFace", 2017).
 */
import { logSumExp, matMul, mean, mul, type Scalar, sub, sum, type Tensor2D } from "@tensorflow/tfjs-core";

/** @param positives row i shows the person of anchor i; no two anchors are one person */
export function nPairLoss(anchors: Tensor2D, positives: Tensor2D, scale: number): Scalar {
  const similarities = mul(matMul(anchors, positives, false, true), scale);
  const genuine = mul(sum(mul(anchors, positives), 1), scale);
  // log(1 + sum exp(s_ij - s_ii)) = log sum_j exp(s_ij) - s_ii, without overflow.
  return mean(sub(logSumExp(similarities, 1), genuine));
}

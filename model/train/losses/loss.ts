/** The losses by name, each with the mining that it needs. */
import { add, concat, mul, type Scalar, type Tensor2D, tensor1d } from "@tensorflow/tfjs-core";
import { type Batch, type Mining, mineTuples, pairPeople } from "../mining.ts";
import { contrastiveLoss } from "./contrastive.ts";
import { nPairLoss } from "./npair.ts";
import { quadrupletLoss } from "./quadruplet.ts";
import { chooseRows } from "./rows.ts";
import { tripletLoss } from "./triplet.ts";

export const lossNames = ["contrastive", "triplet", "quadruplet", "npair"] as const;
export type LossName = (typeof lossNames)[number];

/** Margin for embeddings of unit length. Strangers lie about 1.37 apart, so that it applies to nearly all of them. */
const contrastiveMargin = 1.6;
const tripletMargin = 0.4;
const quadrupletMargins = [0.4, 0.2] as const;
const nPairScale = 16;

/**
 * Mines before it differentiates: `of` is a function of the batch's embeddings alone; null when nothing can be
 * compared.
 */
export function prepareLoss(
  name: LossName,
  batch: Batch,
  mining: Mining,
  distance: (a: number, b: number) => number,
  random: () => number,
): ((embeddings: Tensor2D) => Scalar) | null {
  if (name === "npair") return prepareNPair(batch, random);
  const tuples = mineTuples(batch, mining, distance, random);
  if (tuples.anchors.length === 0) return null;
  const { anchors, positives, negatives, others } = tuples;
  return (embeddings) => {
    const rows = (numbers: readonly number[]) => chooseRows(embeddings, numbers);
    switch (name) {
      case "contrastive": {
        const a = concat([rows(anchors), rows(anchors)]);
        const b = concat([rows(positives), rows(negatives)]);
        const count = anchors.length;
        const y = tensor1d(Array.from({ length: 2 * count }, (_, i) => (i < count ? 0 : 1)));
        return contrastiveLoss(a, b, y, contrastiveMargin);
      }
      case "triplet":
        return tripletLoss(rows(anchors), rows(positives), rows(negatives), tripletMargin);
      case "quadruplet": {
        const strangers = [rows(negatives), rows(others)] as const;
        return quadrupletLoss(rows(anchors), rows(positives), strangers, quadrupletMargins);
      }
    }
  };
}

/** Computes the loss both ways round, since either photo may be the anchor. */
function prepareNPair(batch: Batch, random: () => number): ((embeddings: Tensor2D) => Scalar) | null {
  const { anchors, positives } = pairPeople(batch, random);
  if (anchors.length < 2) return null;
  return (embeddings) => {
    const [a, b] = [chooseRows(embeddings, anchors), chooseRows(embeddings, positives)];
    return mul(add(nPairLoss(a, b, nPairScale), nPairLoss(b, a, nPairScale)), 0.5);
  };
}

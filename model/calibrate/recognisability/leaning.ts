/**
 * Fits by how much faces that lean towards one corner must come closer, to what pairs of one person can afford: the
 * knots lie where hardly any pair of ordinary photos of one person within the threshold leans as far.
 */

import { leaningOf, logit, positionsOf } from "../../../src/face/quality/recognisability.ts";
import type {
  Leaning,
  LeaningKnot,
  RecognisabilityModel,
} from "../../../src/face/quality/recognisability-model.ts";
import { quantile, rounded } from "./fit.ts";
import type { JudgedFace, Pair } from "./judge.ts";

/** Shares of matching pairs of one person that lean less, and the distance asked for there. */
const affordable = [
  [0.995, 0],
  [0.9985, 0.15],
  [0.9998, 0.6],
] as const;

/** Added to each knot: other people's pairs lean farther than those of the list. */
const margin = 0.4;

/**
 * @param ordinary as recognisable as each is found
 * @param genuine pairs of one person's ordinary photos within the threshold
 */
export function fitLeaning(
  model: RecognisabilityModel,
  ordinary: readonly JudgedFace[],
  genuine: readonly Pair[],
): Leaning {
  const odds = ordinary.map(({ recognisability }) => logit(recognisability));
  const middle = quantile(odds, 0.5);
  const mean = odds.reduce((sum, value) => sum + value, 0) / odds.length;
  const spread = Math.sqrt(odds.reduce((sum, value) => sum + (value - mean) ** 2, 0) / odds.length);
  const { means, spreads } = model.leaning;
  const leaning = {
    means,
    spreads,
    perOdds: rounded(1 / spread),
    mostOdds: rounded(middle + spread),
    knots: [],
  };
  const weighed = { ...model, leaning };
  const values = genuine.map(({ a, b }) =>
    leaningOf(
      weighed,
      positionsOf(weighed, a.sample.embedding),
      positionsOf(weighed, b.sample.embedding),
      Math.max(a.recognisability, b.recognisability),
    ),
  );
  const knots = affordable.map(
    ([share, closer]): LeaningKnot => [rounded(quantile(values, share) + margin), closer],
  );
  return { ...leaning, knots: knots.filter(([at], k) => k === 0 || at > knots[k - 1][0]) };
}

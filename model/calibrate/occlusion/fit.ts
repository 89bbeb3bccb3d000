/** Logistic regression with a ridge on standardised measures, in which covered and ordinary faces weigh alike. */
import { type OcclusionModel, occlusionOdds, standardised } from "../../../src/face/quality/occlusion.ts";
import type { Sample } from "./samples.ts";

/** Penalty per squared weight over two, on the scale of the summed log-likelihood of half the ordinary faces. */
const ridge = 60;
const rounds = 40;
/** Parts of the people: each part's scores come from a fit to the others. */
const parts = 3;
/** Share of the ordinary photos above one half; about half of these do show sunglasses. */
const occludedShare = 3e-3;

/**
 * Returns the model whose score exceeds one half for `occludedShare` of the ordinary photos, each scored by a fit
 * that saw other people alone.
 */
export function fitOcclusion(samples: readonly Sample[]): OcclusionModel {
  const odds = Array.from({ length: parts }, (_, part) => {
    const own = samples.filter(({ kind, person }) => kind === undefined && person % parts === part);
    const model = fitOdds(samples.filter(({ person }) => person % parts !== part));
    return own.map(({ measures }) => occlusionOdds(model, measures));
  }).flat();
  odds.sort((a, b) => b - a);
  const limit = odds[Math.floor(occludedShare * odds.length)];
  const model = fitOdds(samples);
  return { ...model, bias: model.bias - limit };
}

/** Fits by Newton's method (iteratively reweighted least squares). */
function fitOdds(samples: readonly Sample[]): OcclusionModel {
  const ordinary = samples.filter(({ kind }) => kind === undefined);
  const covered = samples.length - ordinary.length;
  const width = samples[0].measures.length;
  const means = Array.from({ length: width }, (_, k) => mean(ordinary.map(({ measures }) => measures[k])));
  const spreads = means.map((middle, k) =>
    Math.sqrt(mean(ordinary.map(({ measures }) => (measures[k] - middle) ** 2))),
  );
  const rows = samples.map(({ kind, measures }) => ({
    values: Float64Array.of(...measures.map((value, k) => standardised(value, means[k], spreads[k])), 1),
    label: kind === undefined ? 0 : 1,
    weight: kind === undefined ? 0.5 : (0.5 * ordinary.length) / covered,
  }));
  let weights = new Float64Array(width + 1);
  for (let round = 0; round < rounds; round++) {
    const gradient = weights.map((weight, k) => (k < width ? ridge * weight : 0));
    const hessian = Array.from(weights, (_, k) => {
      const line = new Float64Array(width + 1);
      if (k < width) line[k] = ridge;
      return line;
    });
    for (const { values, label, weight } of rows) {
      const odds = values.reduce((sum, value, k) => sum + value * weights[k], 0);
      const p = 1 / (1 + Math.exp(-odds));
      const curve = weight * Math.max(1e-9, p * (1 - p));
      const error = weight * (p - label);
      for (let k = 0; k <= width; k++) {
        gradient[k] += error * values[k];
        const line = hessian[k];
        const factor = curve * values[k];
        for (let j = 0; j <= k; j++) line[j] += factor * values[j];
      }
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, k) => weight - step[k]);
    if (step.every((change) => Math.abs(change) < 1e-8)) break;
    if (round === rounds - 1) throw new Error("the fit did not end");
  }
  return { bias: weights[width], means, spreads, weights: [...weights.subarray(0, width)] };
}

/** Solves A x = b for a positive definite A given by its lower triangle, by Cholesky's factors in place of A. */
function solve(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = b.slice();
  for (let k = 0; k < a.length; k++) {
    for (let j = 0; j <= k; j++) {
      let rest = a[k][j];
      for (let i = 0; i < j; i++) rest -= a[k][i] * a[j][i];
      a[k][j] = j === k ? Math.sqrt(rest) : rest / a[j][j];
    }
    for (let j = 0; j < k; j++) x[k] -= a[k][j] * x[j];
    x[k] /= a[k][k];
  }
  for (let k = a.length - 1; k >= 0; k--) {
    for (let j = k + 1; j < a.length; j++) x[k] -= a[j][k] * x[j];
    x[k] /= a[k][k];
  }
  return x;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

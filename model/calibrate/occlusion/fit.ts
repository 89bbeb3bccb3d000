/** Logistic regressions with a ridge on standardised measures, in which covered and ordinary faces weigh alike. */
import { type LinearOdds, linearOdds, standardised } from "../../../src/face/quality/linear-odds.ts";
import type { OcclusionModel } from "../../../src/face/quality/occlusion.ts";
import { type Sample, worn } from "./samples.ts";

/** Penalty per squared weight over two, on the scale of the summed log-likelihood of half the ordinary faces. */
const ridge = 60;
const rounds = 40;
/** Parts of the people: each part's scores come from a fit to the others. */
const parts = 3;
/** Largest shares of the ordinary photos above one half, by each of the two models: as they are, and in another light. */
const occludedShare = 2e-3;
const occludedShareRelit = 1e-2;
/** Cover that resembles eyewear, and its weight beside a photo in which eyewear is worn. */
const drawnEyewear = "sunglasses";
const drawnWeight = 0.05;

/** A face to fit by. */
interface Row {
  readonly person: number;
  readonly isRelit: boolean;
  readonly isCovered: boolean;
  /** Weight beside other covered faces; ordinary ones have 1. */
  readonly weight: number;
  readonly measures: readonly number[];
}

/**
 * Fits the regions to the drawn covers, and the eyes to eyewear that is worn and drawn. Each model's score exceeds one half
 * for at most `occludedShare` of the ordinary photos as they are and `occludedShareRelit` of those in another light, each scored
 * by a fit that saw other people alone.
 */
export function fitOcclusion(samples: readonly Sample[]): OcclusionModel {
  const rowsOf = (measuresOf: (sample: Sample) => readonly number[], weightOf: (kind: string) => number) =>
    samples.flatMap((sample): Row[] => {
      const { kind, person, isRelit } = sample;
      const weight = kind === undefined ? 1 : weightOf(kind);
      return weight === 0
        ? []
        : [{ person, isRelit, weight, isCovered: kind !== undefined, measures: measuresOf(sample) }];
    });
  const eyewearWeights: Readonly<Record<string, number>> = { [worn]: 1, [drawnEyewear]: drawnWeight };
  return {
    regions: fitWithLimit(
      rowsOf(
        ({ regions }) => regions,
        (kind) => (kind === worn ? 0 : 1),
      ),
    ),
    eyes: fitWithLimit(
      rowsOf(
        ({ eyes }) => eyes,
        (kind) => eyewearWeights[kind] ?? 0,
      ),
    ),
  };
}

/** Returns a model that finds nothing where no row is covered. */
function fitWithLimit(rows: readonly Row[]): LinearOdds {
  if (!rows.some(({ isCovered }) => isCovered)) {
    const all = (value: number) => rows[0].measures.map(() => value);
    return { bias: -100, means: all(0), spreads: all(1), weights: all(0) };
  }
  const odds: { readonly isRelit: boolean; readonly value: number }[] = [];
  for (let part = 0; part < parts; part++) {
    const model = fitOdds(rows.filter(({ person }) => person % parts !== part));
    for (const { isCovered, isRelit, person, measures } of rows)
      if (!isCovered && person % parts === part) odds.push({ isRelit, value: linearOdds(model, measures) });
  }
  const limitOf = (relit: boolean, share: number) => {
    const values = odds.flatMap(({ isRelit, value }) => (isRelit === relit ? [value] : []));
    return values.sort((a, b) => b - a)[Math.floor(share * values.length)] ?? Number.NEGATIVE_INFINITY;
  };
  const limit = Math.max(limitOf(false, occludedShare), limitOf(true, occludedShareRelit));
  const model = fitOdds(rows);
  return { ...model, bias: model.bias - limit };
}

/** Fits by Newton's method (iteratively reweighted least squares). */
function fitOdds(samples: readonly Row[]): LinearOdds {
  const ordinary = samples.filter(({ isCovered }) => !isCovered);
  const covered = samples.reduce((sum, { isCovered, weight }) => sum + (isCovered ? weight : 0), 0);
  const width = samples[0].measures.length;
  const means = Array.from({ length: width }, (_, k) => mean(ordinary.map(({ measures }) => measures[k])));
  const spreads = means.map((middle, k) =>
    Math.sqrt(mean(ordinary.map(({ measures }) => (measures[k] - middle) ** 2))),
  );
  const rows = samples.map(({ isCovered, weight, measures }) => ({
    values: Float64Array.of(...measures.map((value, k) => standardised(value, means[k], spreads[k])), 1),
    label: isCovered ? 1 : 0,
    weight: isCovered ? (0.5 * ordinary.length * weight) / covered : 0.5,
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

/**
 * Fits the relief model on made sessions: logistic regression with a ridge. Genuine sessions and attacks have equal
 * weight, and so has each kind of attack.
 */
import { featuresOf, type ReliefModel, reliefsOf } from "../../../src/face/liveness/evidence.ts";
import type { Frame } from "../../../src/face/liveness/frame.ts";
import { leastSquares } from "../../../src/face/liveness/linear.ts";
import type { MadeKind } from "./observe.ts";
import type { Person } from "./store.ts";

export interface Sample {
  readonly kind: MadeKind;
  readonly features: readonly number[];
}

/** Log odds from which a session counts as a head's: even odds between a head and an attack. */
const minLogOdds = 0;
const ridge = 0.02;
const rounds = 40;

export function samplesOf(people: readonly Person[]): Sample[] {
  return people.flatMap(({ sessions }) =>
    sessions.flatMap(({ kind, challenge, frames }) => {
      if (frames.some((frame) => frame === null)) return [];
      const reliefs = reliefsOf(challenge, frames as readonly Frame[]);
      return reliefs === null ? [] : [{ kind, features: featuresOf(reliefs) }];
    }),
  );
}

/** Fits by iteratively reweighted least squares. */
export function fitRelief(samples: readonly Sample[]): ReliefModel {
  const width = samples[0].features.length;
  const mean = Array.from({ length: width }, (_, k) =>
    samples.reduce((sum, { features }) => sum + features[k] / samples.length, 0),
  );
  const deviation = mean.map((centre, k) =>
    Math.sqrt(samples.reduce((sum, { features }) => sum + (features[k] - centre) ** 2 / samples.length, 0)),
  );
  const counts = new Map<MadeKind, number>();
  for (const { kind } of samples) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const shares = samples.map(
    ({ kind }) => 0.5 / counts.get(kind)! / (kind === "genuine" ? 1 : counts.size - 1),
  );
  const columns = width + 1;
  const rows = new Float64Array((samples.length + width) * columns);
  samples.forEach(({ features }, i) => {
    rows.set([...features.map((value, k) => (value - mean[k]) / deviation[k]), 1], i * columns);
  });
  for (let k = 0; k < width; k++) rows[(samples.length + k) * columns + k] = 1;
  let beta = new Float64Array(columns);
  const targets = new Float64Array(samples.length + width);
  const weights = new Float64Array(samples.length + width).fill(ridge);
  for (let round = 0; round < rounds; round++) {
    samples.forEach(({ kind }, i) => {
      let z = 0;
      for (let k = 0; k < columns; k++) z += rows[i * columns + k] * beta[k];
      const p = Math.min(1 - 1e-6, Math.max(1e-6, 1 / (1 + Math.exp(-z))));
      const curve = p * (1 - p);
      weights[i] = curve * shares[i];
      targets[i] = z + ((kind === "genuine" ? 1 : 0) - p) / curve;
    });
    const next = leastSquares(rows, columns, targets, weights);
    if (next === null) throw new Error("the features do not determine the model");
    beta = Float64Array.from(beta, (value, k) => value + (next[k] - value) / 2);
  }
  const fitted = Array.from({ length: width }, (_, k) => beta[k] / deviation[k]);
  const bias = fitted.reduce((sum, weight, k) => sum - weight * mean[k], beta[width]);
  return { bias, weights: fitted, minLogOdds };
}

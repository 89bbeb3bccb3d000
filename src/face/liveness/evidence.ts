/** Evidence that the turned frames of a session show a head: their relief, weighed by a logistic model. */
import type { Challenge } from "./challenge.ts";
import type { Frame } from "./frame.ts";
import { matchPortraits } from "./matches.ts";
import { isTurn, type Relief, reliefOf } from "./relief.ts";

/** Measures the relief of each turned frame against the first. Null where one of them shows too little of the face. */
export function reliefsOf(challenge: Challenge, [frontal, ...frames]: readonly Frame[]): Relief[] | null {
  const reliefs: Relief[] = [];
  for (const [k, pose] of challenge.entries()) {
    if (!isTurn(pose)) continue;
    const frame = frames[k];
    const matches = matchPortraits(frontal.portrait, frame.portrait);
    const relief = matches && reliefOf(pose, matches, frontal.landmarks, frame.landmarks);
    if (relief === null) return null;
    reliefs.push(relief);
  }
  return reliefs.length === 0 ? null : reliefs;
}

/** Pushes beyond which more relief proves no more, and below which less proves no less, eye distances. */
const enough = { nose: 0.12, cheeks: 0.2, landmark: 0.2 };
const floor = -0.05;

/**
 * Features of a session, in the order of the model's weights: mean and least of the nose, the cheeks, the nose landmark
 * and the weaker of nose and cheeks, each as far as it is enough; and the mean of brow and chin, which stand before the
 * plane of eyes and mouth corners.
 *
 * Noise, blur and failed matches are no features: they come of the renderer or the camera, and would tell made sessions
 * apart by how they were made.
 */
export function featuresOf(reliefs: readonly Relief[]): number[] {
  const pairs = (read: (relief: Relief) => number) => {
    const values = reliefs.map(read);
    return [values.reduce((sum, value) => sum + value, 0) / values.length, Math.min(...values)];
  };
  const [chin] = pairs((relief) => clamp(relief.chin, floor, enough.cheeks));
  return [
    ...pairs(({ nose }) => clamp(nose, floor, enough.nose)),
    ...pairs(({ cheeks }) => clamp(cheeks, floor, enough.cheeks)),
    ...pairs(({ noseLandmark }) => clamp(noseLandmark, floor, enough.landmark)),
    ...pairs(({ nose, cheeks }) => Math.min(nose / enough.nose, cheeks / enough.cheeks, 1)),
    chin,
  ];
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Logistic model: log odds = bias + the sum of weight · feature. */
export interface ReliefModel {
  readonly bias: number;
  readonly weights: readonly number[];
  /** Log odds from which a session counts as a head's. */
  readonly minLogOdds: number;
}

export function logOddsOf({ bias, weights }: ReliefModel, features: readonly number[]): number {
  if (features.length !== weights.length) throw new Error("the model has weights for other features");
  return features.reduce((sum, feature, k) => sum + weights[k] * feature, bias);
}

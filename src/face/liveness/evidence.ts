/** Evidence that the turned frames of a session show a head: their relief, weighed by a logistic model. */
import { type Challenge, isTurn } from "./challenge.ts";
import type { Frame } from "./frame.ts";
import { soughtFace } from "./matches.ts";
import { changeOf } from "./poses.ts";
import { type Relief, reliefOf, turnOfCheeks, usualHead, type Vector } from "./relief.ts";

/** Measures the relief of each turned frame against the first. Null where one of them shows too little of the face. */
export function reliefsOf(challenge: Challenge, [frontal, ...frames]: readonly Frame[]): Relief[] | null {
  const face = soughtFace(frontal.portrait);
  const reliefs: Relief[] = [];
  for (const [k, pose] of challenge.entries()) {
    if (!isTurn(pose)) continue;
    const frame = frames[k];
    const relief = reliefOf(face, frame.portrait, changeOf(frontal, frame));
    if (relief === null) return null;
    reliefs.push(relief);
  }
  return reliefs.length === 0 ? null : reliefs;
}

/**
 * Heights of a session's face over the plane of eyes and mouth corners, eye distances: the least squares solution of
 * push = height · turn over all its frames. A frame counts half that turned so far that patches are lost.
 */
interface Heights {
  readonly cheeks: number;
  readonly nose: number;
  /** Brow and chin, by turns to the side and by turns up or down. */
  readonly chinAside: number;
  readonly chinUpright: number;
}

/** Added to the squares of the turns, so that frames that hardly turned prove nothing. */
const still = 0.01;
/** Sine of the turn at which a frame counts half. */
const halfWeight = 0.3;

function heightsOf(reliefs: readonly Relief[]): Heights {
  const height = (
    read: (relief: Relief) => Vector,
    axes: readonly (0 | 1)[],
    turned = ({ turn }: Relief) => turn,
  ) => {
    let product = 0;
    let squares = still;
    for (const relief of reliefs) {
      const weight = 1 / (1 + (Math.hypot(...relief.turn) / halfWeight) ** 4);
      for (const axis of axes) {
        const turn = turned(relief)[axis];
        product += weight * read(relief)[axis] * turn;
        squares += weight * turn ** 2;
      }
    }
    return product / squares;
  };
  return {
    cheeks: height(
      ({ cheeks }) => cheeks,
      [0, 1],
      ({ turn }) => turnOfCheeks(turn),
    ),
    nose: height(({ nose }) => nose, [0, 1]),
    chinAside: height(({ chin }) => chin, [0]),
    chinUpright: height(({ chin }) => chin, [1]),
  };
}

/**
 * Features of a session, in the order of the model's weights. Cheeks and nose count as shares of a usual head's: each
 * up to 0.8, the smaller of both up to 0.8, and what either is beyond 1.1; then by how much brow and chin lie further
 * back than a head's, by turns to the side and by turns up or down.
 *
 * Heights are a head's own, however far it turned. Noise, blur and failed matches are no features: they come of the
 * renderer or the camera, and would tell made sessions apart by how they were made.
 */
export function featuresOf(reliefs: readonly Relief[]): number[] {
  const heights = heightsOf(reliefs);
  const [cheeks, nose] = [heights.cheeks / usualHead.cheeks, heights.nose / usualHead.nose];
  return [
    clamp(cheeks, -0.5, 0.8),
    clamp(nose, -0.5, 0.8),
    clamp(Math.min(cheeks, nose), -0.5, 0.8),
    clamp(cheeks - 1.1, 0, 1),
    clamp(nose - 1.1, 0, 1),
    clamp(heights.chinAside - 0.15, 0, 0.6),
    clamp(heights.chinUpright - 0.3, 0, 0.6),
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

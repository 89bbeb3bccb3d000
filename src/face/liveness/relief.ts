/**
 * Relief of a face between two frames: how far its points moved beyond what a flat picture's could.
 *
 * The points of a plane move by a homography; a point above the plane moves further, by its height times one vector
 * (plane plus parallax: Sawhney, "3D geometry from planar parallax", CVPR 1994). For a head at some distance that
 * vector points where the nose goes, and is as long as the sine of the turn. The fit has a homography and three shapes
 * of relief, each with a vector of its own: cheeks that lie back at both sides, brow and chin that lie back above and
 * below, and a nose. A flat picture has none of them, one bent over a cylinder no nose, and one whose nose or eyes
 * were moved no cheeks.
 *
 * A patch that turned looks different, the more so the further. The face is therefore looked for again where the fit says
 * that it is: patches are then seen as they were in the frontal frame. It is looked for a third time where it would be if
 * it were a usual head, and that counts if the patches are more alike there: of the first look, a head that turned far
 * may leave the nose behind.
 */

import type { Portrait } from "./frame.ts";
import { leastSquares } from "./linear.ts";
import { type Matches, matchPatches, type Search, type SoughtFace } from "./matches.ts";
import { type Motion, shapes, standingStill, unknownsOfMotion, unknownsOfPlane } from "./motion.ts";
import type { Change } from "./poses.ts";

/** A vector in the picture: x to its right, y down. */
export type Vector = readonly [x: number, y: number];

/** Relief between two frames; pushes in eye distances of the frontal frame. */
export interface Relief {
  /** Sines of the turn to the picture's right, and down: the way of a point one eye distance above the plane. */
  readonly turn: Vector;
  readonly cheeks: Vector;
  /** Push of brow and chin. */
  readonly chin: Vector;
  readonly nose: Vector;
}

/** Matches below which nothing can be said; the fit has 14 unknowns. */
const leastMatches = 20;
/** Error, eye distances, at which a match counts half (Cauchy weights). */
const halfWeight = 0.06;
const rounds = 5;
/** Turn beyond which landmarks and matches say no more, degrees. */
const mostTurn = 40;
/** Sine of the turn from which the cheeks are pushed no further. */
const mostForCheeks = 0.3;
/** Heights of a usual head as they are measured here, eye distances: medians of two real men and of made heads. */
export const usualHead = { cheeks: 0.6, nose: 0.2 } as const;

/** Measures the relief of a turned frame; null where too little of the face was matched. */
export function reliefOf(
  face: SoughtFace,
  other: Portrait,
  change: Pick<Change, "yaw" | "pitch">,
): Relief | null {
  const turn = turnOf(change);
  const first = look(face, other, standingStill, { reach: 12, isFine: false });
  const own = first && look(face, other, first.motion, { reach: 8, isFine: true });
  if (own === null) return null;
  const relief = reliefBy(own.motion, turn);
  if (showsHead(relief)) return relief;
  const asHead = fitted(own.matches, pushesOfHead(turn));
  const again = asHead && look(face, other, asHead, { reach: 6, isFine: true });
  const isLiker = again !== null && again.matches.likeness > own.matches.likeness;
  return isLiker ? reliefBy(again.motion, turn) : relief;
}

interface Look {
  readonly matches: Matches;
  readonly motion: Motion;
}

function look(face: SoughtFace, other: Portrait, guess: Motion, search: Search): Look | null {
  const matches = matchPatches(face, other, guess, search);
  if (matches === null || matches.count < leastMatches) return null;
  const motion = fitted(matches);
  return motion && { matches, motion };
}

function reliefBy(motion: Motion, turn: Vector): Relief {
  const push = (k: number): Vector => [motion[unknownsOfPlane + k], motion[unknownsOfPlane + 3 + k]];
  return { turn, cheeks: push(0), chin: push(1), nose: push(2) };
}

/** True when cheeks and nose are pushed along the turn as far as those of a usual head. */
function showsHead({ turn, cheeks, nose }: Relief): boolean {
  const along = (push: Vector, of: Vector, height: number) =>
    push[0] * of[0] + push[1] * of[1] >= height * (of[0] ** 2 + of[1] ** 2);
  return along(cheeks, turnOfCheeks(turn), usualHead.cheeks) && along(nose, turn, usualHead.nose);
}

function turnOf({ yaw, pitch }: Pick<Change, "yaw" | "pitch">): Vector {
  const sine = (degrees: number) =>
    Math.sin((Math.max(-mostTurn, Math.min(mostTurn, degrees)) * Math.PI) / 180);
  return [sine(yaw), -sine(pitch)];
}

/** Turn as far as it pushes the cheeks: beyond, the far one hides, and patches of it are lost. */
export function turnOfCheeks(turn: Vector): Vector {
  const bounded = (sine: number) => Math.max(-mostForCheeks, Math.min(mostForCheeks, sine));
  return [bounded(turn[0]), bounded(turn[1])];
}

/** Pushes of a usual head, in the order of a fit's. */
function pushesOfHead(turn: Vector): number[] {
  const cheeks = turnOfCheeks(turn);
  return [0, 1].flatMap((axis) => [usualHead.cheeks * cheeks[axis], 0, usualHead.nose * turn[axis]]);
}

/**
 * Fits a motion by least squares with robust weights: the homography and the pushes, or the homography alone where the
 * pushes are given. Each match gives an equation along its patch's gradients and one across them.
 */
function fitted({ count, from, to, axis, weight }: Matches, given?: readonly number[]): Motion | null {
  const width = given === undefined ? unknownsOfMotion : unknownsOfPlane;
  const rows = new Float64Array(2 * count * width);
  const targets = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y, u, v] = [from[2 * i], from[2 * i + 1], to[2 * i], to[2 * i + 1]];
    const [cheeks, chin, nose] = shapes(x, y);
    for (let part = 0; part < 2; part++) {
      const p = part === 0 ? axis[2 * i] : -axis[2 * i + 1];
      const q = part === 0 ? axis[2 * i + 1] : axis[2 * i];
      const place = p * u + q * v;
      const relief = [p * cheeks, p * chin, p * nose, q * cheeks, q * chin, q * nose];
      const at = (2 * i + part) * width;
      rows[at] = p * x;
      rows[at + 1] = p * y;
      rows[at + 2] = p;
      rows[at + 3] = q * x;
      rows[at + 4] = q * y;
      rows[at + 5] = q;
      rows[at + 6] = -place * x;
      rows[at + 7] = -place * y;
      if (given === undefined) rows.set(relief, at + unknownsOfPlane);
      targets[2 * i + part] = place - (given?.reduce((sum, push, k) => sum + push * relief[k], 0) ?? 0);
    }
  }
  const weights = weight.slice();
  let solved: Float64Array | null = null;
  for (let round = 0; round < rounds; round++) {
    solved = leastSquares(rows, width, targets, weights);
    if (solved === null) return null;
    weigh(rows, solved, targets, weight, weights);
  }
  return solved && (given === undefined ? solved : Float64Array.of(...solved, ...given));
}

/** Writes the weights of the next round. */
function weigh(
  rows: Float64Array,
  solved: Float64Array,
  targets: Float64Array,
  weight: Float64Array,
  weights: Float64Array,
): void {
  const half = halfWeight * halfWeight;
  const width = solved.length;
  for (let i = 0; i < targets.length; i += 2) {
    let squared = 0;
    const most = Math.max(weight[i], weight[i + 1], 1e-9);
    for (const row of [i, i + 1]) {
      let error = -targets[row];
      for (let k = 0; k < width; k++) error += rows[row * width + k] * solved[k];
      squared += (error * error * weight[row]) / most;
    }
    for (const row of [i, i + 1]) weights[row] = weight[row] / (1 + squared / half);
  }
}

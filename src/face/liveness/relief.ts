/**
 * Relief of a face between two frames: how far its points moved beyond what a flat picture's could.
 *
 * The points of a plane move by a homography; a point above the plane moves further, by its height times one vector
 * (plane plus parallax: Sawhney, "3D geometry from planar parallax", CVPR 1994). For a head at some distance that
 * vector points where the nose goes, and is as long as the sine of the turn. The fit has a homography and three shapes
 * of relief, each with a vector of its own: cheeks that lie back at both sides, brow and chin that lie back above and
 * below, and a nose. A flat picture has none of them, one bent over a cylinder no nose, and one whose nose or eyes
 * were moved no cheeks.
 */
import type { Landmarks } from "../geometry.ts";
import type { PoseName } from "./challenge.ts";
import { leastSquares } from "./linear.ts";
import type { Matches } from "./matches.ts";

/** Pushes in eye distances of the frontal frame, along the turn that was asked for. */
export interface Relief {
  readonly nose: number;
  readonly cheeks: number;
  /** Push of brow and chin. */
  readonly chin: number;
  /** Nose landmark beyond the homography of eyes and mouth corners. */
  readonly noseLandmark: number;
}

/** Direction in which a turn takes the nose, in the picture. */
const directions: Readonly<Partial<Record<PoseName, readonly [number, number]>>> = {
  left: [1, 0],
  right: [-1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** True for poses that turn the head, the only ones that show relief. */
export function isTurn(pose: PoseName): boolean {
  return directions[pose] !== undefined;
}

/** Matches below which nothing can be said; the fit has 14 unknowns. */
const leastMatches = 16;
/** Error, eye distances, at which a match counts half (Cauchy weights). */
const halfWeight = 0.04;
const rounds = 6;
const unknowns = 14;

/** Shapes of relief at (x, y), eye distances from the middle of the eyes: cheeks, brow and chin, nose. */
function shapes(x: number, y: number): readonly [number, number, number] {
  return [-x * x, -((y - 0.5) ** 2), Math.exp(-((x / 0.22) ** 2) - ((y - 0.5) / 0.3) ** 2)];
}

/** Measures the relief of a turned frame; null where too little of the face was matched, or for no turn. */
export function reliefOf(
  pose: PoseName,
  matches: Matches,
  frontal: Landmarks,
  turned: Landmarks,
): Relief | null {
  const direction = directions[pose];
  if (direction === undefined || matches.count < leastMatches) return null;
  const fitted = fitPushes(matches);
  const noseOff = noseBeyondPlane(frontal, turned);
  if (fitted === null || noseOff === null) return null;
  const [dx, dy] = direction;
  const { pushX, pushY } = fitted;
  const along = (k: number) => pushX[k] * dx + pushY[k] * dy;
  return {
    cheeks: along(0),
    chin: along(1),
    nose: along(2),
    noseLandmark: noseOff[0] * dx + noseOff[1] * dy,
  };
}

/**
 * Fits u (1 + g x + h y) = a x + b y + c + p · shapes, and v likewise with the same g and h, by least squares with
 * robust weights.
 */
function fitPushes({ count, from, to, strength }: Matches) {
  const rows = new Float64Array(2 * count * unknowns);
  for (let i = 0; i < count; i++) {
    const [x, y, u, v] = [from[2 * i], from[2 * i + 1], to[2 * i], to[2 * i + 1]];
    const relief = shapes(x, y);
    rows.set([x, y, 1, 0, 0, 0, ...relief, 0, 0, 0, -u * x, -u * y], 2 * i * unknowns);
    rows.set([0, 0, 0, x, y, 1, 0, 0, 0, ...relief, -v * x, -v * y], (2 * i + 1) * unknowns);
  }
  const weights = new Float64Array(2 * count);
  for (let k = 0; k < 2 * count; k++) weights[k] = strength[k >> 1];
  let solved: Float64Array | null = null;
  for (let round = 0; round < rounds; round++) {
    solved = leastSquares(rows, unknowns, to.subarray(0, 2 * count), weights);
    if (solved === null) return null;
    weigh(rows, solved, to, strength, weights);
  }
  if (solved === null) return null;
  return { pushX: solved.subarray(6, 9), pushY: solved.subarray(9, 12) };
}

/** Writes the weights of the next round. */
function weigh(
  rows: Float64Array,
  solved: Float64Array,
  targets: Float64Array,
  strength: Float64Array,
  weights: Float64Array,
): void {
  const half = halfWeight * halfWeight;
  for (let i = 0; i < strength.length; i++) {
    let squared = 0;
    for (const row of [2 * i, 2 * i + 1]) {
      let error = -targets[row];
      for (let k = 0; k < unknowns; k++) error += rows[row * unknowns + k] * solved[k];
      squared += error * error;
    }
    weights[2 * i] = weights[2 * i + 1] = strength[i] / (1 + squared / half);
  }
}

/**
 * Carries the frontal nose onto the turned frame by the homography of eyes and mouth corners. Returns the turned nose
 * less that place, in eye distances of the frontal frame along the turned face's own axes; null for points that have
 * no homography.
 */
export function noseBeyondPlane(frontal: Landmarks, turned: Landmarks): readonly [number, number] | null {
  const rows = new Float64Array(8 * unknownsOfPlane);
  const targets = new Float64Array(8);
  const unit = Math.hypot(frontal[1].x - frontal[0].x, frontal[1].y - frontal[0].y);
  const at = (points: Landmarks, k: number) => [
    (points[k].x - points[2].x) / unit,
    (points[k].y - points[2].y) / unit,
  ];
  [0, 1, 3, 4].forEach((k, i) => {
    const [x, y] = at(frontal, k);
    const [u, v] = at(turned, k);
    rows.set([x, y, 1, 0, 0, 0, -u * x, -u * y], 16 * i);
    rows.set([0, 0, 0, x, y, 1, -v * x, -v * y], 16 * i + 8);
    targets.set([u, v], 2 * i);
  });
  const solved = leastSquares(rows, unknownsOfPlane, targets, new Float64Array(8).fill(1));
  if (solved === null) return null;
  // Both noses are the origin of their coordinates, so the carried nose is the homography's shift.
  const [x, y] = [-solved[2], -solved[5]];
  const lean = Math.atan2(turned[1].y - turned[0].y, turned[1].x - turned[0].x);
  return [x * Math.cos(lean) + y * Math.sin(lean), -x * Math.sin(lean) + y * Math.cos(lean)];
}

const unknownsOfPlane = 8;

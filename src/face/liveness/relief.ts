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
import { leastSquares } from "./linear.ts";
import type { Matches } from "./matches.ts";
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
const unknowns = 14;
/** Turn beyond which landmarks and matches say no more, degrees. */
const mostTurn = 40;

/** Shapes of relief at (x, y), eye distances from the middle of the eyes: cheeks, brow and chin, nose. */
function shapes(x: number, y: number): readonly [number, number, number] {
  return [-x * x, -((y - 0.5) ** 2), Math.exp(-((x / 0.3) ** 2) - ((y - 0.5) / 0.35) ** 2)];
}

/** Measures the relief of a turned frame; null where too little of the face was matched. */
export function reliefOf(matches: Matches, { yaw, pitch }: Pick<Change, "yaw" | "pitch">): Relief | null {
  if (matches.count < leastMatches) return null;
  const fitted = fitPushes(matches);
  if (fitted === null) return null;
  const sine = (degrees: number) =>
    Math.sin((Math.max(-mostTurn, Math.min(mostTurn, degrees)) * Math.PI) / 180);
  const push = (k: number): Vector => [fitted[6 + k], fitted[9 + k]];
  return { turn: [sine(yaw), -sine(pitch)], cheeks: push(0), chin: push(1), nose: push(2) };
}

/**
 * Fits u (1 + g x + h y) = a x + b y + c + p · shapes, and v likewise with the same g and h, by least squares with
 * robust weights. Each match gives an equation along its patch's gradients and one across them.
 */
function fitPushes({ count, from, to, axis, weight }: Matches): Float64Array | null {
  const rows = new Float64Array(2 * count * unknowns);
  const targets = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y, u, v] = [from[2 * i], from[2 * i + 1], to[2 * i], to[2 * i + 1]];
    const [cheeks, chin, nose] = shapes(x, y);
    for (const part of [0, 1]) {
      const p = part === 0 ? axis[2 * i] : -axis[2 * i + 1];
      const q = part === 0 ? axis[2 * i + 1] : axis[2 * i];
      const target = p * u + q * v;
      const across = [p * x, p * y, p, q * x, q * y, q];
      const relief = [p * cheeks, p * chin, p * nose, q * cheeks, q * chin, q * nose];
      rows.set([...across, ...relief, -target * x, -target * y], (2 * i + part) * unknowns);
      targets[2 * i + part] = target;
    }
  }
  const weights = weight.slice();
  let solved: Float64Array | null = null;
  for (let round = 0; round < rounds; round++) {
    solved = leastSquares(rows, unknowns, targets, weights);
    if (solved === null) return null;
    weigh(rows, solved, targets, weight, weights);
  }
  return solved;
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
  for (let i = 0; i < targets.length; i += 2) {
    let squared = 0;
    const most = Math.max(weight[i], weight[i + 1], 1e-9);
    for (const row of [i, i + 1]) {
      let error = -targets[row];
      for (let k = 0; k < unknowns; k++) error += rows[row * unknowns + k] * solved[k];
      squared += (error * error * weight[row]) / most;
    }
    for (const row of [i, i + 1]) weights[row] = weight[row] / (1 + squared / half);
  }
}

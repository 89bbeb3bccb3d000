/**
 * Head pose from five landmarks: the scaled orthographic camera that best shows a generic face (POS, DeMenthon &
 * Davis 1995: least squares for the camera's two axes, then made orthonormal).
 */
import type { Landmarks } from "../geometry.ts";

/** Rotation of the head in degrees; all zero when it looks into the camera. */
export interface Pose {
  /** Positive: the face turns to the picture's right. */
  readonly yaw: number;
  /** Positive: the face looks up. */
  readonly pitch: number;
  /** Positive: the head leans to the picture's right (clockwise). */
  readonly roll: number;
}

/**
 * Eye centres, nose tip and mouth corners of an average adult (millimetres; x to the picture's
 * right, y down, z away from the camera; from the mean distances of Farkas 1994).
 */
const averageFace: readonly (readonly [number, number, number])[] = [
  [-31.5, -32, 0],
  [31.5, -32, 0],
  [0, 4, -28],
  [-25, 34, -4],
  [25, 34, -4],
];

const centre = [0, 1, 2].map((axis) =>
  averageFace.reduce((sum, point) => sum + point[axis] / averageFace.length, 0),
);
const centred = averageFace.map((point) => point.map((value, axis) => value - centre[axis]));
const solver = pseudoInverse(centred);

export function estimatePose(landmarks: Landmarks): Pose {
  const meanX = landmarks.reduce((sum, { x }) => sum + x / landmarks.length, 0);
  const meanY = landmarks.reduce((sum, { y }) => sum + y / landmarks.length, 0);
  const i = solver.map((row) => row.reduce((sum, weight, k) => sum + weight * (landmarks[k].x - meanX), 0));
  const j = solver.map((row) => row.reduce((sum, weight, k) => sum + weight * (landmarks[k].y - meanY), 0));
  const right = normalised(i);
  // A symmetric orthogonalisation would favour neither axis; with five noisy points the difference does not show.
  const along = j.reduce((sum, value, axis) => sum + value * right[axis], 0);
  const down = normalised(j.map((value, axis) => value - along * right[axis]));
  const away = cross(right, down);
  // The camera's axes are the rows of R = Rz(roll) Ry(yaw) Rx(pitch).
  return {
    yaw: degrees(Math.asin(Math.max(-1, Math.min(1, away[0])))),
    pitch: degrees(Math.atan2(-away[1], away[2])),
    roll: degrees(Math.atan2(down[0], right[0])),
  };
}

/** Returns (A^T A)^-1 A^T for the 5 x 3 matrix A, as 3 rows of 5. */
function pseudoInverse(a: readonly (readonly number[])[]): number[][] {
  const m = [0, 1, 2].map((r) => [0, 1, 2].map((c) => a.reduce((sum, row) => sum + row[r] * row[c], 0)));
  const cofactor = (r: number, c: number) =>
    m[(r + 1) % 3][(c + 1) % 3] * m[(r + 2) % 3][(c + 2) % 3] -
    m[(r + 1) % 3][(c + 2) % 3] * m[(r + 2) % 3][(c + 1) % 3];
  const determinant = m[0][0] * cofactor(0, 0) + m[0][1] * cofactor(0, 1) + m[0][2] * cofactor(0, 2);
  return [0, 1, 2].map((r) =>
    a.map((row) => [0, 1, 2].reduce((sum, c) => sum + (cofactor(c, r) / determinant) * row[c], 0)),
  );
}

function normalised(v: readonly number[]): number[] {
  const length = Math.hypot(...v) || 1;
  return v.map((value) => value / length);
}

function cross([a, b, c]: readonly number[], [x, y, z]: readonly number[]): number[] {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}

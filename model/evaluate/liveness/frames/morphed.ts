/**
 * A photo morphed to each pose: its eyes, nose and mouth corners are moved to where those of a head would be, and what
 * lies between them and the still edge of the picture follows by a thin-plate spline (Bookstein 1989).
 */
import { leastSquares } from "../../../../src/face/liveness/linear.ts";
import { drawByInverse, type Picture } from "../rendering/picture.ts";
import { project, rotation } from "../rendering/render.ts";
import type { Scene } from "../rendering/scene.ts";
import { genuineTurn } from "./genuine.ts";
import { type Asked, between, closeness, gaussian, type Random, type Setting, side } from "./setting.ts";

/** Depths that the attacker takes for eyes, nose and mouth corners, eye distances towards the camera. */
const depths = [0, 0, 0.45, 0.05, 0.05];
/** Half side of the square beyond which the picture stays, eye distances. */
const edge = 2.4;

type Point = readonly [number, number];

export function morphedFrame(random: Random, scene: Scene, setting: Setting, asked: Asked): Picture {
  const { head, landmarks, photo, roll } = scene;
  const { eyesPx, distance, habits } = setting;
  const near = closeness(random, asked);
  const shift = [0.02 * side * gaussian(random), 0.02 * side * gaussian(random)];
  const [middleX, middleY] = [side / 2 + shift[0], side * 0.44 + shift[1]];
  const camera = { distance, unitPx: eyesPx, centreX: middleX, centreY: middleY };
  const turn = genuineTurn(random, habits, asked);
  const rows = rotation({ ...turn, roll: turn.roll + roll });
  const [eyesX, eyesY] = head.toPhoto(0, 0);
  const lean = (roll * Math.PI) / 180;
  const strength = between(random, 0.7, 1.2);
  const points = landmarks.flatMap(({ x, y }, k) => {
    const [u, v] = [(x - eyesX) / head.unitPx, (y - eyesY) / head.unitPx];
    return [
      u * Math.cos(lean) + v * Math.sin(lean),
      v * Math.cos(lean) - u * Math.sin(lean),
      strength * depths[k],
    ];
  });
  const pivot = [0, 0.7, -1];
  const seen = project(Float64Array.from(points), rows, pivot, [0, 0, distance * (1 - 1 / near)], camera);
  const places: Point[] = landmarks.map((_, k) => [seen[3 * k], seen[3 * k + 1]]);
  const origins: Point[] = landmarks.map(({ x, y }) => [x, y]);
  for (const [u, v] of outline()) {
    places.push([middleX + u * eyesPx * near, middleY + v * eyesPx * near]);
    origins.push([eyesX + u * head.unitPx, eyesY + v * head.unitPx]);
  }
  return drawByInverse(photo, side, side, gridded(splineOf(places, origins)));
}

/** Twelve points of the square's edge around the face. */
function outline(): Point[] {
  const steps = [-1, -1 / 3, 1 / 3, 1].map((share) => edge * share);
  return steps
    .flatMap((u) => steps.map((v) => [u, 0.4 + v] as const))
    .filter(([u, v]) => {
      return Math.abs(u) === edge || Math.abs(v - 0.4) === edge;
    });
}

/** Returns the thin-plate spline that carries each of `from` to its one of `to`. */
function splineOf(from: readonly Point[], to: readonly Point[]): (x: number, y: number) => Point {
  const count = from.length;
  const width = count + 3;
  // Coordinates near one keep the system well conditioned.
  const scaled = from.map(([x, y]) => [x / side, y / side] as const);
  const basis = (x: number, y: number) => {
    const row = new Float64Array(width);
    scaled.forEach(([u, v], k) => {
      const squared = (x - u) ** 2 + (y - v) ** 2;
      row[k] = squared === 0 ? 0 : squared * Math.log(squared);
    });
    row.set([1, x, y], count);
    return row;
  };
  const rows = new Float64Array(width * width);
  scaled.forEach(([x, y], k) => {
    rows.set(basis(x, y), k * width);
    rows[count * width + k] = 1;
    rows[(count + 1) * width + k] = x;
    rows[(count + 2) * width + k] = y;
  });
  const even = new Float64Array(width).fill(1);
  const [across, down] = [0, 1].map((axis) => {
    const targets = new Float64Array(width);
    to.forEach((point, k) => {
      targets[k] = point[axis];
    });
    const solved = leastSquares(rows, width, targets, even);
    if (solved === null) throw new Error("the landmarks determine no spline");
    return solved;
  });
  return (x, y) => {
    const row = basis(x / side, y / side);
    let [u, v] = [0, 0];
    for (let k = 0; k < width; k++) {
      u += across[k] * row[k];
      v += down[k] * row[k];
    }
    return [u, v];
  };
}

/** Knots of the grid between which a spline is interpolated, px: it is smooth, and slow to compute at each pixel. */
const knot = 6;

function gridded(spline: (x: number, y: number) => Point): (x: number, y: number) => Point {
  const count = side / knot + 2;
  const knots = new Float64Array(2 * count * count);
  for (let i = 0; i < count * count; i++)
    knots.set(spline((i % count) * knot, Math.floor(i / count) * knot), 2 * i);
  return (x, y) => {
    const [u, v] = [Math.floor(x / knot), Math.floor(y / knot)];
    const [fx, fy] = [x / knot - u, y / knot - v];
    const at = 2 * (v * count + u);
    const below = at + 2 * count;
    const value = (axis: number) =>
      (knots[at + axis] * (1 - fx) + knots[at + 2 + axis] * fx) * (1 - fy) +
      (knots[below + axis] * (1 - fx) + knots[below + 2 + axis] * fx) * fy;
    return [value(0), value(1)];
  };
}

/** A head that takes a pose before its surroundings. */
import { drawByInverse, type Picture } from "../rendering/picture.ts";
import { drawMesh, project, rotation, type Turn } from "../rendering/render.ts";
import type { Scene } from "../rendering/scene.ts";
import {
  type Asked,
  between,
  closeness,
  gaussian,
  type Habits,
  type Random,
  type Setting,
  side,
} from "./setting.ts";

/** Turn of a person who follows the instruction as is their habit. */
export function genuineTurn(random: Random, { turn, lift, aside, above, lean }: Habits, asked: Asked): Turn {
  const towards = { left: 1, right: -1 }[asked as string] ?? 0;
  const upwards = { up: 1, down: -1 }[asked as string] ?? 0;
  const yaw = aside + 2 * gaussian(random) + towards * (turn + 2 * gaussian(random));
  const pitch = above + 2 * gaussian(random) + upwards * (lift + 2 * gaussian(random));
  return { yaw, pitch, roll: 2 * gaussian(random) + lean * (yaw - aside) };
}

export function genuineFrame(random: Random, scene: Scene, setting: Setting, asked: Asked): Picture {
  const { head, surroundings } = scene;
  const { eyesPx } = setting;
  const magnify = eyesPx / head.unitPx;
  const near = closeness(random, asked);
  const zoom = asked === "closer" ? between(random, 1, 1 + (near - 1) / 2) : between(random, 0.98, 1.02);
  const lean = (2 * gaussian(random) * Math.PI) / 180;
  const [dx, dy] = [0.02 * side * gaussian(random), 0.02 * side * gaussian(random)];
  const [eyesX, eyesY] = head.toPhoto(0, 0);
  const [middleX, middleY] = [side / 2 + dx, side * 0.44 + dy];
  const frame = drawByInverse(surroundings, side, side, (x, y) => {
    const [u, v] = [(x - middleX) / (magnify * zoom), (y - middleY) / (magnify * zoom)];
    return [eyesX + u * Math.cos(lean) + v * Math.sin(lean), eyesY - u * Math.sin(lean) + v * Math.cos(lean)];
  });
  const turn = genuineTurn(random, setting.habits, asked);
  const turned = rotation({ ...turn, roll: turn.roll + scene.roll + (lean * 180) / Math.PI });
  const vertices = withExpression(random, head.vertices, setting.habits.lively);
  const camera = { distance: setting.distance, unitPx: eyesPx, centreX: middleX, centreY: middleY };
  const pivot = [0, 0.7, -1];
  const shift = [0.04 * gaussian(random), 0.04 * gaussian(random), setting.distance * (1 - 1 / near)];
  const projected = project(vertices, turned, pivot, shift, camera);
  const shade = shading(
    head.vertices,
    head.triangles,
    turned,
    rotation({ yaw: 0, pitch: 0, roll: scene.roll }),
    setting,
  );
  drawMesh(frame, scene.photo, projected, head.texture, head.triangles, shade);
  return frame;
}

/** Moves mouth, jaw and brows, as a face does that waits or speaks. */
function withExpression(random: Random, vertices: Float64Array, lively: number): Float64Array {
  const bumps = [
    { x: -0.4, y: 1.1, wide: 0.3, dx: 0.02 * gaussian(random), dy: 0.03 * gaussian(random) },
    { x: 0.4, y: 1.1, wide: 0.3, dx: 0.02 * gaussian(random), dy: 0.03 * gaussian(random) },
    { x: 0, y: 1.6, wide: 0.5, dx: 0.01 * gaussian(random), dy: 0.03 * Math.abs(gaussian(random)) },
    { x: -0.5, y: -0.4, wide: 0.3, dx: 0, dy: 0.02 * gaussian(random) },
    { x: 0.5, y: -0.4, wide: 0.3, dx: 0, dy: 0.02 * gaussian(random) },
  ];
  const moved = vertices.slice();
  for (let at = 0; at < moved.length; at += 3) {
    for (const { x, y, wide, dx, dy } of bumps) {
      const weight = Math.exp(-((vertices[at] - x) ** 2 + (vertices[at + 1] - y) ** 2) / (2 * wide * wide));
      moved[at] += lively * weight * dx;
      moved[at + 1] += lively * weight * dy;
    }
  }
  return moved;
}

/** Brightness of each vertex under a lamp that stays, over its brightness in the photo. */
function shading(
  vertices: Float64Array,
  triangles: Uint32Array,
  turned: number[][],
  before: number[][],
  { ambient, light }: Setting,
): Float64Array {
  const normals = new Float64Array(vertices.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * triangles[t + k]);
    const [u, v] = [b, c].map((at) => [0, 1, 2].map((axis) => vertices[at + axis] - vertices[a + axis]));
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const at of [a, b, c]) for (let axis = 0; axis < 3; axis++) normals[at + axis] += normal[axis];
  }
  const lit = (rows: number[][], at: number) => {
    const n = rows.map((row) => row[0] * normals[at] + row[1] * normals[at + 1] + row[2] * normals[at + 2]);
    const dot = (n[0] * light[0] + n[1] * light[1] + n[2] * light[2]) / (Math.hypot(...n) || 1);
    return ambient + (1 - ambient) * Math.max(0, dot);
  };
  return Float64Array.from(
    { length: vertices.length / 3 },
    (_, k) => lit(turned, 3 * k) / lit(before, 3 * k),
  );
}

/**
 * Frames of made sessions: a head that turns before its surroundings (genuine), and one photo shown flat, bent or
 * warped (attacks). Each frame passes one sensor: exposure, white balance, noise and JPEG differ from frame to frame.
 */
import type { PoseName } from "../../../src/face/liveness/challenge.ts";
import { drawByInverse, type Picture } from "./rendering/picture.ts";
import { drawMesh, project, rotation, type Turn } from "./rendering/render.ts";
import type { Scene } from "./rendering/scene.ts";

export type Random = () => number;

/** Side of every frame, px, and its eye distance at a frontal look. */
const side = 288;
const eyesPx = 48;

/** Pose of one frame: the first looks into the camera. */
export type Asked = PoseName | "front";

/** Conditions that stay the same through a session: distance of the camera, light, habits of the person. */
export interface Setting {
  readonly distance: number;
  readonly ambient: number;
  readonly light: readonly [number, number, number];
  readonly noise: number;
  readonly quality: number;
  /** True when an attack shows the face alone before still surroundings, and not the whole photo. */
  readonly cutOut: boolean;
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function drawSetting(random: Random): Setting {
  const x = between(random, -0.8, 0.8);
  const y = between(random, -0.8, 0.2);
  const length = Math.hypot(x, y, 1);
  return {
    distance: between(random, 5, 10),
    ambient: between(random, 0.5, 0.85),
    light: [x / length, y / length, 1 / length],
    noise: between(random, 1, 4),
    quality: Math.round(between(random, 75, 93)),
    cutOut: random() < 0.5,
  };
}

/** Turn of a person who follows the instruction. */
function genuineTurn(random: Random, asked: Asked): Turn {
  const turn = {
    yaw: 3 * gaussian(random),
    pitch: 3 * gaussian(random),
    roll: 2 * gaussian(random),
  };
  if (asked === "left") turn.yaw = between(random, 20, 36);
  if (asked === "right") turn.yaw = -between(random, 20, 36);
  if (asked === "up") turn.pitch = between(random, 16, 30);
  if (asked === "down") turn.pitch = -between(random, 16, 28);
  return turn;
}

function closeness(random: Random, asked: Asked): number {
  return asked === "closer" ? between(random, 1.28, 1.55) : between(random, 0.96, 1.05);
}

export function genuineFrame(random: Random, scene: Scene, setting: Setting, asked: Asked): Picture {
  const { head, surroundings } = scene;
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
  const turn = genuineTurn(random, asked);
  const turned = rotation({ ...turn, roll: turn.roll + scene.roll + (lean * 180) / Math.PI });
  const vertices = withExpression(random, head.vertices);
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

/** Moves mouth, jaw and brows a little, as a face at rest does. */
function withExpression(random: Random, vertices: Float64Array): Float64Array {
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
      moved[at] += weight * dx;
      moved[at + 1] += weight * dy;
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

/** Place of each point of a flat photo that was turned, as a map back to the photo. */
export type Warp = (x: number, y: number) => readonly [number, number];

/** Turn of a photo held so that its face seems to take the pose: more than a head would, since it shows less. */
function flatTurn(random: Random, asked: Asked): Turn {
  const turn = { yaw: 4 * gaussian(random), pitch: 4 * gaussian(random), roll: 3 * gaussian(random) };
  if (asked === "left") turn.yaw = between(random, 15, 60);
  if (asked === "right") turn.yaw = -between(random, 15, 60);
  if (asked === "up") turn.pitch = between(random, 15, 50);
  if (asked === "down") turn.pitch = -between(random, 15, 50);
  return turn;
}

/** Homography of the photo's plane under a turn, from the frame back to the photo. */
function flatWarp(random: Random, scene: Scene, setting: Setting, asked: Asked): Warp {
  const { head } = scene;
  const magnify = eyesPx / head.unitPx;
  const near = closeness(random, asked);
  const rows = rotation(flatTurn(random, asked));
  // Strong perspective is the attacker's to choose.
  const distance = setting.distance * between(random, 0.4, 1.2);
  const [eyesX, eyesY] = head.toPhoto(0, 0.4);
  const [middleX, middleY] = [
    side / 2 + 0.02 * side * gaussian(random),
    side * 0.5 + 0.02 * side * gaussian(random),
  ];
  const jitter = [0.01, 0.01, 0.004, 0.004].map((size) => size * gaussian(random));
  return (x, y) => {
    // A point of the plane p = R (u, v, 0) is seen at (px, py) · distance / (distance - pz).
    const sx = (x - middleX) / (eyesPx * near);
    const sy = (y - middleY) / (eyesPx * near);
    const a = rows[0][0] + (sx * rows[2][0]) / distance + jitter[0];
    const b = rows[0][1] + (sx * rows[2][1]) / distance + jitter[2];
    const c = rows[1][0] + (sy * rows[2][0]) / distance + jitter[3];
    const d = rows[1][1] + (sy * rows[2][1]) / distance + jitter[1];
    const determinant = a * d - b * c;
    const u = (sx * d - sy * b) / determinant;
    const v = (sy * a - sx * c) / determinant;
    return [eyesX + (u * eyesPx) / magnify, eyesY + (v * eyesPx) / magnify];
  };
}

export function flatFrame(random: Random, scene: Scene, setting: Setting, asked: Asked): Picture {
  const back = flatWarp(random, scene, setting, asked);
  return shown(scene, setting, back, back);
}

/**
 * Draws the warped photo: whole, or, for a face that was cut out, within a soft ellipse before its surroundings.
 * `outline` is the warp of that ellipse.
 */
function shown(
  { photo, surroundings, head }: Scene,
  { cutOut }: Setting,
  back: Warp,
  outline: Warp,
): Picture {
  const whole = drawByInverse(photo, side, side, back);
  if (!cutOut) return whole;
  const magnify = eyesPx / head.unitPx;
  const [eyesX, eyesY] = head.toPhoto(0, 0);
  const still = drawByInverse(surroundings, side, side, (x, y) => [
    eyesX + (x - side / 2) / magnify,
    eyesY + (y - side * 0.44) / magnify,
  ]);
  for (let i = 0; i < side * side; i++) {
    const [u, v] = outline((i % side) + 0.5, Math.floor(i / side) + 0.5);
    const radius = Math.hypot((u - eyesX) / (1.5 * head.unitPx), (v - eyesY) / (2.1 * head.unitPx));
    const share = Math.max(0, Math.min(1, (1.1 - radius) / 0.2));
    for (let channel = 0; channel < 3; channel++) {
      const at = 3 * i + channel;
      whole.data[at] = share * whole.data[at] + (1 - share) * still.data[at];
    }
  }
  return whole;
}

/** The photo on a cylinder, upright or lying, turned as a head would be. `radius` in eye distances. */
export function bentFrame(
  random: Random,
  scene: Scene,
  setting: Setting,
  asked: Asked,
  radius: number,
  upright: boolean,
): Picture {
  const { head, photo } = scene;
  const step = 0.15;
  const vertices: number[] = [];
  const texture: number[] = [];
  const triangles: number[] = [];
  const count = Math.ceil(7 / step);
  const [eyesX, eyesY] = head.toPhoto(0, 0.4);
  for (let r = 0; r <= count; r++) {
    for (let c = 0; c <= count; c++) {
      const [u, v] = [(c - count / 2) * step, (r - count / 2) * step];
      const along = upright ? u : v;
      const angle = Math.max(-1.4, Math.min(1.4, along / radius));
      const bent = radius * Math.sin(angle);
      const depth = radius * (Math.cos(angle) - 1);
      vertices.push(upright ? bent : u, upright ? v : bent, depth);
      texture.push(eyesX + u * head.unitPx, eyesY + v * head.unitPx);
      if (r < count && c < count) {
        const at = r * (count + 1) + c;
        triangles.push(at, at + 1, at + count + 1, at + 1, at + count + 2, at + count + 1);
      }
    }
  }
  const near = closeness(random, asked);
  const turn = rotation(flatTurn(random, asked));
  const camera = {
    distance: setting.distance,
    unitPx: eyesPx,
    centreX: side / 2 + 0.02 * side * gaussian(random),
    centreY: side / 2 + 0.02 * side * gaussian(random),
  };
  const points = Float64Array.from(vertices);
  const projected = project(points, turn, [0, 0, 0], [0, 0, setting.distance * (1 - 1 / near)], camera);
  const frame = drawByInverse(scene.surroundings, side, side, (x, y) => [
    (x * photo.width) / side,
    (y * photo.height) / side,
  ]);
  drawMesh(frame, photo, projected, Float64Array.from(texture), Uint32Array.from(triangles));
  return frame;
}

/** The flat photo with nose and eyes moved by soft bumps: by as much as a head's nose would, and at random. */
export function piecewiseFrame(random: Random, scene: Scene, setting: Setting, asked: Asked): Picture {
  const flat = flatWarp(random, scene, setting, asked);
  const angle = { left: 1, right: -1 }[asked as string] ?? 0;
  const tilt = { up: -1, down: 1 }[asked as string] ?? 0;
  const push = between(random, 0.1, 0.4) * eyesPx;
  const places = scene.landmarks.map(({ x, y }) => forward(flat, x, y));
  const loose = () => 0.04 * eyesPx * gaussian(random);
  const eyes = between(random, -0.08, 0.12) * eyesPx;
  const bumps = [
    {
      at: places[2],
      wide: between(random, 0.25, 0.5) * eyesPx,
      dx: angle * push + loose(),
      dy: tilt * push + loose(),
    },
    { at: places[0], wide: 0.3 * eyesPx, dx: Math.abs(angle) * eyes + loose(), dy: tilt * eyes + loose() },
    { at: places[1], wide: 0.3 * eyesPx, dx: -Math.abs(angle) * eyes + loose(), dy: tilt * eyes + loose() },
  ];
  const back: Warp = (x, y) => {
    let [u, v] = [x, y];
    for (const { at, wide, dx, dy } of bumps) {
      const weight = Math.exp(-((x - at[0] - dx) ** 2 + (y - at[1] - dy) ** 2) / (2 * wide * wide));
      u -= weight * dx;
      v -= weight * dy;
    }
    return flat(u, v);
  };
  return shown(scene, setting, back, flat);
}

/** Place in the frame that a map back to the photo sends to (x, y), by Newton steps. */
function forward(back: Warp, x: number, y: number): readonly [number, number] {
  let [u, v] = [side / 2, side / 2];
  for (let k = 0; k < 12; k++) {
    const [px, py] = back(u, v);
    const [ax, ay] = back(u + 0.5, v);
    const [bx, by] = back(u, v + 0.5);
    const [a, b, c, d] = [(ax - px) * 2, (bx - px) * 2, (ay - py) * 2, (by - py) * 2];
    const determinant = a * d - b * c;
    const [ex, ey] = [x - px, y - py];
    u += (ex * d - ey * b) / determinant;
    v += (ey * a - ex * c) / determinant;
  }
  return [u, v];
}

/** Passes a picture through the session's camera. Returns RGBA bytes. */
export function exposed(random: Random, picture: Picture, { noise }: Setting): Uint8Array {
  const { width, height, data } = picture;
  const gain = between(random, 0.95, 1.05);
  const balance = [between(random, 0.985, 1.015), 1, between(random, 0.985, 1.015)];
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const grain = noise * gaussian(random);
    for (let channel = 0; channel < 3; channel++) {
      rgba[4 * i + channel] = data[3 * i + channel] * gain * balance[channel] + grain;
    }
    rgba[4 * i + 3] = 255;
  }
  return new Uint8Array(rgba.buffer);
}

/** A photo shown flat: whole, or the face alone before its surroundings. */
import { drawByInverse, type Picture } from "../rendering/picture.ts";
import { rotation, type Turn } from "../rendering/render.ts";
import type { Scene } from "../rendering/scene.ts";
import { type Asked, between, closeness, gaussian, type Random, type Setting, side } from "./setting.ts";

/** Place of each point of a flat photo that was turned, as a map back to the photo. */
export type Warp = (x: number, y: number) => readonly [number, number];

/** Turn of a photo held so that its face seems to take the pose: more than a head would, since it shows less. */
export function flatTurn(random: Random, asked: Asked): Turn {
  const turn = { yaw: 4 * gaussian(random), pitch: 4 * gaussian(random), roll: 3 * gaussian(random) };
  if (asked === "left") turn.yaw = between(random, 15, 60);
  if (asked === "right") turn.yaw = -between(random, 15, 60);
  if (asked === "up") turn.pitch = between(random, 15, 50);
  if (asked === "down") turn.pitch = -between(random, 15, 50);
  return turn;
}

/** Homography of the photo's plane under a turn, from the frame back to the photo. */
export function flatWarp(random: Random, scene: Scene, setting: Setting, asked: Asked): Warp {
  const { head } = scene;
  const { eyesPx } = setting;
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
export function shown(
  { photo, surroundings, head }: Scene,
  { cutOut, eyesPx }: Setting,
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

/** Place in the frame that a map back to the photo sends to (x, y), by Newton steps. */
export function forward(back: Warp, x: number, y: number): readonly [number, number] {
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

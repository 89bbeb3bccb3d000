/** Conditions of one made session: what stays the same from its first frame to its last. */
import type { PoseName } from "../../../../src/face/liveness/challenge.ts";

export type Random = () => number;

/** Side of every frame, px. */
export const side = 288;

/** Pose of one frame: the first looks into the camera. */
export type Asked = PoseName | "front";

/** Conditions that stay the same through a session: camera, light, habits of the person. */
export interface Setting {
  /** Eye distance at a frontal look, px. */
  readonly eyesPx: number;
  /** Distance of the camera, eye distances. */
  readonly distance: number;
  readonly ambient: number;
  readonly light: readonly [number, number, number];
  readonly habits: Habits;
  readonly sensor: Sensor;
  /** True when an attack shows the face alone before still surroundings, and not the whole photo. */
  readonly cutOut: boolean;
}

/** Habits of a person who follows the instructions, degrees. */
export interface Habits {
  /** Turn to a side, and turn up or down. */
  readonly turn: number;
  readonly lift: number;
  /** Look of the first frame: a camera is seldom at eye level. */
  readonly aside: number;
  readonly above: number;
  /** Lean of the head for each degree of a turn to a side. */
  readonly lean: number;
  /** Factor of the expressions. */
  readonly lively: number;
}

export interface Sensor {
  /** Deviation of the blur of lens and focus, px. */
  readonly blur: number;
  /** Scale of the noise, levels: its deviation is 0.76 of it. */
  readonly noise: number;
  /** Deviation of the noise's own blur by a camera's cleaning, px. */
  readonly grain: number;
  /** Largest shift of one frame by a hand's motion while it is taken, px. */
  readonly shake: number;
  /** Quality of the JPEGs. */
  readonly quality: number;
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function drawSetting(random: Random): Setting {
  const x = between(random, -0.8, 0.8);
  const y = between(random, -0.8, 0.2);
  const length = Math.hypot(x, y, 1);
  return {
    eyesPx: between(random, 42, 50),
    distance: between(random, 5, 10),
    ambient: between(random, 0.5, 0.85),
    light: [x / length, y / length, 1 / length],
    habits: {
      turn: between(random, 16, 34),
      lift: between(random, 13, 27),
      aside: 3 * gaussian(random),
      above: 5 * gaussian(random),
      lean: between(random, -0.2, 0.5),
      lively: between(random, 0.5, 2),
    },
    sensor: {
      blur: between(random, 0, 1),
      noise: between(random, 1, 6),
      grain: between(random, 0, 0.8),
      shake: random() < 0.5 ? 0 : between(random, 0.5, 3),
      quality: Math.round(between(random, 60, 93)),
    },
    cutOut: random() < 0.5,
  };
}

/** Size of the face in a frame, as a factor of its usual size. */
export function closeness(random: Random, asked: Asked): number {
  return asked === "closer" ? between(random, 1.28, 1.55) : between(random, 0.96, 1.05);
}

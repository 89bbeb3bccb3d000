/** Draws the settings of random programs of image operators. */
import type { Picture } from "../../degrade.ts";
import type { Random, Scene } from "../kind.ts";

/** One operator of a program. `detail` places what may lie elsewhere on each photo: grains, phases, shapes. */
export type Step = (scene: Scene, detail: Random) => Picture;
/** Draws an operator's settings, which are the same for every photo. */
export type Operator = (random: Random) => Step;

export const between = (random: Random, least: number, most: number) => least + (most - least) * random();

/** Draws a number whose logarithm is uniform. */
export const logBetween = (random: Random, least: number, most: number) => least * (most / least) ** random();

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)];
}

export type Colour = readonly [red: number, green: number, blue: number];

export function drawColour(random: Random): Colour {
  const grey = 255 * random();
  return random() < 0.4 ? [grey, grey, grey] : [255 * random(), 255 * random(), 255 * random()];
}

/** Uniform in [0, 1), always the same for the same three integers. */
export function hash(i: number, j: number, salt: number): number {
  let h = Math.imul(i, 0x85ebca6b) ^ Math.imul(j, 0xc2b2ae35) ^ Math.imul(salt, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** The rest of a division that lies in [0, 1) for every number. */
export const fraction = (value: number) => value - Math.floor(value);

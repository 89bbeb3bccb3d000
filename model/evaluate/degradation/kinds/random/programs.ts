/**
 * Random programs of image operators: one to three operators with settings drawn by the seed that the level is. They
 * stand for all the ways in which photos are made worse alike that nobody has named, and are no copies of any. What a
 * program does is the same on every photo; in half of them its grains, phases and shapes fall elsewhere on each.
 */
import { createRandom } from "../../../statistics/random.ts";
import type { Kind, KindGroup } from "../kind.ts";
import { type Operator, pick } from "./draw.ts";
import { cover, medium, overlay } from "./layers.ts";
import { contrast, ghost, motion, paint, rank, soften } from "./neighbours.ts";
import { glass, lines, mirror, rescale, ripple, tessellate, warp } from "./places.ts";
import { blocks, colour, dither, light, noise, tone } from "./values.ts";

/** An operator, and how many programs begin with it. */
const operators: readonly (readonly [name: string, operator: Operator, programs: number])[] = [
  ["ripple", ripple, 100],
  ["warp", warp, 72],
  ["mirror", mirror, 48],
  ["tessellate", tessellate, 40],
  ["glass", glass, 20],
  ["lines", lines, 28],
  ["rescale", rescale, 16],
  ["motion", motion, 60],
  ["soften", soften, 24],
  ["contrast", contrast, 36],
  ["rank", rank, 24],
  ["paint", paint, 24],
  ["ghost", ghost, 48],
  ["tone", tone, 24],
  ["colour", colour, 24],
  ["noise", noise, 18],
  ["dither", dither, 16],
  ["light", light, 16],
  ["blocks", blocks, 14],
  ["overlay", overlay, 40],
  ["cover", cover, 108],
  ["medium", medium, 20],
];

/** Shares of programs that go on after their first operator, and after their second. */
const longer = [0.35, 0.25];

export const programs: KindGroup = {
  name: "programs",
  source: import.meta.url,
  kinds: operators.map(
    ([name, first, count], place): Kind => ({
      name: `program, ${name}`,
      unit: "seed",
      levels: Array.from({ length: count }, (_, seed) => seed),
      apply(scene, seed, own) {
        const random = createRandom(15_485_863 * (place + 1) + 7919 * seed);
        const steps = [first(random)];
        for (const share of longer) {
          if (random() >= share) break;
          steps.push(pick(random, operators)[1](random));
        }
        const isAlike = random() < 0.5;
        const shared = Math.floor(2 ** 31 * random());
        const detail = isAlike ? createRandom(shared) : own;
        return steps.reduce((picture, step) => step({ ...scene, picture }, detail), scene.picture);
      },
    }),
  ),
};

/**
 * Random programs of image operators. They stand for all the ways in which photos are made worse alike that nobody has
 * named, and are no copies of any.
 */
import type { KindGroup } from "../kind.ts";
import type { Operator } from "./draw.ts";
import { cover, medium, overlay } from "./layers.ts";
import { contrast, ghost, motion, paint, rank, soften } from "./neighbours.ts";
import { glass, lines, mirror, rescale, ripple, tessellate, warp } from "./places.ts";
import { programsOf } from "./program.ts";
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

export const others = operators.map(([, operator]) => operator);

export const programs: KindGroup = {
  name: "programs",
  source: import.meta.url,
  kinds: operators.map(([name, first, count], place) => programsOf(name, first, others, count, place + 1)),
};

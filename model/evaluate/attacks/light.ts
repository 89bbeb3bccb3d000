/** Pictures as functions of place, from which a camera's pixels are averaged. Values are 0..1, sRGB. */

import type { Picture } from "../degradation/degrade.ts";
import type { Random } from "../degradation/kinds/kind.ts";

export type Colour = readonly [red: number, green: number, blue: number];

/** Colour at a place, px, centres of pixels at +0.5. */
export type Scene = (x: number, y: number) => Colour;

/** Returns the picture's colours between its pixels (bilinear), its edges repeated. */
export function sceneOf({ width, height, data }: Picture): Scene {
  return (x, y) => {
    const u = x < 0.5 ? 0 : x > width - 0.5 ? width - 1 : x - 0.5;
    const v = y < 0.5 ? 0 : y > height - 0.5 ? height - 1 : y - 0.5;
    const [left, top] = [u | 0, v | 0];
    const a = 4 * (top * width + left);
    const b = left + 1 < width ? a + 4 : a;
    const down = top + 1 < height ? 4 * width : 0;
    const [across, below] = [u - left, v - top];
    const value = (channel: number) => {
      const upper = data[a + channel] * (1 - across) + data[b + channel] * across;
      const lower = data[a + down + channel] * (1 - across) + data[b + down + channel] * across;
      return (upper * (1 - below) + lower * below) / 255;
    };
    return [value(0), value(1), value(2)];
  };
}

export const map = (colour: Colour, change: (value: number, channel: number) => number): Colour => [
  change(colour[0], 0),
  change(colour[1], 1),
  change(colour[2], 2),
];

export const mix = (a: Colour, b: Colour, share: number): Colour =>
  map(a, (value, channel) => value * (1 - share) + b[channel] * share);

export const greyOf = ([red, green, blue]: Colour) => 0.299 * red + 0.587 * green + 0.114 * blue;

export const between = (random: Random, least: number, most: number) => least + (most - least) * random();

/** Smooth noise without a period that shows, about -1..1, whose features are `size` px wide. */
export function smoothNoise(size: number, random: Random): (x: number, y: number) => number {
  const waves = Array.from({ length: 8 }, () => {
    const angle = 2 * Math.PI * random();
    const length = size * between(random, 0.7, 2);
    return { a: Math.cos(angle) / length, b: Math.sin(angle) / length, phase: random() };
  });
  return (x, y) =>
    waves.reduce((sum, { a, b, phase }) => sum + Math.sin(2 * Math.PI * (a * x + b * y + phase)), 0) / 4;
}

/** Noise of each pixel, -1..1, the same for the same place. */
export function grain(seed: number): (x: number, y: number) => number {
  return (x, y) => {
    let hash = (Math.floor(x) * 374761393 + Math.floor(y) * 668265263 + seed * 2246822519) | 0;
    hash = Math.imul(hash ^ (hash >>> 13), 1274126177);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1;
  };
}

/** Convolves R, G and B with a Gaussian of standard deviation `sigma` px, edges repeated. */
export function soften({ width, height, data }: Picture, sigma: number): Picture {
  const radius = Math.ceil(2.5 * sigma);
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight);
  const out = new Uint8Array(data.length).fill(255);
  const plane = new Float32Array(width * height);
  const rows = new Float32Array(width * height);
  for (let channel = 0; channel < 3; channel++) {
    for (let at = 0; at < plane.length; at++) plane[at] = data[4 * at + channel];
    convolve(plane, rows, width, height, 1, width, weights);
    convolve(rows, plane, height, width, width, 1, weights);
    for (let at = 0; at < plane.length; at++) out[4 * at + channel] = Math.round(plane[at] / (total * total));
  }
  return { width, height, data: out };
}

/** Sums along lines of `length` values that are `step` apart; `lines` of them begin `pitch` apart. */
function convolve(
  from: Float32Array,
  to: Float32Array,
  length: number,
  lines: number,
  step: number,
  pitch: number,
  weights: Float32Array,
): void {
  const radius = (weights.length - 1) / 2;
  for (let line = 0; line < lines; line++) {
    for (let k = 0; k < length; k++) {
      let sum = 0;
      for (let j = -radius; j <= radius; j++) {
        const at = k + j < 0 ? 0 : k + j >= length ? length - 1 : k + j;
        sum += weights[j + radius] * from[line * pitch + at * step];
      }
      to[line * pitch + k * step] = sum;
    }
  }
}

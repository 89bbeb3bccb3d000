import { describe, expect, it } from "vitest";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { measurePeaks, spectrumSide } from "../../../../src/face/passive/spectrum.ts";
import { squareAround } from "../../../../src/face/passive/square.ts";
import type { Photo } from "../../../../src/image/photo.ts";

const side = spectrumSide;
const random = createRandom(1);
const noise = Float32Array.from({ length: side * side }, () => 128 + 12 * (random() - 0.5));
const add = (change: (x: number, y: number) => number) =>
  noise.map((value, at) => value + change(at % side, Math.floor(at / side)));

/** The definition, with a transform that sums every frequency's waves one by one. */
function peaksOf(luma: Float32Array): number {
  const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  const hann = (k: number) => Math.sin((Math.PI * (k + 0.5)) / side) ** 2;
  const waves = Array.from({ length: side }, (_, k) => (2 * Math.PI * k) / side);
  const [cosines, sines] = [waves.map(Math.cos), waves.map(Math.sin)];
  const across = Array.from({ length: side }, (_, y) =>
    Array.from({ length: side / 2 + 1 }, (__, u) => {
      let [re, im] = [0, 0];
      for (let x = 0; x < side; x++) {
        const value = (luma[y * side + x] - mean) * hann(x) * hann(y);
        re += value * cosines[(u * x) % side];
        im -= value * sines[(u * x) % side];
      }
      return [re, im];
    }),
  );
  const rings = new Map<number, number[]>();
  for (let v = -side / 2; v < side / 2; v++) {
    for (let u = 0; u <= side / 2; u++) {
      const ring = Math.round(Math.hypot(u, v));
      const largest = Math.max(u, Math.abs(v));
      const isOfBlocks = Math.min(u, Math.abs(v)) <= 1 && (largest + 1) % 16 <= 2;
      if (ring < 14 || ring > 62 || isOfBlocks) continue;
      let [re, im] = [0, 0];
      for (let y = 0; y < side; y++) {
        const at = (((v * y) % side) + side) % side;
        re += across[y][u][0] * cosines[at] + across[y][u][1] * sines[at];
        im += across[y][u][1] * cosines[at] - across[y][u][0] * sines[at];
      }
      rings.set(ring, [...(rings.get(ring) ?? []), re * re + im * im + 1e-3]);
    }
  }
  const heights = [...rings.values()].flatMap((powers) => {
    const sorted = powers.sort((a, b) => a - b);
    return sorted.slice(-2).map((power) => Math.log(power / sorted[sorted.length >> 1]));
  });
  return heights
    .sort((a, b) => b - a)
    .slice(0, 8)
    .reduce((sum, height) => sum + height / 8, 0);
}

describe("the spectrum", () => {
  const peaks = measurePeaks(noise);

  it.each([
    ["a grid of lines", (x: number) => 6 * Math.sin((2 * Math.PI * x) / 4.7)],
    ["slanted moire", (x: number, y: number) => 6 * Math.sin((2 * Math.PI * (x + 0.4 * y)) / 6.1)],
  ])("has peaks where there is %s", (_, change) => {
    expect(measurePeaks(add(change))).toBeGreaterThan(peaks + 0.3);
  });

  it("takes no peak from the edges of compressed blocks", () => {
    const blocks = add((x, y) => (x % 8 === 0 || y % 8 === 0 ? 6 : 0));
    expect(Math.abs(measurePeaks(blocks) - peaks)).toBeLessThan(0.3);
  });

  it("has the height of its definition, by a transform that is written out", () => {
    expect(peaks).toBeCloseTo(peaksOf(noise), 9);
  });

  it("has no peaks where all is even", () => {
    expect(measurePeaks(new Float32Array(side * side).fill(90))).toBe(0);
  });
});

describe("a square around a face", () => {
  const photo = { width: 320, height: 240 } as Photo;

  it("is as many sides of the box as asked for, around its middle", () => {
    const box = { x: 100, y: 80, width: 60, height: 80 };
    expect(squareAround(box, 1.5, photo)).toEqual({ left: 70, top: 60, side: 120 });
  });

  it("moves to lie inside the photo, and grows no larger than it", () => {
    const box = { x: 0, y: 200, width: 40, height: 40 };
    expect(squareAround(box, 2, photo)).toEqual({ left: 0, top: 160, side: 80 });
    expect(squareAround(box, 20, photo).side).toBe(240);
  });
});

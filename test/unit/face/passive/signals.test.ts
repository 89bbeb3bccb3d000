import { describe, expect, it } from "vitest";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { measureEdges } from "../../../../src/face/passive/edges.ts";
import { measurePixels } from "../../../../src/face/passive/signals.ts";
import { measureSpectrum, spectrumSide } from "../../../../src/face/passive/spectrum.ts";
import { squareAround } from "../../../../src/face/passive/square.ts";
import type { Photo } from "../../../../src/image/photo.ts";

const side = spectrumSide;
const random = createRandom(1);
const noise = Float32Array.from({ length: side * side }, () => 128 + 12 * (random() - 0.5));
const add = (change: (x: number, y: number) => number) =>
  noise.map((value, at) => value + change(at % side, Math.floor(at / side)));

describe("the spectrum", () => {
  const { peaks, detail } = measureSpectrum(noise);

  it.each([
    ["a grid of lines", (x: number) => 6 * Math.sin((2 * Math.PI * x) / 4.7)],
    ["slanted moire", (x: number, y: number) => 6 * Math.sin((2 * Math.PI * (x + 0.4 * y)) / 6.1)],
  ])("has peaks where there is %s", (_, change) => {
    expect(measureSpectrum(add(change)).peaks).toBeGreaterThan(peaks + 0.3);
  });

  it("takes no peak from the edges of compressed blocks", () => {
    const blocks = add((x, y) => (x % 8 === 0 || y % 8 === 0 ? 6 : 0));
    expect(Math.abs(measureSpectrum(blocks).peaks - peaks)).toBeLessThan(0.3);
  });

  it("has less fine detail where neighbours are averaged", () => {
    const soft = noise.map(
      (value, at) => (value + noise[(at + 1) % noise.length] + noise[(at + side) % noise.length]) / 3,
    );
    expect(measureSpectrum(soft).detail).toBeLessThan(detail - 1);
  });
});

describe("edges", () => {
  it("are straight around a framed picture, and not in noise", () => {
    const framed = add((x, y) => (x < 20 || x > 107 || y < 12 ? -60 : 0));
    expect(measureEdges(framed, side)).toBeGreaterThan(3 * measureEdges(noise, side));
  });

  it("do not count where the face is", () => {
    const inside = add((x) => (x === 64 ? -60 : 0));
    expect(measureEdges(inside, side)).toBeLessThan(2 * measureEdges(noise, side));
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

describe("the colours of a photo", () => {
  const paint = (red: number, green: number, blue: number): Photo => ({
    width: 200,
    height: 200,
    raster: {
      width: 200,
      height: 200,
      data: Uint8Array.from({ length: 4 * 200 * 200 }, (_, at) => [red, green, blue, 255][at % 4]),
    },
    toRaster: { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 },
  });
  const box = { x: 50, y: 50, width: 100, height: 100 };

  it.each([
    ["white", [255, 255, 255], { highlights: 1, black: 255 }],
    ["a bright colour", [255, 240, 150], { highlights: 0 }],
    ["grey", [100, 100, 100], { highlights: 0, saturation: 0, black: 100 }],
  ] as const)("of %s", (_, [red, green, blue], expected) => {
    const measured = measurePixels(paint(red, green, blue), box);
    for (const [name, value] of Object.entries(expected))
      expect(measured[name as keyof typeof expected]).toBeCloseTo(value, 1);
  });
});

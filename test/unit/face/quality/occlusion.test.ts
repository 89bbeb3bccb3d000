import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lumaOf } from "../../../../src/face/luma.ts";
import {
  measureRegions,
  type OcclusionModel,
  occlusionMeasures,
  occlusionOf,
  regionMeasures,
  withPose,
} from "../../../../src/face/quality/occlusion.ts";
import { parseOcclusion } from "../../../../src/face/quality/occlusion-model.ts";

const side = 112;
const normalisation = { mean: [127.5, 120, 110], scale: [1 / 128, 1 / 100, 1 / 64] } as const;

type Paint = (x: number, y: number) => readonly [red: number, green: number, blue: number];

function measuresOf(paint: Paint): readonly number[] {
  const planes = new Float32Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (const [k, value] of paint(x, y).entries()) {
        planes[k * side * side + y * side + x] = (value - normalisation.mean[k]) * normalisation.scale[k];
      }
    }
  }
  return measureRegions(planes, lumaOf(planes, normalisation), side, side, normalisation);
}

const odd = (value: number) => Math.floor(value) % 2;
const pattern: Paint = (x, y) => [
  40 + x + 0.5 * y + 30 * odd(Math.floor(x / 9) + Math.floor(y / 7)),
  60 + 0.7 * x + 20 * odd(x / 5),
  30 + 0.6 * y + 25 * odd(y / 6),
];

describe("measures of a crop's regions", () => {
  // The same statistics in numpy 2.4.6, float64.
  it("are those of another program: left eye, both pairs of sides, and all in one sum", () => {
    const measures = measuresOf(pattern);
    expect(measures).toHaveLength(regionMeasures);
    const leftEye = [
      -0.78164, -0.570231, -0.015785, 2.329118, 1.792614, 2.536302, 0.486979, 8.638968, 0.496566,
    ];
    const sides = [1.326312, 0.035759, 0.058269, 16.0221, 1.954321, 0.04516, 0.092482, 22.532773];
    leftEye.forEach((value, k) => {
      expect(measures[k]).toBeCloseTo(value, 4);
    });
    sides.forEach((value, k) => {
      expect(measures[regionMeasures - 8 + k]).toBeCloseTo(value, 4);
    });
    const sum = measures.reduce((total, value, k) => total + value * Math.sin(k), 0);
    expect(sum).toBeCloseTo(16.53974, 3);
  });

  it("of one colour all over are those of nothing to see, and finite", () => {
    const measures = measuresOf(() => [120, 100, 90]);
    // Brightness as the whole face's, every step flat, no tint.
    expect(measures[0]).toBeCloseTo(0, 5);
    expect(measures[6]).toBe(1);
    expect(measures[7]).toBeCloseTo(0, 4);
    expect(measures.every(Number.isFinite)).toBe(true);
  });

  it("a bar over one eye changes that eye's and those of the pair, and no cheek's", () => {
    const plain = measuresOf(pattern);
    const covered = measuresOf((x, y) =>
      x >= 26 && x < 50 && y >= 44 && y < 60 ? [10, 10, 10] : pattern(x, y),
    );
    expect(covered[6]).toBeGreaterThan(0.85);
    // Contrast of the left cheek by itself.
    expect(covered[5 * 9 + 3]).toBeCloseTo(plain[5 * 9 + 3], 9);
    expect(covered[regionMeasures - 8]).not.toBeCloseTo(plain[regionMeasures - 8], 1);
  });

  it("a pose adds the same for either side", () => {
    expect(withPose([1], { yaw: -20, pitch: -3 })).toEqual([1, 20, 400, -3, 9]);
    expect(withPose([1], { yaw: 20, pitch: -3 })).toEqual([1, 20, 400, -3, 9]);
  });
});

/** Weighs the first measure and yaw alone. */
const model: OcclusionModel = {
  bias: -1,
  means: Array.from({ length: occlusionMeasures }, (_, k) => (k === 0 ? 2 : 0)),
  spreads: Array.from({ length: occlusionMeasures }, (_, k) => (k === 0 ? 0.5 : 1)),
  weights: Array.from({ length: occlusionMeasures }, (_, k) =>
    k === 0 ? 0.75 : k === regionMeasures ? -0.1 : 0,
  ),
};
const measuresWith = (first: number) => [first, ...new Array<number>(regionMeasures - 1).fill(0)];
const frontal = { yaw: 0, pitch: 0 };

describe("occlusion", () => {
  it("is the logistic of bias and weighted standard deviations from the mean", () => {
    // 0.75 (3 - 2) / 0.5 - 1 = 0.5, less 0.1 for each degree of yaw.
    expect(occlusionOf(model, measuresWith(3), frontal)).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
    expect(occlusionOf(model, measuresWith(3), { yaw: -5, pitch: 0 })).toBeCloseTo(0.5, 12);
  });

  it("counts no measure beyond eight standard deviations", () => {
    const furthest = occlusionOf(model, measuresWith(2 + 8 * 0.5), frontal);
    expect(occlusionOf(model, measuresWith(1000), frontal)).toBe(furthest);
    expect(occlusionOf(model, measuresWith(2 + 7.9 * 0.5), frontal)).toBeLessThan(furthest);
    expect(occlusionOf(model, measuresWith(-1000), frontal)).toBe(
      occlusionOf(model, measuresWith(2 - 8 * 0.5), frontal),
    );
  });

  it("is within 0 and 1 for finite measures, and no number for others", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (first) => {
        const occlusion = occlusionOf(model, measuresWith(first), frontal);
        expect(occlusion).toBeGreaterThanOrEqual(0);
        expect(occlusion).toBeLessThanOrEqual(1);
      }),
    );
    expect(occlusionOf(model, measuresWith(Number.NaN), frontal)).toBeNaN();
    expect(occlusionOf(model, measuresWith(3), { yaw: Number.NaN, pitch: 0 })).toBeNaN();
  });
});

describe("a calibration's entry about occlusion", () => {
  const entry = { dataset: "made up", ...model };

  it("is read", () => {
    expect(parseOcclusion({ occlusion: entry })).toEqual(model);
  });

  it.each([
    ["is missing", undefined],
    ["weighs too few measures", { ...entry, weights: model.weights.slice(1) }],
    ["has a mean too many", { ...entry, means: [...model.means, 0] }],
    ["has no spread", { ...entry, spreads: model.spreads.map(() => 0) }],
    ["has a weight that is no number", { ...entry, weights: model.weights.map(() => null) }],
    ["has an unknown key", { ...entry, limit: 0.5 }],
  ])("throws where it %s", (_, occlusion) => {
    expect(() => parseOcclusion({ occlusion })).toThrow("does not say what is occluded");
  });

  it("throws where there is no calibration", () => {
    expect(() => parseOcclusion(undefined)).toThrow("does not say what is occluded");
  });
});

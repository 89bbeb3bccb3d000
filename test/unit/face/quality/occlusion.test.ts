import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eyeMeasures } from "../../../../src/face/quality/eyewear.ts";
import {
  measureCover,
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

function coverOf(paint: Paint) {
  const planes = new Float32Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (const [k, value] of paint(x, y).entries()) {
        planes[k * side * side + y * side + x] = (value - normalisation.mean[k]) * normalisation.scale[k];
      }
    }
  }
  return measureCover(planes, side, side, normalisation);
}

const measuresOf = (paint: Paint) => coverOf(paint).regions;

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
      -0.783612, -0.573207, -0.013083, 2.381771, 1.854948, 2.624927, 0.486979, 8.849595, 0.464035,
    ];
    const sides = [1.322403, 0.035542, 0.057751, 16.896088, 1.948515, 0.04506, 0.092124, 23.76026];
    leftEye.forEach((value, k) => {
      expect(measures[k]).toBeCloseTo(value, 4);
    });
    sides.forEach((value, k) => {
      expect(measures[regionMeasures - 8 + k]).toBeCloseTo(value, 4);
    });
    const sum = measures.reduce((total, value, k) => total + value * Math.sin(k), 0);
    expect(sum).toBeCloseTo(18.94459, 3);
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
    // Contrast of the left cheek by itself: with a dark bar the face's mean is less, and all is multiplied by a little more.
    expect(covered[5 * 9 + 3] - plain[5 * 9 + 3]).toBeGreaterThan(0);
    expect(covered[5 * 9 + 3] - plain[5 * 9 + 3]).toBeLessThan(0.06);
    expect(covered[regionMeasures - 8]).not.toBeCloseTo(plain[regionMeasures - 8], 1);
  });

  it("a pose adds the same for either side", () => {
    expect(withPose([1], { yaw: -20, pitch: -3 })).toEqual([1, 20, 400, -3, 9]);
    expect(withPose([1], { yaw: 20, pitch: -3 })).toEqual([1, 20, 400, -3, 9]);
  });
});

describe("measures in another light", () => {
  const inLight =
    (light: readonly number[]): Paint =>
    (x, y) =>
      pattern(x, y).map((value, k) => value * light[k]) as unknown as [number, number, number];

  it.each([
    ["half as bright", [0.5, 0.5, 0.5]],
    ["reddish", [1, 0.6, 0.4]],
    ["bluish and dim", [0.3, 0.35, 0.5]],
  ] as const)("that is %s are those of the usual light", (_, light) => {
    const [usual, other] = [pattern, inLight(light)].map(coverOf);
    for (const part of ["regions", "eyes"] as const)
      for (const [k, value] of other[part].entries()) expect(value).toBeCloseTo(usual[part][k], 2);
  });

  it("are not multiplied by more than six, so that next to no light is no picture", () => {
    const black = measuresOf(inLight([0.01, 0.01, 0.01]));
    // Every step of the left eye is flat then.
    expect(black[6]).toBe(1);
    expect(black.every(Number.isFinite)).toBe(true);
  });
});

describe("measures of the eyes", () => {
  // The same in numpy 2.4.6, float64.
  it("are those of another program: luma, detail and tint of the first cells, and all in one sum", () => {
    const { eyes } = coverOf(pattern);
    expect(eyes).toHaveLength(eyeMeasures);
    const first = [
      -0.357181, -0.439294, -0.196126, -1.478197, -1.058027, -1.095685, 0.957945, 0.932577, 0.996546,
    ];
    for (const [k, value] of first.entries())
      expect(eyes[30 * Math.floor(k / 3) + (k % 3)]).toBeCloseTo(value, 4);
    const sum = eyes.reduce((total, value, k) => total + value * Math.sin(k), 0);
    expect(sum).toBeCloseTo(-1.693967, 3);
  });

  it("are the same of a pattern and of its mirror image where luma and tint are concerned", () => {
    const paint: Paint = (x, y) => [x + 2 * y, 80 + 10 * odd(x / 3), 200 - x];
    const [plain, mirrored] = [paint, ((x, y) => paint(side - 1 - x, y)) satisfies Paint].map(coverOf);
    for (let k = 0; k < eyeMeasures; k++)
      if (k < 30 || k >= 60) expect(mirrored.eyes[k]).toBeCloseTo(plain.eyes[k], 5);
  });

  it("of one colour all over are those of nothing to see", () => {
    const { eyes } = coverOf(() => [120, 100, 90]);
    for (const [k, value] of eyes.entries())
      expect(value).toBeCloseTo(k >= 30 && k < 60 ? Math.log(0.02) : 0, 3);
  });

  it("a dark band over the eyes makes their cells dark and flat", () => {
    const plain = coverOf(pattern).eyes;
    const covered = coverOf((x, y) => (y >= 44 && y < 56 ? [10, 10, 10] : pattern(x, y))).eyes;
    // The second row of cells lies in the band, steps to the next pixels included.
    expect(Math.max(...covered.slice(6, 12))).toBeLessThan(Math.min(...plain.slice(6, 12)));
    for (const detail of covered.slice(36, 42)) expect(detail).toBeCloseTo(Math.log(0.02), 5);
  });
});

/** Weighs the first measure of the regions and yaw alone. */
const regionModel = {
  bias: -1,
  means: Array.from({ length: occlusionMeasures }, (_, k) => (k === 0 ? 2 : 0)),
  spreads: Array.from({ length: occlusionMeasures }, (_, k) => (k === 0 ? 0.5 : 1)),
  weights: Array.from({ length: occlusionMeasures }, (_, k) =>
    k === 0 ? 0.75 : k === regionMeasures ? -0.1 : 0,
  ),
};
/** Weighs the first measure of the eyes alone. */
const eyeModel = {
  bias: -5,
  means: new Array<number>(eyeMeasures).fill(0),
  spreads: new Array<number>(eyeMeasures).fill(1),
  weights: Array.from({ length: eyeMeasures }, (_, k) => (k === 0 ? 1 : 0)),
};
const model: OcclusionModel = { regions: regionModel, eyes: eyeModel };
const measuresWith = (first: number, firstOfEyes = 0) => ({
  regions: [first, ...new Array<number>(regionMeasures - 1).fill(0)],
  eyes: [firstOfEyes, ...new Array<number>(eyeMeasures - 1).fill(0)],
});
const frontal = { yaw: 0, pitch: 0 };

describe("occlusion", () => {
  it("is the logistic of bias and weighted standard deviations from the mean", () => {
    // 0.75 (3 - 2) / 0.5 - 1 = 0.5, less 0.1 for each degree of yaw.
    expect(occlusionOf(model, measuresWith(3), frontal)).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
    expect(occlusionOf(model, measuresWith(3), { yaw: -5, pitch: 0 })).toBeCloseTo(0.5, 12);
  });

  it("is the larger one of the regions' and of the eyes'", () => {
    // The eyes' odds are the measure less 5.
    expect(occlusionOf(model, measuresWith(3, 5.4), frontal)).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
    expect(occlusionOf(model, measuresWith(3, 7), frontal)).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
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
    expect(occlusionOf(model, measuresWith(3, Number.NaN), frontal)).toBeNaN();
    expect(occlusionOf(model, measuresWith(3), { yaw: Number.NaN, pitch: 0 })).toBeNaN();
  });
});

describe("a calibration's entry about occlusion", () => {
  const entry = { dataset: "made up", ...model };
  const withRegions = (change: object) => ({ ...entry, regions: { ...regionModel, ...change } });

  it("is read", () => {
    expect(parseOcclusion({ occlusion: entry })).toEqual(model);
  });

  it.each([
    ["is missing", undefined],
    ["weighs too few measures", withRegions({ weights: regionModel.weights.slice(1) })],
    ["has a mean too many", withRegions({ means: [...regionModel.means, 0] })],
    ["has no spread", withRegions({ spreads: regionModel.spreads.map(() => 0) })],
    ["has a weight that is no number", withRegions({ weights: regionModel.weights.map(() => null) })],
    ["knows nothing of the eyes", { dataset: "made up", regions: regionModel }],
    ["weighs too few measures of the eyes", { ...entry, eyes: { ...eyeModel, weights: [1] } }],
    ["has an unknown key", { ...entry, limit: 0.5 }],
  ])("throws where it %s", (_, occlusion) => {
    expect(() => parseOcclusion({ occlusion })).toThrow("does not say what is occluded");
  });

  it("throws where there is no calibration", () => {
    expect(() => parseOcclusion(undefined)).toThrow("does not say what is occluded");
  });
});

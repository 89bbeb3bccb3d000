import { describe, expect, it } from "vitest";
import {
  blur,
  cutLeft,
  expose,
  type Picture,
  shrink,
} from "../../../../model/evaluate/degradation/degrade.ts";
import { programs } from "../../../../model/evaluate/degradation/kinds/random/programs.ts";
import { shaken } from "../../../../model/evaluate/degradation/kinds/shaken.ts";
import { smooth } from "../../../../model/evaluate/degradation/kinds/smooth.ts";
import { binProbes, median, summarizeProbes } from "../../../../model/evaluate/degradation/study.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { defaultQualityLimits, type Quality } from "../../../../src/face/quality/quality.ts";

/** Makes a picture of grey values, one row a line. */
function picture(...rows: number[][]): Picture {
  const data = rows.flatMap((row) => row.flatMap((value) => [value, value, value, 255]));
  return { width: rows[0].length, height: rows.length, data: Uint8Array.from(data) };
}

function reds({ width, height, data }: Picture): number[][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[4 * (y * width + x)]),
  );
}

describe("worse photos", () => {
  it("a stop more doubles the light and clips it at white", () => {
    // sRGB 100 is 0.1274 of white's light; 137 is 0.2502.
    expect(reds(expose(picture([0, 100, 137, 200]), 1, 1))).toEqual([[0, 138, 188, 255]]);
  });

  it("stops less darken to the mean that the light says, with noise that a seed repeats", () => {
    const flat = picture(...Array.from({ length: 60 }, () => new Array(60).fill(188)));
    const dark = expose(flat, -1, 5);
    const values = reds(dark).flat();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - 137)).toBeLessThan(1);
    expect(new Set(values).size).toBeGreaterThan(5);
    expect(expose(flat, -1, 5)).toEqual(dark);
  });

  it("a blur keeps the sum of a point and is symmetric", () => {
    const point = picture(
      ...Array.from({ length: 9 }, (_, y) =>
        Array.from({ length: 9 }, (_, x) => (x === 4 && y === 4 ? 250 : 0)),
      ),
    );
    const rows = reds(blur(point, 1));
    // The middle keeps 1 / 2 pi of the point.
    expect(Math.abs(rows[4][4] - 250 / (2 * Math.PI))).toBeLessThan(1.5);
    expect(rows[4][3]).toBe(rows[4][5]);
    expect(rows[3][4]).toBe(rows[4][3]);
    expect(Math.abs(rows.flat().reduce((sum, value) => sum + value, 0) - 250)).toBeLessThan(12);
  });

  it("a smaller photo averages the area under each pixel, parts of pixels too", () => {
    expect(reds(shrink(picture([0, 100, 20, 40], [0, 100, 20, 40]), 0.5))).toEqual([[50, 30]]);
    // Three pixels become two: each covers one and a half.
    expect(
      reds(shrink(picture([0, 90, 30], [0, 90, 30], [0, 90, 30]), 2 / 3)).map((row) => row.join(" ")),
    ).toEqual(["30 50", "30 50"]);
  });

  it("a cut takes the left of each row", () => {
    expect(reds(cutLeft(picture([1, 2, 3, 4], [5, 6, 7, 8]), 0.25))).toEqual([
      [2, 3, 4],
      [6, 7, 8],
    ]);
  });
});

describe("what became of probes", () => {
  const withSharpness = (sharpness: number): Quality => ({
    eyeDistancePx: 60,
    sharpness,
    brightness: 120,
    contrast: 40,
    yaw: 0,
    pitch: 0,
    roll: 0,
    agreement: 0.95,
    inFrame: 1,
    recognisability: 0.99,
    occlusion: 0.001,
  });
  const limits = { ...defaultQualityLimits, minSharpness: 1.5 };
  const probes = [
    { quality: withSharpness(1), genuine: [0.5, 1], impostor: [1, 1.5] },
    { quality: withSharpness(2), genuine: [1.25], impostor: [1.5, 1.5] },
    { quality: null, genuine: [Number.POSITIVE_INFINITY], impostor: [] },
  ];

  it("no face is no match among all, and left out among those with a face", () => {
    expect(summarizeProbes(probes, 1, limits)).toEqual({
      probes: 3,
      failures: 1 / 3,
      tar: 2 / 4,
      tarAcquired: 2 / 3,
      fmr: 1 / 4,
      refused: 1 / 2,
      tarAccepted: 0,
    });
  });

  it("bins hold their lower edge, and those without a face are in none", () => {
    const bins = binProbes(probes, (quality) => quality.sharpness, [0, 1, 2, 3]);
    expect(bins.map(({ from, to, probes: some }) => [from, to, some.length])).toEqual([
      [1, 2, 1],
      [2, 3, 1],
    ]);
  });

  it("the median of an even count lies halfway", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
});

describe("random warps and motions", () => {
  const scene = {
    picture: picture(
      ...Array.from({ length: 60 }, (_, y) => Array.from({ length: 60 }, (_, x) => (7 * x + 13 * y) % 256)),
    ),
    landmarks: [
      { x: 24, y: 25 },
      { x: 36, y: 25 },
      { x: 30, y: 32 },
      { x: 26, y: 38 },
      { x: 34, y: 38 },
    ] as const,
  };
  const unused = () => Number.NaN;
  const kinds = [...smooth.kinds, ...shaken.kinds];

  it.each(kinds.map((kind) => [kind.name, kind] as const))(
    "%s is the same for every photo by its seed, and another by each",
    (_, kind) => {
      const drawn = kind.levels.slice(0, 8).map((seed) => kind.apply(scene, seed, unused));
      expect(kind.apply(scene, 3, unused)).toEqual(drawn[3]);
      expect(new Set(drawn.map(({ data }) => data.join())).size).toBe(drawn.length);
      for (const { width, height, data } of drawn) {
        expect([width, height]).toEqual([60, 60]);
        expect(data).not.toEqual(scene.picture.data);
      }
    },
  );

  it.each(programs.kinds.map((kind) => [kind.name, kind] as const))(
    "%s is the same for every photo by its seed and what falls elsewhere on each",
    (_, kind) => {
      const seeds = kind.levels.slice(0, 12);
      const drawn = seeds.map((seed) => kind.apply(scene, seed, createRandom(5)));
      expect(kind.apply(scene, 3, createRandom(5))).toEqual(drawn[3]);
      // On so small a face some brushes and blocks are of one size.
      expect(new Set(drawn.map(({ data }) => data.join())).size).toBeGreaterThanOrEqual(9);
      for (const { width, height } of drawn) expect([width, height]).toEqual([60, 60]);
    },
  );

  it("half of the programs do the same to every photo, and the others place their details anew", () => {
    const texts = (seed: number) =>
      programs.kinds.map((kind) => kind.apply(scene, 1, createRandom(seed)).data.join());
    const [first, second] = [texts(1), texts(2)];
    const alike = first.filter((text, k) => text === second[k]).length;
    expect(alike).toBeGreaterThan(first.length / 4);
    expect(alike).toBeLessThan(first.length);
  });

  it("leave a flat picture flat inside it", () => {
    const flat = { ...scene, picture: picture(...Array.from({ length: 60 }, () => new Array(60).fill(90))) };
    for (const kind of shaken.kinds) {
      for (const seed of kind.levels.slice(0, 4)) {
        expect(reds(kind.apply(flat, seed, unused))[30][30]).toBe(90);
      }
    }
  });
});

import { describe, expect, it } from "vitest";
import { findCentroids } from "../../../../model/calibrate/recognisability/centroids.ts";
import { findCorners } from "../../../../model/calibrate/recognisability/corners.ts";
import { fitLogistic } from "../../../../model/calibrate/recognisability/logistic.ts";
import { findRareDirections } from "../../../../model/calibrate/recognisability/rare-directions.ts";
import type { Sample } from "../../../../model/calibrate/recognisability/samples.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";

function unit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

describe("centroids", () => {
  const random = createRandom(3);
  const around = (middle: readonly number[]) =>
    Array.from({ length: 40 }, () => unit(middle.map((value) => value + 0.1 * (random() - 0.5))));
  const middles = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, -1],
  ];
  const faces = middles.flatMap(around);

  it("are the middles of bunches on the sphere, of unit length", () => {
    const found = findCentroids(faces, 3, createRandom(1));
    for (const middle of middles) {
      const nearest = Math.max(...found.map((each) => each.reduce((sum, v, i) => sum + v * middle[i], 0)));
      expect(nearest).toBeGreaterThan(0.999);
    }
    for (const each of found) expect(Math.hypot(...each)).toBeCloseTo(1, 6);
  });

  it("are the same for the same seed", () => {
    expect(findCentroids(faces, 3, createRandom(7))).toEqual(findCentroids(faces, 3, createRandom(7)));
  });

  it("are refused where there are fewer faces than centroids", () => {
    expect(() => findCentroids(faces.slice(0, 2), 3, createRandom(1))).toThrow(/too few/);
  });
});

describe("corners", () => {
  const random = createRandom(11);
  const faces = (kind: string, level: number, common: readonly number[], spread: number) =>
    Array.from(
      { length: 12 },
      (_, person): Sample => ({
        group: "made up",
        kind,
        level,
        row: person,
        person,
        embedding: unit(common.map((value) => value + spread * (random() - 0.5))),
        norms: [],
        detection: 1,
        beliefs: [1, 1],
        agreement: 1,
        ownDistance: 0,
      }),
    );
  const alike = faces("alike", 1, [0, 1, 0, 0, 0, 0], 0.2);
  const likewise = faces("alike", 2, [0, 0, 0, 1, 0, 0], 0.2);
  const apart = faces("apart", 1, [0, 0, 0, 0, 0, 0], 1).map((face, k) => ({
    ...face,
    embedding: unit(Array.from({ length: 6 }, (_, i) => (i === k % 6 ? (k < 6 ? 1 : -1) : 0))),
  }));

  it("are the middles of the kinds and levels in which strangers come within the threshold", () => {
    const found = findCorners([...apart, ...alike, ...likewise], 0.9, 5, 1);
    expect(found).toHaveLength(2);
    expect(found[0][1]).toBeGreaterThan(0.99);
    expect(found[1][3]).toBeGreaterThan(0.99);
  });

  it("are merged where they are too many", () => {
    const found = findCorners(
      [...alike, ...likewise, ...faces("more", 1, [0, 0.9, 0.1, 0, 0, 0], 0.1)],
      0.9,
      2,
      1,
    );
    expect(found).toHaveLength(2);
  });

  it("are not made of a handful of faces, or of one person's", () => {
    expect(findCorners(alike.slice(0, 7), 0.9, 5, 1)).toEqual([]);
    expect(
      findCorners(
        alike.map((face) => ({ ...face, person: 1 })),
        0.9,
        5,
        1,
      ),
    ).toEqual([]);
  });
});

describe("logistic regression", () => {
  it("finds the odds that the labels were drawn by", () => {
    const random = createRandom(5);
    const rows = Array.from({ length: 20_000 }, () => [4 * random() - 2, 10 * random()]);
    const labels = rows.map(([a, b]) => (random() < 1 / (1 + Math.exp(-(0.5 + 1.5 * a - 0.3 * b))) ? 1 : 0));
    const { bias, weights } = fitLogistic(rows, labels);
    expect(bias).toBeCloseTo(0.5, 0);
    expect(weights[0]).toBeCloseTo(1.5, 1);
    expect(weights[1]).toBeCloseTo(-0.3, 1);
  });

  it("stays finite where one feature parts the labels wholly", () => {
    const rows = Array.from({ length: 100 }, (_, k) => [k]);
    const { bias, weights } = fitLogistic(
      rows,
      rows.map(([k]) => (k < 50 ? 0 : 1)),
    );
    expect(Number.isFinite(bias)).toBe(true);
    expect(weights[0]).toBeGreaterThan(0);
    expect(-bias / weights[0]).toBeCloseTo(49.5, 0);
  });
});

it("rare directions are those along which the embeddings hardly reach, weighted by how little", () => {
  const random = createRandom(9);
  const size = 20;
  // Each number's spread is half of the one before it.
  const spread = (k: number) => 0.5 ** (k / 2);
  const embeddings = Array.from({ length: 4000 }, () =>
    unit(Array.from({ length: size }, (_, k) => spread(k) * (random() - 0.5))),
  );
  const { directions, weights } = findRareDirections(embeddings);
  expect(directions).toHaveLength(4);
  expect(weights).toEqual(weights.toSorted((a, b) => a - b));
  const along = (direction: Float32Array, from: number, to: number) =>
    direction.slice(from, to).reduce((sum, value) => sum + value * value, 0);
  for (const direction of directions) expect(along(direction, 7, 14)).toBeGreaterThan(0.95);
});

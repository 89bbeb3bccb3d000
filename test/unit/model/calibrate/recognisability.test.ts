import { inverse, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { findCentroids } from "../../../../model/calibrate/recognisability/centroids.ts";
import { findCorners } from "../../../../model/calibrate/recognisability/corners.ts";
import { fitLogistic } from "../../../../model/calibrate/recognisability/logistic.ts";
import { secondMoments } from "../../../../model/calibrate/recognisability/moments.ts";
import { findRareDirections } from "../../../../model/calibrate/recognisability/rare-directions.ts";
import type { Sample } from "../../../../model/calibrate/recognisability/samples.ts";
import { findShifts, knotsFor, thoseAlike } from "../../../../model/calibrate/recognisability/shifts.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { sharedShiftOf, shiftsOf } from "../../../../src/face/quality/recognisability.ts";

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

describe("shifts", () => {
  const size = 64;
  const random = createRandom(17);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const axis = (k: number, length: number) =>
    Float32Array.from({ length: size }, (_, i) => (i === k ? length : 0));
  /** A person's own vector, with a shift that others share. */
  const face = (person: number, shift: Float32Array, kind = "as it is", level = 0): Sample => {
    const own = Float32Array.from({ length: size }, () => normal() / Math.sqrt(size));
    return {
      group: undefined,
      kind,
      level,
      row: person,
      person,
      embedding: unit(Array.from(own, (value, i) => value + shift[i])),
      norms: [],
      detection: 1,
      beliefs: [1, 1],
      agreement: 1,
      ownDistance: 0,
    };
  };
  const people = Array.from({ length: 2000 }, (_, person) => person);
  const ordinary = people.map((person) => face(person, axis(0, 0)));
  // Each warp shifts faces along the first three axes by a mixture of its own.
  const warped = Array.from({ length: 30 }, (_, level) => {
    const shift = Float32Array.from({ length: size }, (_, i) => (i < 3 ? 0.5 * normal() : 0));
    return people.slice(0, 40).map((person) => face(person, shift, "warp", level));
  }).flat();
  const shifts = findShifts(ordinary, warped);
  const shared = (a: Sample, b: Sample) =>
    sharedShiftOf(shifts, shiftsOf(shifts, a.embedding), shiftsOf(shifts, b.embedding));

  it("are found along the directions in which warps move all faces, the likeliest first", () => {
    expect(shifts.weights).toEqual(shifts.weights.toSorted((a, b) => b - a));
    expect(shifts.weights[2]).toBeGreaterThan(3 * shifts.weights[3]);
    for (const direction of shifts.directions.slice(0, 3)) {
      expect(Math.hypot(...direction.slice(0, 3))).toBeGreaterThan(0.95);
    }
  });

  it("are shared by strangers under a warp that was not among them, and by no others", () => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
    const bent = people.slice(50, 90).map((person) =>
      face(
        person,
        Float32Array.from({ length: size }, (_, i) => (i < 3 ? -0.6 : 0)),
      ),
    );
    const alike = bent.slice(1).map((each, k) => shared(each, bent[k]));
    const mixed = bent.map((each, k) => shared(each, ordinary[k + 100]));
    const apart = ordinary.slice(1, 40).map((each, k) => shared(each, ordinary[k]));
    expect(Math.min(...alike)).toBeGreaterThan(Math.max(...apart));
    expect(Math.abs(mean(mixed))).toBeLessThan(0.1 * mean(alike));
  });

  it("are the difference of both inverses, as far as their directions reach", () => {
    const meanOf = (faces: readonly Sample[]) =>
      Array.from({ length: size }, (_, i) =>
        faces.reduce((sum, { embedding }) => sum + embedding[i] / faces.length, 0),
      );
    const centre = meanOf(ordinary);
    const lessCentre = (values: ArrayLike<number>) => Array.from(values, (value, i) => value - centre[i]);
    const apart = (of: readonly Sample[]) => of.map(({ embedding }) => lessCentre(embedding));
    const means = [...Map.groupBy(warped, ({ level }) => level).values()].map((faces) =>
      lessCentre(meanOf(faces)),
    );
    const covariance = Matrix.add(secondMoments(apart(ordinary)), Matrix.eye(size, size, 0.01));
    const form = Matrix.sub(
      inverse(covariance),
      inverse(Matrix.add(covariance, Matrix.mul(secondMoments(means), 4))),
    );
    const [a, b] = apart([warped[3], warped[7]]).map((values) => Matrix.columnVector(values));
    const whole = a.transpose().mmul(form).mmul(b).get(0, 0);
    expect(shared(warped[3], warped[7])).toBeCloseTo(whole, 0);
  });

  it("count warps under which strangers come within the threshold, and no others", () => {
    // Strangers of unit length lie about the square root of 2 apart, those under a long shift much closer.
    const far = people.slice(0, 20).map((person) => face(person, axis(5, 2), "far", 0));
    const near = people.slice(0, 20).map((person) => face(person, axis(5, 0.1), "near", 0));
    expect(thoseAlike([...near, ...far], 1)).toEqual(far);
  });

  it("leave a handful of faces of one warp out", () => {
    const few = people.slice(0, 7).map((person) => face(person, axis(9, 2), "rare", 1));
    expect(findShifts(ordinary, [...warped, ...few]).weights).toEqual(shifts.weights);
  });
});

describe("the knots of shifts", () => {
  const pairs = (count: number, distance: number, shift: number) =>
    Array.from({ length: count }, () => ({ distance, shift }));

  it("lose one pair of two thousand at the least, and ask nothing of the others", () => {
    const [[first, none]] = knotsFor([...pairs(1998, 1, 1), ...pairs(1, 1, 3), ...pairs(1, 1, 9)], [1]);
    // Other people's pairs may lie 0.2 farther.
    expect([first, none]).toEqual([3.2, 0]);
  });

  it("count for each pair by how much closer it is than the threshold", () => {
    // 0.09 closer makes up for 2 units.
    const [[first]] = knotsFor([...pairs(1999, 0.91, 5), ...pairs(1, 1, 9)], [1]);
    expect(first).toBeCloseTo(3.2, 4);
  });

  it("lie as high as the threshold that asks most, and leave pairs beyond a threshold out of it", () => {
    const some = [...pairs(2000, 0.9, 2), ...pairs(2000, 1.1, 6)];
    expect(knotsFor(some, [0.9, 1.1])[0][0]).toBeCloseTo(6.2, 6);
    expect(knotsFor(some, [0.9])[0][0]).toBeCloseTo(2.2, 6);
  });

  it("rise to the most that is asked", () => {
    const knots = knotsFor(pairs(10, 1, 4), [1]);
    expect(knots.map(([, closer]) => closer)).toEqual([0, 0.6]);
    expect(knots[1][0] - knots[0][0]).toBeCloseTo(0.6 / 0.045, 4);
  });
});

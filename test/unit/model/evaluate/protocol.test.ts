import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareAll } from "../../../../model/evaluate/comparisons.ts";
import {
  percentileInterval,
  quantile,
  resampleIdentities,
} from "../../../../model/evaluate/statistics/bootstrap.ts";
import { createCurveSource } from "../../../../model/evaluate/statistics/curve.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { contiguousFolds, foldedAccuracy } from "../../../../model/evaluate/statistics/tenfold.ts";

const golden = JSON.parse(
  readFileSync(new URL("../../../vectors/evaluate-metrics.json", import.meta.url), "utf8"),
);

describe("ten folds", () => {
  it("gives NumPy's accuracies for the same protocol", () => {
    const { same, distance, fold, accuracies, mean, standard_error } = golden.ten_fold;
    const pairs = distance.map((value: number, k: number) => ({
      fold: fold[k],
      same: same[k] === 1,
      distance: value,
      weight: 1,
    }));
    const result = foldedAccuracy(pairs);
    expect(result.folds.map((one) => one.accuracy)).toEqual(accuracies);
    expect(result.mean).toBeCloseTo(mean, 12);
    expect(result.standardError).toBeCloseTo(standard_error, 12);
  });

  it("picks the threshold of a fold from the others only", () => {
    const pair = (fold: number, same: boolean, distance: number) => ({ fold, same, distance, weight: 1 });
    const result = foldedAccuracy([
      pair(0, true, 0.5),
      pair(0, false, 0.75),
      pair(1, true, 1),
      pair(1, false, 1.25),
    ]);
    expect(result.folds).toEqual([
      { threshold: 1.125, accuracy: 0.5 },
      { threshold: 0.625, accuracy: 0.5 },
    ]);
  });

  it("counts a pair that cannot be compared as wrong, of one person or of two", () => {
    const pairs = [0, 1].flatMap((fold) => [
      { fold, same: true, distance: 0.5, weight: 1 },
      { fold, same: false, distance: 1.5, weight: 1 },
      { fold, same: true, distance: Number.POSITIVE_INFINITY, weight: 1 },
      { fold, same: false, distance: Number.POSITIVE_INFINITY, weight: 1 },
    ]);
    expect(foldedAccuracy(pairs).mean).toBe(0.5);
  });

  it("a pair of weight two counts as the pair listed twice", () => {
    const pair = fc.record({
      fold: fc.integer({ min: 0, max: 2 }),
      same: fc.boolean(),
      distance: fc.integer({ min: 0, max: 20 }).map((step) => step / 10),
    });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 5 }), (pairs) => {
        const weighted = foldedAccuracy(pairs.map((one, k) => ({ ...one, weight: 1 + (k % 2) })));
        const listed = pairs.flatMap((one, k) => new Array(1 + (k % 2)).fill({ ...one, weight: 1 }));
        expect(weighted).toEqual(foldedAccuracy(listed));
      }),
    );
  });

  it("splits an unfolded list into contiguous balanced folds", () => {
    const same = [...new Array(20).fill(true), ...new Array(30).fill(false)];
    const folds = contiguousFolds(same);
    for (let fold = 0; fold < 10; fold++) {
      const rows = [...folds.keys()].filter((row) => folds[row] === fold);
      expect(rows.filter((row) => same[row])).toEqual([2 * fold, 2 * fold + 1]);
      expect(rows.filter((row) => !same[row])).toEqual([0, 1, 2].map((k) => 20 + 3 * fold + k));
    }
  });
});

describe("resampling people", () => {
  it("draws as many people as there are, and the same for the same seed", () => {
    const once = [...resampleIdentities(50, 3, 7)].map((draws) => draws.reduce((a, b) => a + b));
    expect(once).toEqual([50, 50, 50]);
    const list = (seed: number) => Array.from(resampleIdentities(50, 3, seed), (draws) => [...draws]);
    expect(list(7)).toEqual(list(7));
    expect(list(7)).not.toEqual(list(8));
  });

  it("weighs a curve as a data set in which each person is copied as often as drawn", () => {
    const random = createRandom(3);
    const angles = Array.from({ length: 12 }, () => random());
    const identityOf = angles.map((_, row) => Math.floor(row / 3));
    const people = (labels: number[]) => ({ identityOf: Uint32Array.from(labels), identityCount: 4 });
    const set = (rows: readonly number[]) => ({
      values: Float32Array.from(rows.flatMap((row) => [Math.cos(angles[row]), Math.sin(angles[row])])),
      dimension: 2,
      acquired: new Uint8Array(rows.length).fill(1),
    });
    const everyRow = [...angles.keys()];
    const draws = Uint16Array.of(2, 0, 1, 1);
    const weighted = createCurveSource(compareAll(set(everyRow), people(identityOf))).resampled(draws);

    // Person 0 is drawn twice: as two data sets {0, 2, 3} that share people 2 and 3, whose own trials count once.
    const rowsOf = (...people: number[]) => everyRow.filter((row) => people.includes(identityOf[row]));
    const weightOf = (...chosen: number[]) => {
      const rows = rowsOf(...chosen);
      const labels = rows.map((row) => identityOf[row]);
      const curve = createCurveSource(compareAll(set(rows), people(labels))).observed();
      return { genuine: curve.genuineTotal, impostor: curve.impostorTotal };
    };
    const all = weightOf(0, 2, 3);
    const shared = weightOf(2, 3);
    expect(weighted.genuineTotal).toBe(2 * all.genuine - shared.genuine);
    expect(weighted.impostorTotal).toBe(2 * all.impostor - shared.impostor);
  });

  it("covers a known mean about as often as promised", () => {
    // 40 people with one uniform value each; the mean of a uniform value is 0.5.
    const random = createRandom(11);
    let covered = 0;
    for (let experiment = 0; experiment < 200; experiment++) {
      const values = Array.from({ length: 40 }, random);
      const means = Array.from(resampleIdentities(40, 200, experiment), (draws) =>
        draws.reduce((sum, count, person) => sum + (count * values[person]) / 40, 0),
      );
      const interval = percentileInterval(means);
      if (interval !== null && interval[0] <= 0.5 && 0.5 <= interval[1]) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.88);
    expect(covered / 200).toBeLessThan(0.99);
  });

  it("interpolates order statistics as NumPy does", () => {
    const sorted = Float64Array.from(golden.quantile.values as number[]).sort();
    for (const [probability, value] of golden.quantile.of)
      expect(quantile(sorted, probability)).toBeCloseTo(value, 12);
  });

  it("leaves replicates without a value out, and gives no interval when none has one", () => {
    expect(percentileInterval([Number.NaN, 1, 1])).toEqual([1, 1]);
    expect(percentileInterval([Number.NaN])).toBeNull();
  });
});

describe("random numbers", () => {
  it("are uniform: each of ten bins holds a tenth of 100,000 within five standard errors", () => {
    const random = createRandom(1);
    const bins = new Array(10).fill(0);
    for (let k = 0; k < 100_000; k++) bins[Math.floor(random() * 10)]++;
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(9_000));
  });
});

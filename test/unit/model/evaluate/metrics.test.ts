import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCurveSource, type ErrorCurve } from "../../../../model/evaluate/statistics/curve.ts";
import {
  areaUnderCurve,
  detPoints,
  dPrime,
  equalErrorRate,
  lowestSupportedRate,
  nextBelow,
  precisionRecallF1,
  tarAtFmr,
  thresholdAtFmr,
} from "../../../../model/evaluate/statistics/metrics.ts";
import { probit } from "../../../../model/evaluate/statistics/probit.ts";

const golden = JSON.parse(
  readFileSync(new URL("../../../vectors/evaluate-metrics.json", import.meta.url), "utf8"),
);

/** Share of trials at or below the threshold: FMR of impostors, TAR of genuine trials. */
const shareAccepted = (distances: Float32Array, threshold: number) =>
  distances.filter((distance) => distance <= threshold).length / distances.length;

/** Makes a curve over people that each take part in one trial. */
function sourceOf(genuine: readonly number[], impostor: readonly number[]) {
  const comparisons = (distance: readonly number[], row: number) => ({
    distance: Float32Array.from(distance),
    left: Uint32Array.from(distance, (_, k) => row + k),
    right: Uint32Array.from(distance, (_, k) => row + k),
  });
  const identityCount = genuine.length + impostor.length;
  return createCurveSource({
    genuine: comparisons(genuine, 0),
    impostor: comparisons(impostor, genuine.length),
    identityOf: Uint32Array.from({ length: identityCount }, (_, k) => k),
    identityCount,
  });
}

function curveOf(genuine: readonly number[], impostor: readonly number[]): ErrorCurve {
  return sourceOf(genuine, impostor).observed();
}

const distances = fc.array(
  fc.integer({ min: 0, max: 40 }).map((step) => step / 20),
  { minLength: 1, maxLength: 40 },
);

describe("a curve worked by hand: genuine 0.25 0.5 0.5 1, impostors 0.5 0.75 1.25 1.5", () => {
  const source = sourceOf([0.5, 0.25, 1, 0.5], [1.5, 0.5, 0.75, 1.25]);
  const curve = source.observed();

  it("has one point at each distinct genuine distance", () => {
    expect(detPoints(curve)).toEqual([
      { threshold: 0.25, fmr: 0, fnmr: 0.75 },
      { threshold: 0.5, fmr: 0.25, fnmr: 0.25 },
      { threshold: 1, fmr: 0.5, fnmr: 0 },
    ]);
  });

  it.each([
    [0, 0.25],
    [0.24, 0.25],
    [0.25, 0.75],
    [0.49, 0.75],
    [0.5, 1],
    [1, 1],
  ])("accepts at FMR <= %f a share of %f", (maxFmr, tar) => {
    expect(tarAtFmr(curve, maxFmr)).toBe(tar);
  });

  it.each([
    [0, nextBelow(0.5)],
    [0.25, nextBelow(0.75)],
    [0.5, nextBelow(1.25)],
    [1, Number.POSITIVE_INFINITY],
  ])("puts the threshold for FMR <= %f just below the first impostor too many", (maxFmr, threshold) => {
    expect(thresholdAtFmr(source.impostorDistance, maxFmr)).toBe(threshold);
  });

  it("meets FMR = FNMR at 0.25", () => {
    expect(equalErrorRate(curve)).toBe(0.25);
  });

  it("counts a tie as half a win in the area: (4 + 3.5 + 3.5 + 2) / 16", () => {
    expect(areaUnderCurve(curve)).toBe(13 / 16);
  });
});

describe("against scikit-learn", () => {
  it.each(["continuous", "tied"])("agrees on %s scores", (name) => {
    const vector = golden[name];
    const source = sourceOf(vector.genuine, vector.impostor);
    const curve = source.observed();
    for (const [fmr, tar] of Object.entries(vector.tar_at_fmr)) {
      expect(tarAtFmr(curve, Number(fmr))).toBeCloseTo(Number(tar), 12);
    }
    expect(equalErrorRate(curve)).toBeCloseTo(vector.eer, 10);
    expect(areaUnderCurve(curve)).toBeCloseTo(vector.auc, 12);
    expect(dPrime(curve)).toBeCloseTo(vector.d_prime, 10);
    const accepted = (list: Float32Array) => list.filter((distance) => distance <= vector.threshold).length;
    const truePositives = accepted(source.genuineDistance);
    const scores = precisionRecallF1({
      truePositives,
      falsePositives: accepted(source.impostorDistance),
      falseNegatives: vector.genuine.length - truePositives,
    });
    expect(scores.precision).toBeCloseTo(vector.precision, 12);
    expect(scores.recall).toBeCloseTo(vector.recall, 12);
    expect(scores.f1).toBeCloseTo(vector.f1, 12);
  });

  it("gives SciPy's normal deviates within 1e-6 of their size", () => {
    for (const [probability, deviate] of golden.probit) {
      expect(Math.abs(probit(probability) - deviate)).toBeLessThanOrEqual(
        1e-6 * Math.max(1, Math.abs(deviate)),
      );
    }
  });
});

describe("for any scores", () => {
  it("FMR rises and FNMR falls along the curve", () => {
    fc.assert(
      fc.property(distances, distances, (genuine, impostor) => {
        const points = detPoints(curveOf(genuine, impostor));
        for (let j = 1; j < points.length; j++) {
          expect(points[j].fmr).toBeGreaterThanOrEqual(points[j - 1].fmr);
          expect(points[j].fnmr).toBeLessThan(points[j - 1].fnmr);
        }
      }),
    );
  });

  it("the threshold for an FMR keeps it, accepts TAR, and is the largest that does", () => {
    fc.assert(
      fc.property(
        distances,
        distances,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (genuine, impostor, maxFmr) => {
          const source = sourceOf(genuine, impostor);
          const threshold = thresholdAtFmr(source.impostorDistance, maxFmr);
          expect(shareAccepted(source.impostorDistance, threshold)).toBeLessThanOrEqual(maxFmr);
          expect(shareAccepted(source.genuineDistance, threshold)).toBe(tarAtFmr(source.observed(), maxFmr));
          const larger = source.impostorDistance.find((distance) => distance > threshold) ?? Number.NaN;
          expect(shareAccepted(source.impostorDistance, larger)).toBeGreaterThan(maxFmr);
        },
      ),
    );
  });

  it("the area equals Mann-Whitney's share of ordered pairs", () => {
    fc.assert(
      fc.property(distances, distances, (genuine, impostor) => {
        let wins = 0;
        for (const g of genuine) for (const i of impostor) wins += g < i ? 1 : g === i ? 0.5 : 0;
        expect(areaUnderCurve(curveOf(genuine, impostor))).toBeCloseTo(
          wins / (genuine.length * impostor.length),
          12,
        );
      }),
    );
  });

  it("the equal error rate lies between 0 and 1 and survives swapping the two errors", () => {
    fc.assert(
      fc.property(distances, distances, (genuine, impostor) => {
        const rate = equalErrorRate(curveOf(genuine, impostor));
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1);
        const mirrored = (list: number[]) => list.map((distance) => 2 - distance);
        expect(equalErrorRate(curveOf(mirrored(impostor), mirrored(genuine)))).toBeCloseTo(rate, 10);
      }),
    );
  });

  it("drawing everyone k times changes no rate", () => {
    fc.assert(
      fc.property(distances, distances, fc.integer({ min: 1, max: 5 }), (genuine, impostor, times) => {
        const source = sourceOf(genuine, impostor);
        const draws = new Uint16Array(genuine.length + impostor.length).fill(times);
        expect(detPoints(source.resampled(draws))).toEqual(detPoints(source.observed()));
      }),
    );
  });
});

describe("edges", () => {
  it("a genuine trial without an embedding is a non-match at every threshold", () => {
    const curve = curveOf([0.1, Number.POSITIVE_INFINITY], [1, 1.5]);
    expect(tarAtFmr(curve, 1)).toBe(0.5);
    expect(areaUnderCurve(curve)).toBe(0.5);
  });

  it("separated scores have no equal error", () => {
    expect(equalErrorRate(curveOf([0.1, 0.2], [1, 1.5]))).toBe(0);
  });

  it("an FMR whose count is whole in decimals allows that count: 0.29 of 100 is 29", () => {
    const impostor = Float32Array.from({ length: 100 }, (_, k) => k);
    expect(thresholdAtFmr(impostor, 0.29)).toBe(nextBelow(29));
  });

  it("3000 trials without an error support a rate of 1e-3", () => {
    expect(lowestSupportedRate(3000)).toBe(1e-3);
  });
});

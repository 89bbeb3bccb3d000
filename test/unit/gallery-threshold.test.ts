import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Calibration, fmrAt } from "../../src/face/calibration.ts";
import { comparisonRate, galleryRate, thresholdForGallery } from "../../src/face/gallery-threshold.ts";

const calibration: Calibration = {
  modelSha256: "",
  fmrTable: [
    [0.8, 1e-7, 0, 1e-6],
    [1.0, 1e-4, 0, 1e-3],
    [1.4, 0.5, 0.4, 0.6],
  ],
  measuredDownTo: 2e-6,
};

function successOf<T>(result: { ok: true; value: T } | { ok: false }): T {
  if (!result.ok) throw new Error("refused");
  return result.value;
}

const defaults = { maxFpir: 0.01, maxFmr: 1e-4 };

describe("the rate of a gallery", () => {
  it.each([
    [1e-4, 1, 1e-4],
    // By hand: 1 - 0.999^1000 and 1 - 0.5^2.
    [1e-3, 1000, 0.6323045752290363],
    [0.5, 2, 0.75],
    // Where 1 - fmr is 1 in floating point: N * fmr - (N * fmr)^2 / 2.
    [1e-17, 1e6, 1e-11],
  ])("of comparisons at %f, %f times, is %f", (fmr, comparisons, fpir) => {
    expect(galleryRate(fmr, comparisons)).toBeCloseTo(fpir, 12);
    expect(comparisonRate(fpir, comparisons) / fmr).toBeCloseTo(1, 9);
  });

  it("is what a simulation of strangers finds", () => {
    // 20,000 searches of 50 independent comparisons each; three standard errors are 0.0095.
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    let hits = 0;
    for (let i = 0; i < 20_000; i++) {
      let hit = false;
      for (let k = 0; k < 50; k++) hit = random() < 0.005 || hit;
      if (hit) hits++;
    }
    expect(Math.abs(hits / 20_000 - galleryRate(0.005, 50))).toBeLessThan(0.0095);
  });
});

describe("the threshold of a gallery", () => {
  it("keeps the promised rate, and no stricter one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.double({ min: 0.01, max: 0.4, noNaN: true }),
        (faces, rate) => {
          const { threshold, maxFpir } = successOf(thresholdForGallery(calibration, faces, rate, defaults));
          expect(maxFpir).toBe(rate);
          expect(galleryRate(fmrAt(calibration, threshold).fmr, faces)).toBeCloseTo(rate, 6);
        },
      ),
    );
  });

  it("falls as the gallery grows", () => {
    const thresholds = [0, 1, 10, 100, 1000].map(
      (faces) => successOf(thresholdForGallery(calibration, faces, 0.02, defaults)).threshold,
    );
    expect(thresholds[0]).toBe(thresholds[1]);
    for (let i = 2; i < thresholds.length; i++) expect(thresholds[i]).toBeLessThan(thresholds[i - 1]);
  });

  it("of a rate that the data do not reach is refused, with the lowest that they do", () => {
    // 1 - (1 - 2e-6)^10000 = 0.0198.
    const refused = thresholdForGallery(calibration, 10_000, 0.0197, defaults);
    expect(refused).toMatchObject({ failure: { code: "invalid_request", field: "max_fpir" } });
    expect(JSON.stringify(refused)).toContain("between 0.02 and 1");
    expect(thresholdForGallery(calibration, 10_000, 0.02, defaults).ok).toBe(true);
  });

  it("where none was asked for is the default's, or the lowest that the data reach, and says so", () => {
    expect(successOf(thresholdForGallery(calibration, 1000, undefined, defaults)).maxFpir).toBe(0.01);
    const small = successOf(thresholdForGallery(calibration, 3, undefined, defaults));
    expect(small.maxFpir).toBeCloseTo(3e-4, 7);
    expect(small.threshold).toBeCloseTo(1, 9);
    const large = successOf(thresholdForGallery(calibration, 1_000_000, undefined, defaults));
    expect(large.maxFpir).toBeCloseTo(0.8647, 4);
    expect(fmrAt(calibration, large.threshold).fmr).toBeCloseTo(2e-6, 12);
  });

  it("never lies beyond what was measured, whatever rate is asked for", () => {
    expect(successOf(thresholdForGallery(calibration, 1, 0.99, defaults)).threshold).toBe(1.4);
  });

  it.each([Number.NaN, 0, -1, 1, 2])("of a rate of %f is refused", (rate) => {
    expect(thresholdForGallery(calibration, 10, rate, defaults).ok).toBe(false);
  });
});

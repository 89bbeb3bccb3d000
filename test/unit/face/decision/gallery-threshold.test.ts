import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Calibration, fmrAt } from "../../../../src/face/decision/calibration.ts";
import {
  comparisonRate,
  galleryRate,
  type SearchRates,
  thresholdForGallery,
} from "../../../../src/face/decision/gallery-threshold.ts";

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

const byDefault: SearchRates = {
  asked: undefined,
  defaultMaxFpir: 0.01,
  maxFmr: 1e-4,
  ceilingFmr: Number.POSITIVE_INFINITY,
  inDecades: false,
};

const asking = (asked: number | undefined): SearchRates => ({ ...byDefault, asked });

describe("the rate of a gallery", () => {
  it.each([
    [1e-4, 1, 1e-4],
    // Worked out by hand: 1 - 0.999^1000 and 1 - 0.5^2.
    [1e-3, 1000, 0.6323045752290363],
    [0.5, 2, 0.75],
    // 1 - fmr is 1 in floating point here: N * fmr - (N * fmr)^2 / 2.
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
          const { threshold, maxFpir } = successOf(thresholdForGallery(calibration, faces, asking(rate)));
          expect(maxFpir).toBe(rate);
          expect(galleryRate(fmrAt(calibration, threshold).fmr, faces)).toBeCloseTo(rate, 6);
        },
      ),
    );
  });

  it("falls as the gallery grows", () => {
    const thresholds = [0, 1, 10, 100, 1000].map(
      (faces) => successOf(thresholdForGallery(calibration, faces, asking(0.02))).threshold,
    );
    expect(thresholds[0]).toBe(thresholds[1]);
    for (let i = 2; i < thresholds.length; i++) expect(thresholds[i]).toBeLessThan(thresholds[i - 1]);
  });

  it("of a rate that the data do not reach is refused, with the lowest that they do", () => {
    // 1 - (1 - 2e-6)^10000 = 0.0198.
    const refused = thresholdForGallery(calibration, 10_000, asking(0.0197));
    expect(refused).toMatchObject({ failure: { code: "invalid_request", field: "max_fpir" } });
    expect(JSON.stringify(refused)).toContain("between 0.02 and 1");
    expect(thresholdForGallery(calibration, 10_000, asking(0.02)).ok).toBe(true);
  });

  it.each([100, 1234, 99_999, 654_321])("of %i faces may be asked for again as it was answered", (faces) => {
    const lowest = galleryRate(calibration.measuredDownTo, faces);
    const answered = Number(lowest.toPrecision(6));
    expect(successOf(thresholdForGallery(calibration, faces, asking(answered))).fmr).toBeGreaterThanOrEqual(
      calibration.measuredDownTo,
    );
    expect(thresholdForGallery(calibration, faces, asking(lowest * 0.9999)).ok).toBe(false);
  });

  it("where none was asked for is the default's, or the lowest that the data reach, and says so", () => {
    expect(successOf(thresholdForGallery(calibration, 1000, byDefault)).maxFpir).toBe(0.01);
    const small = successOf(thresholdForGallery(calibration, 3, byDefault));
    expect(small.maxFpir).toBeCloseTo(3e-4, 7);
    expect(small.threshold).toBeCloseTo(1, 9);
    const large = successOf(thresholdForGallery(calibration, 1_000_000, byDefault));
    expect(large.maxFpir).toBeCloseTo(0.8647, 4);
    expect(fmrAt(calibration, large.threshold).fmr).toBeCloseTo(2e-6, 12);
  });

  it("never lies beyond what was measured, whatever rate is asked for", () => {
    expect(successOf(thresholdForGallery(calibration, 1, asking(0.99))).threshold).toBe(1.4);
  });

  it.each([Number.NaN, 0, -1, 1, 2])("of a rate of %f is refused", (rate) => {
    expect(thresholdForGallery(calibration, 10, asking(rate)).ok).toBe(false);
  });
});

describe("the threshold of a gallery in decades", () => {
  const inDecades: SearchRates = { ...byDefault, inDecades: true };

  it.each([
    // A hundred comparisons at 1e-4 give 0.00995, and 101 exceed 0.01.
    [1, 1e-4],
    [100, 1e-4],
    [101, 1e-5],
    [1005, 1e-5],
    [1006, 2e-6],
    [1_000_000, 2e-6],
  ])("of %i faces is that of %f, and the answer says what is kept", (faces, fmr) => {
    const { threshold, maxFpir } = successOf(thresholdForGallery(calibration, faces, inDecades));
    expect(fmrAt(calibration, threshold).fmr).toBeCloseTo(fmr, 12);
    expect(maxFpir).toBeCloseTo(galleryRate(fmr, faces), 12);
  });

  it("has three steps in all, however the gallery grows", () => {
    const thresholds = new Set<number>();
    for (let faces = 0; faces < 20_000; faces++) {
      thresholds.add(successOf(thresholdForGallery(calibration, faces, inDecades)).threshold);
    }
    expect(thresholds.size).toBe(3);
  });

  it("is never laxer than without decades, and keeps the promise wherever that does", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        fc.double({ min: 1e-4, max: 0.9, noNaN: true }),
        fc.double({ min: 1e-5, max: 0.4, noNaN: true }),
        (faces, defaultMaxFpir, maxFmr) => {
          const rates = { ...byDefault, defaultMaxFpir, maxFmr };
          const exact = successOf(thresholdForGallery(calibration, faces, rates));
          const coarse = successOf(thresholdForGallery(calibration, faces, { ...rates, inDecades: true }));
          expect(coarse.threshold).toBeLessThanOrEqual(exact.threshold + 1e-9);
          expect(coarse.maxFpir).toBeLessThanOrEqual(exact.maxFpir * (1 + 1e-8));
        },
      ),
    );
  });
});

describe("a ceiling", () => {
  it("holds whatever rate is asked for: what is kept is stricter", () => {
    const rates = { ...asking(0.99), ceilingFmr: 1e-3 };
    const { threshold, maxFpir } = successOf(thresholdForGallery(calibration, 1, rates));
    expect(fmrAt(calibration, threshold).fmr).toBeCloseTo(1e-3, 12);
    expect(maxFpir).toBe(0.99);
  });
});

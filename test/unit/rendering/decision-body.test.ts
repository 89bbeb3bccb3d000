import { describe, expect, it } from "vitest";
import type { CalibratedDecision } from "../../../src/face/decision/decide.ts";
import { decisionBody, searchRateBody, toldThreshold } from "../../../src/rendering/decision-body.ts";

function decided(fmr: number, { match = true, bounded = false } = {}): CalibratedDecision {
  return {
    match,
    distance: 0.12345678,
    threshold: 1.1,
    ordinaryThreshold: 1.3,
    maxFmr: 1e-4,
    fmr: { fmr, bounded },
  };
}

const withScores = { tellsScores: true, clearFmr: 1e-5 };
const without = { tellsScores: false, clearFmr: undefined };

describe("a decision on the wire", () => {
  it.each([
    [1e-5, true, "clear_match"],
    [1.001e-5, true, "match"],
    [1e-4, true, "match"],
    [1e-5, false, "no_match"],
    [0.1, false, "no_match"],
  ])("with scores, at a rate of %f and match %s, is %s", (fmr, match, band) => {
    expect(decisionBody(decided(fmr, { match }), withScores).band).toBe(band);
  });

  it.each([true, false])(
    "without scores has the match in two ways and the rate, and no more: %s",
    (match) => {
      expect(decisionBody(decided(1e-9, { match }), without)).toEqual({
        match,
        band: match ? "match" : "no_match",
        // The threshold of ordinary faces: the distance by which these two must come closer depends on the enrolled one.
        threshold: 1.3,
        max_fmr: 1e-4,
      });
    },
  );

  it("with scores has the threshold that was decided by", () => {
    expect(decisionBody(decided(1e-5), withScores)).toMatchObject({ threshold: 1.1 });
  });

  it("tells a receipt the threshold that the answer tells", () => {
    const decision = decided(1e-5);
    for (const rate of [withScores, without]) {
      expect(toldThreshold(decision, rate)).toBe(decisionBody(decision, rate).threshold);
    }
  });

  it("with scores has six digits of the distance and three of the rate, or its bound", () => {
    expect(decisionBody(decided(0.00123456), withScores)).toMatchObject({ distance: 0.123457, fmr: 0.00123 });
    expect(decisionBody(decided(2e-6, { bounded: true }), withScores)).toMatchObject({ fmr: "< 0.000002" });
  });
});

describe("numbers on the wire", () => {
  it("have no digits of the arithmetic", () => {
    const decision = {
      ...decided(1e-5),
      threshold: 1.0419800000000001,
      ordinaryThreshold: 1.2000000000000002,
    };
    expect(decisionBody(decision, withScores).threshold).toBe(1.04198);
    expect(decisionBody(decision, without).threshold).toBe(1.2);
    expect(searchRateBody(0.00019999000000000001)).toBe(0.00019999);
    expect(searchRateBody(1e-8)).toBe(1e-8);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decadeBelow, decadeOf } from "../../../../src/face/decision/decades.ts";

describe("a decade of a rate", () => {
  it.each([
    [1e-4, 1e-4, 1e-4],
    [1e-4, 1e-5, 1e-5],
    [1e-4, 0.0000001, 1e-7],
    [3e-4, 3e-6, 3e-6],
    [0.00025, 0.000025, 0.000025],
    [0.05, 0.0005, 0.0005],
  ])("of %f that is asked for as %f is %f", (rate, asked, decade) => {
    expect(decadeOf(rate, asked)).toBe(decade);
  });

  it.each([1e-3, 2e-4, 1.0001e-4, 0.9999e-4, 5e-5, 2e-5, 1.001e-5, 0, -1e-5, 1, Number.NaN, 1 / 0, 1e-320])(
    "of 1e-4 is not %f",
    (asked) => {
      expect(decadeOf(1e-4, asked)).toBeUndefined();
    },
  );

  it.each([
    [2.2e-9, 1e-5],
    [-2.2e-9, 1e-5],
    [2.4e-9, undefined],
    [-2.4e-9, undefined],
  ])("of 1e-4 is 1e-5 also where that is off by %f of itself: %s", (off, decade) => {
    // The tolerance is 1e-9 of a decade, 2.3e-9 of the rate: a text may differ from a number by that much.
    expect(decadeOf(1e-4, 1e-5 * (1 + off))).toBe(decade);
  });
});

describe("the decade below a limit", () => {
  it.each([
    [1e-4, 1, 1e-4],
    [1e-4, 1e-4, 1e-4],
    [1e-4, 0.999e-4, 1e-5],
    [1e-4, 1e-5, 1e-5],
    [1e-4, 2e-6, 1e-6],
    [3e-4, 1e-4, 3e-5],
  ])("of %f, %f, is %f", (rate, limit, decade) => {
    expect(decadeBelow(rate, limit)).toBe(decade);
  });

  it("is not above the limit, and less than ten times below it", () => {
    const rates = fc.double({ min: 1e-8, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(rates, rates, (rate, limit) => {
        const decade = decadeBelow(rate, limit);
        expect(decade).toBeLessThanOrEqual(limit * (1 + 1e-8));
        if (decade < rate) expect(10 * decade).toBeGreaterThan(limit * (1 - 1e-8));
        expect(decadeOf(rate, decade)).toBe(decade);
      }),
    );
  });
});

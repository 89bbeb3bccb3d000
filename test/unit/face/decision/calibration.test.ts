import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Calibration,
  type FmrKnot,
  fmrAt,
  nearerBy,
  parseCalibration,
  thresholdAt,
} from "../../../../src/face/decision/calibration.ts";

const calibration: Calibration = {
  modelSha256: "0".repeat(64),
  fmrTable: [
    [0.5, 1e-7, 0, 1e-6],
    [0.7, 1e-5, 0.5e-5, 2e-5],
    [0.9, 1e-3, 0.9e-3, 1.1e-3],
    [1.3, 0.5, 0.49, 0.51],
  ],
  measuredDownTo: 1e-6,
};

const table = fc
  .array(
    fc.tuple(fc.double({ min: 0.01, max: 0.3, noNaN: true }), fc.double({ min: 1.5, max: 20, noNaN: true })),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((steps): Calibration => {
    const knots: FmrKnot[] = [[0.3, 1e-7, 0, 1]];
    for (const [step, factor] of steps) {
      const [distance, fmr] = knots[knots.length - 1];
      if (fmr * factor < 1) knots.push([distance + step, fmr * factor, 0, 1]);
    }
    return { modelSha256: "0".repeat(64), fmrTable: knots, measuredDownTo: knots[0][1] };
  })
  .filter(({ fmrTable }) => fmrTable.length > 1);

describe("a template", () => {
  const withTemplates = { ...calibration, templates: { nearer: 0.04 } };

  it.each([
    [1, 0.8],
    [2, 0.78],
    [4, 0.77],
    [40, 0.761],
  ])(
    "of %i photos has the threshold %f at 1e-4: it must come closer the more photos there are",
    (photos, distance) => {
      const threshold = thresholdAt(withTemplates, 1e-4, { photos });
      expect(threshold.ok && threshold.value).toBeCloseTo(distance, 12);
      expect(fmrAt(withTemplates, distance, photos).fmr).toBeCloseTo(1e-4, 12);
      expect(nearerBy(withTemplates, photos)).toBeCloseTo(0.8 - distance, 12);
    },
  );

  it("must come closer by more than was measured where the calibration does not know templates", () => {
    expect(nearerBy(calibration, 1)).toBe(0);
    expect(nearerBy(calibration, 2)).toBe(0.015);
  });

  it("has a threshold of 0 where it would have to come closer than that", () => {
    expect(thresholdAt({ ...calibration, templates: { nearer: 0.99 } }, 1e-6, { photos: 100 })).toEqual({
      ok: true,
      value: 0,
    });
  });

  it.each([0, -1, 0.5, Number.NaN])("of %f photos is a bug", (photos) => {
    expect(() => thresholdAt(withTemplates, 1e-4, { photos })).toThrow(RangeError);
    expect(() => fmrAt(withTemplates, 1, photos)).toThrow(RangeError);
  });

  it("is read from the manifest", () => {
    expect(parseCalibration(withTemplates, calibration.modelSha256)).toEqual(withTemplates);
  });

  it.each([
    ["a negative distance", { nearer: -0.01 }],
    ["a distance of 1", { nearer: 1 }],
    ["no number", { nearer: "0.02" }],
    ["not a number", { nearer: Number.NaN }],
    ["no distance", {}],
    ["null", null],
  ])("with %s makes a broken build", (_, templates) => {
    expect(() => parseCalibration({ ...calibration, templates }, calibration.modelSha256)).toThrow(
      "templates",
    );
  });
});

describe("a threshold from a false match rate", () => {
  it.each([
    [1e-5, 0.7],
    [1e-4, 0.8],
    [1e-3, 0.9],
    [0.5, 1.3],
    [1e-6, 0.6],
  ])("%f lies at distance %f, log-linear between knots", (maxFmr, distance) => {
    const threshold = thresholdAt(calibration, maxFmr);
    expect(threshold.ok && threshold.value).toBeCloseTo(distance, 12);
  });

  it.each([
    ["just below what the data support", 0.999e-6],
    ["just above the table", 0.501],
    ["zero", 0],
    ["negative", -1e-3],
    ["not a number", Number.NaN],
    ["infinite", Number.POSITIVE_INFINITY],
  ])("is refused when the rate is %s", (_, maxFmr) => {
    const refused = thresholdAt(calibration, maxFmr);
    expect(refused).toMatchObject({ ok: false, failure: { code: "invalid_request", field: "max_fmr" } });
  });

  it("is refused with the range in words", () => {
    const refused = thresholdAt(calibration, 1);
    expect(!refused.ok && refused.failure).toMatchObject({
      reason: '"max_fmr" must lie between 0.000001 and 0.5, the rates that were measured.',
    });
  });
});

it("the range in words has two digits of each rate", () => {
  const [first, ...rest] = calibration.fmrTable;
  const last: FmrKnot = [1.4, 0.5678, 0.5, 0.6];
  const odd = { ...calibration, fmrTable: [first, ...rest, last], measuredDownTo: 1.2345e-6 };
  expect(thresholdAt(odd, 1)).toMatchObject({
    failure: { reason: '"max_fmr" must lie between 0.0000012 and 0.57, the rates that were measured.' },
  });
});

describe("a false match rate from a distance", () => {
  it.each([
    [0, 1e-6, true],
    [0.5, 1e-6, true],
    [0.59, 1e-6, true],
    [0.7, 1e-5, false],
    [0.8, 1e-4, false],
    [1.3, 0.5, false],
    [1.31, 1, false],
    [2, 1, false],
  ])("at %f is %f, and only a bound: %s", (distance, fmr, bounded) => {
    const rate = fmrAt(calibration, distance);
    expect(rate.fmr).toBeCloseTo(fmr, 12);
    expect(rate.bounded).toBe(bounded);
  });

  it("throws for a distance that is not a number", () => {
    expect(() => fmrAt(calibration, Number.NaN)).toThrow(RangeError);
  });
});

describe("an entry of the manifest", () => {
  const { modelSha256, fmrTable } = calibration;

  it("becomes a calibration when it is of the encoder in use", () => {
    expect(parseCalibration({ ...calibration, dataset: "faces" }, modelSha256)).toEqual(calibration);
  });

  it.each([
    ["is missing", undefined],
    ["is of another build of the encoder", { ...calibration, modelSha256: "1".repeat(64) }],
    ["has one knot", { ...calibration, fmrTable: fmrTable.slice(0, 1) }],
    ["has falling distances", { ...calibration, fmrTable: fmrTable.toReversed() }],
    ["has a rate twice", { ...calibration, fmrTable: [fmrTable[0], [0.6, 1e-7, 0, 1]] }],
    ["has a knot that is not a number", { ...calibration, fmrTable: [fmrTable[0], [0.6, null, 0, 1]] }],
    ["starts at a rate of zero", { ...calibration, fmrTable: [[0.1, 0, 0, 0], fmrTable[1]] }],
    ["promises less than its table holds", { ...calibration, measuredDownTo: 1e-8 }],
    ["does not say where its data end", { modelSha256, fmrTable }],
  ])("throws when it %s", (_, entry) => {
    expect(() => parseCalibration(entry, modelSha256)).toThrow(/^the encoder/);
  });
});

describe("for any table", () => {
  it("the rate never falls as the distance grows", () => {
    const distance = fc.double({ min: 0, max: 2, noNaN: true });
    fc.assert(
      fc.property(table, distance, distance, (any, a, b) => {
        const [near, far] = a < b ? [a, b] : [b, a];
        expect(fmrAt(any, near).fmr).toBeLessThanOrEqual(fmrAt(any, far).fmr);
      }),
    );
  });

  it("a threshold's rate is the rate asked for", () => {
    fc.assert(
      fc.property(table, fc.double({ min: 0, max: 1, noNaN: true }), (any, share) => {
        const lowest = any.measuredDownTo;
        const highest = any.fmrTable[any.fmrTable.length - 1][1];
        const maxFmr = Math.min(highest, lowest * (highest / lowest) ** share);
        const threshold = thresholdAt(any, maxFmr);
        expect(threshold.ok).toBe(true);
        if (threshold.ok) expect(fmrAt(any, threshold.value).fmr / maxFmr).toBeCloseTo(1, 9);
      }),
    );
  });
});

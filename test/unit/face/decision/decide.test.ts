import fc from "fast-check";
import { expect, test } from "vitest";
import type { Calibration } from "../../../../src/face/decision/calibration.ts";
import { decide, decideAtFmr, distance } from "../../../../src/face/decision/decide.ts";

function unit(values: readonly number[], model = "m") {
  const length = Math.hypot(...values);
  return { model, values: Float32Array.from(values, (value) => value / length) };
}

const direction = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });

test("distance is symmetric, zero to itself, and within 0..2", () => {
  fc.assert(
    fc.property(direction, direction, (x, y) => {
      const [a, b] = [unit(x), unit(y)];
      const there = distance(a, b);
      expect(there).toEqual(distance(b, a));
      expect(distance(a, a)).toEqual({ ok: true, value: 0 });
      if (!there.ok) throw new Error(there.failure.code);
      expect(there.value).toBeGreaterThanOrEqual(0);
      expect(there.value).toBeLessThanOrEqual(2);
    }),
  );
});

test("D^2 = 2 - 2 cos", () => {
  const [a, b] = [unit([1, 2, 3]), unit([-3, 1, 0.5])];
  const cos = a.values.reduce((sum, x, i) => sum + x * b.values[i], 0);
  const d = distance(a, b);
  expect(d.ok && d.value ** 2).toBeCloseTo(2 - 2 * cos, 6);
});

test.each([
  ["another model", unit([1, 0, 0]), unit([1, 0, 0], "other")],
  ["another length", unit([1, 0, 0]), unit([1, 0])],
  ["a NaN", unit([1, 0, 0]), { model: "m", values: Float32Array.of(Number.NaN, 0, 0) }],
  ["an infinity", unit([1, 0, 0]), { model: "m", values: Float32Array.of(Number.POSITIVE_INFINITY, 0, 0) }],
  ["a vector that is not of unit length", unit([1, 0, 0]), { model: "m", values: Float32Array.of(0, 0, 0) }],
])("%s is a failure, never a score", (_, a, b) => {
  expect(distance(a, b)).toMatchObject({ ok: false });
  expect(distance(b, a)).toMatchObject({ ok: false });
});

test("a distance exactly at the threshold matches; just above it does not", () => {
  expect(decide(1.2, 1.2).match).toBe(true);
  expect(decide(1.2 + 1e-9, 1.2).match).toBe(false);
});

test.each([Number.NaN, -0.1, 2.1, Number.POSITIVE_INFINITY])(
  "threshold or distance %d is refused",
  (value) => {
    expect(() => decide(0.5, value)).toThrow(RangeError);
    expect(() => decide(value, 0.5)).toThrow(RangeError);
  },
);

test("the distance of opposite vectors, 2 and a rounding, is decided on; one beyond it is refused", () => {
  expect(decide(2 + 1e-4, 2).match).toBe(false);
  expect(decide(0, 0)).toEqual({ match: true, distance: 0, threshold: 0 });
  expect(decide(2, 2).match).toBe(true);
  expect(() => decide(2.002, 2)).toThrow(RangeError);
});

test.each([
  ["longer by less than a thousandth of its squared length", 1.0004, true],
  ["longer by more", 1.0006, false],
  ["shorter by less than a thousandth of its squared length", 0.9996, true],
  ["shorter by more", 0.9994, false],
])("a vector that is %s than a unit vector, on either side", (_, length, isCompared) => {
  const [a, b] = [unit([1, 2]), { model: "m", values: Float32Array.of(length, 0) }];
  expect(distance(a, b).ok).toBe(isCompared);
  expect(distance(b, a).ok).toBe(isCompared);
});

test("what cannot be compared is named by its model and length, never by a value", () => {
  expect(distance(unit([3, 4], "old"), unit([1, 2, 2], "new"))).toEqual({
    ok: false,
    failure: { code: "model_mismatch", stored: "old (2)", expected: "new (3)" },
  });
  expect(distance({ model: "m", values: Float32Array.of(2, 0) }, unit([1, 0]))).toEqual({
    ok: false,
    failure: { code: "model_mismatch", stored: "not a unit vector", expected: "m (2)" },
  });
});

const calibration: Calibration = {
  modelSha256: "",
  fmrTable: [
    [0.8, 1e-6, 0, 1],
    [1.0, 1e-4, 0, 1],
    [1.4, 0.5, 0, 1],
  ],
  measuredDownTo: 1e-6,
};

test("a decision says the rate at which a stranger comes as close, 1 at most", () => {
  const fmrOf = (distance: number) => {
    const decided = decideAtFmr(calibration, distance, 1e-3, 1);
    return decided.ok && decided.value.fmr;
  };
  expect(fmrOf(1.0)).toEqual({ fmr: expect.closeTo(1e-4, 12), bounded: false });
  expect(fmrOf(0.5)).toEqual({ fmr: 1e-6, bounded: true });
  expect(fmrOf(1.41)).toEqual({ fmr: 1, bounded: false });
});

test("a decision at a rate that the calibration does not cover is refused", () => {
  expect(decideAtFmr(calibration, 0.9, 1e-6, 10).ok).toBe(true);
  expect(decideAtFmr(calibration, 0.9, 0.9e-6, 10)).toMatchObject({
    ok: false,
    failure: { code: "invalid_request", field: "max_fmr" },
  });
});

test("faces that need to come closer meet a nearer threshold, and their distance says as much less", () => {
  const near = decideAtFmr(calibration, 0.9, 1e-4, 1, 0.15);
  expect(near).toMatchObject({ ok: true, value: { match: false, distance: 0.9 } });
  expect(near.ok && near.value.threshold).toBeCloseTo(0.85, 12);
  const plain = decideAtFmr(calibration, 1.05, 1e-4, 1);
  expect(near.ok && plain.ok && near.value.fmr.fmr / plain.value.fmr.fmr).toBeCloseTo(1, 9);
  expect(decideAtFmr(calibration, 0.85, 1e-4, 1, 0.15)).toMatchObject({ ok: true, value: { match: true } });
});

test("however close faces need to come, the threshold is not below 0", () => {
  expect(decideAtFmr(calibration, 0.1, 1e-4, 1, 2)).toMatchObject({
    ok: true,
    value: { match: false, threshold: 0 },
  });
});

test("a decision by a template divides no rate among its photos, and has its threshold nearer", () => {
  const decided = decideAtFmr({ ...calibration, templates: { nearer: 0.2 } }, 0.8, 1e-4, 2);
  expect(decided).toMatchObject({ ok: true, value: { match: true, maxFmr: 1e-4 } });
  expect(decided.ok && decided.value.threshold).toBeCloseTo(0.9, 12);
  expect(decided.ok && decided.value.fmr).toEqual({ fmr: expect.closeTo(1e-5, 12), bounded: false });
});

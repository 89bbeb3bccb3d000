import fc from "fast-check";
import { expect, test } from "vitest";
import { decide, distance } from "../../src/face/decide.ts";

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

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge, type Sample, slopeOf } from "../../soak/slope.ts";

const every = 1000;
const samples = (bytesAt: (index: number) => number, count = 91): Sample[] =>
  Array.from({ length: count }, (_, i) => ({ requests: 10_000 + i * every, bytes: bytesAt(i) }));
/** Makes noise without a trend, up to `bytes` to either side. */
const noise = (bytes: number) => (i: number) => bytes * Math.sin(i * 2.4);

describe("the slope of memory over requests", () => {
  it("is that of a straight line, without uncertainty", () => {
    fc.assert(
      fc.property(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 3, max: 200 }), (slope, count) => {
        const found = slopeOf(samples((i) => 8e6 + slope * i, count));
        expect(found.bytesPerThousand).toBeCloseTo(slope, 3);
        expect(found.uncertainty).toBeCloseTo(0, 3);
        expect(found.samples).toBe(count);
      }),
    );
  });

  it("agrees with a published regression (Anscombe's first set: 0.5001, standard error 0.1179)", () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const found = slopeOf(x.map((at, i) => ({ requests: 1000 * at, bytes: y[i] })));
    expect(found.bytesPerThousand).toBeCloseTo(0.5001, 4);
    expect(found.uncertainty / 1.96).toBeCloseTo(0.1179, 4);
  });

  it("is within the limit exactly at it, and exceeds it one byte above", () => {
    const at = (bytesPerThousand: number) => judge({ bytesPerThousand, uncertainty: 10, samples: 91 }, 1000);
    expect(at(1000)).toBe("within");
    expect(at(1001)).toBe("exceeds");
  });

  it("finds a leak of 2 KB per 1,000 requests under 50 KB of noise, and none where there is none", () => {
    expect(judge(slopeOf(samples((i) => 8e6 + 2000 * i + noise(50_000)(i))), 1000)).toBe("exceeds");
    expect(judge(slopeOf(samples((i) => 8e6 + noise(50_000)(i))), 1000)).toBe("within");
  });

  it("says nothing after few requests, unless the leak is plain", () => {
    expect(judge(slopeOf(samples((i) => 8e6 + noise(50_000)(i), 5)), 1000)).toBe("too few requests to tell");
    expect(judge(slopeOf(samples((i) => 8e6 + 1e6 * i + noise(50_000)(i), 5)), 1000)).toBe("exceeds");
    expect(judge(slopeOf(samples(() => 8e6, 2)), 1000)).toBe("too few requests to tell");
    expect(judge(slopeOf([]), 1000)).toBe("too few requests to tell");
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { calibrate } from "../../../../model/calibrate/calibrate.ts";
import { checkThresholds, formatCheck } from "../../../../model/calibrate/check.ts";
import { writeCalibration } from "../../../../model/calibrate/manifest.ts";
import { exceedance, excessAt, fitGeneralizedPareto } from "../../../../model/calibrate/tail.ts";
import type { Trials } from "../../../../model/evaluate/comparisons.ts";
import { probit } from "../../../../model/evaluate/statistics/probit.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { ok } from "../../../../src/errors.ts";
import { parseCalibration, thresholdAt } from "../../../../src/face/decision/calibration.ts";

const golden = JSON.parse(
  readFileSync(new URL("../../../vectors/evaluate-metrics.json", import.meta.url), "utf8"),
);

const mean = 1.35;
const deviation = 0.09;

/** Returns the distance within which this share of infinitely many strangers lies. */
function trueDistance(fmr: number): number {
  return mean + deviation * probit(fmr);
}

/** Makes strangers at normally distributed distances, each trial with two people of its own. */
function strangers(count: number, seed: number): Trials {
  const random = createRandom(seed);
  const distance = Float32Array.from({ length: count }, () => trueDistance(random() || 0.5));
  const rows = Uint32Array.from({ length: count }, (_, k) => k);
  const none = { distance: new Float32Array(0), left: new Uint32Array(0), right: new Uint32Array(0) };
  return {
    genuine: none,
    impostor: { distance, left: rows, right: rows.map((row) => (row + 1) % count) },
    identityOf: rows,
    identityCount: count,
  };
}

describe("the tail", () => {
  const { excesses, shape, scale } = golden.generalized_pareto;
  const values = Float64Array.from(excesses as number[]);

  it("has SciPy's maximum likelihood parameters", () => {
    const fit = fitGeneralizedPareto(values, new Uint8Array(values.length).fill(1));
    expect(fit.shape).toBeCloseTo(shape, 3);
    expect(fit.scale).toBeCloseTo(scale, 4);
  });

  it("takes a weight of three for three excesses", () => {
    const weights = Uint8Array.from(values, (_, k) => (k % 2 === 0 ? 3 : 0));
    const tripled = Float64Array.from(
      [...values].flatMap((value, k) => (k % 2 === 0 ? [value, value, value] : [])),
    );
    const weighted = fitGeneralizedPareto(values, weights);
    const listed = fitGeneralizedPareto(tripled, new Uint8Array(tripled.length).fill(1));
    expect(weighted.shape).toBeCloseTo(listed.shape, 6);
    expect(weighted.scale).toBeCloseTo(listed.scale, 8);
  });

  it("gives back the probability that an excess was computed for", () => {
    const probability = fc.double({ min: 1e-9, max: 1, noNaN: true });
    const anyShape = fc.oneof(
      fc.constant(0),
      fc.double({ min: -0.4, max: 0.8, noNaN: true }).map((x) => x + 1e-3),
    );
    fc.assert(
      fc.property(probability, anyShape, (p, shape) => {
        const tail = { shape, scale: 0.05 };
        expect(exceedance(tail, excessAt(tail, p)) / p).toBeCloseTo(1, 4);
      }),
    );
  });

  it("ends at -scale / shape when the shape is negative", () => {
    const tail = { shape: -0.25, scale: 0.05 };
    expect(exceedance(tail, 0.19)).toBeGreaterThan(0);
    expect(exceedance(tail, 0.2)).toBe(0);
    expect(exceedance(tail, 0.3)).toBe(0);
  });
});

describe("a calibration on strangers whose distances are normal", () => {
  const trials = strangers(400_000, 5);
  const fit = calibrate(trials, { replicates: 40, seed: 1 });

  it.each([
    ["1e-2", 0.001],
    ["1e-3", 0.003],
    ["1e-4", 0.008],
    ["1e-5", 0.02],
    ["1e-6", 0.04],
  ])("puts the threshold for FMR %s within %f of the true one", (fmr, tolerance) => {
    expect(Math.abs(fit.thresholds[fmr].distance - trueDistance(Number(fmr)))).toBeLessThan(tolerance);
  });

  it("brackets each threshold with its interval", () => {
    for (const { distance, low, high } of Object.values(fit.thresholds)) {
      expect(low).toBeLessThan(distance);
      expect(high).toBeGreaterThan(distance);
    }
  });

  it("is a table that the service accepts, and that gives the thresholds back", () => {
    const calibration = parseCalibration({ ...fit, modelSha256: "0" }, "0");
    for (const [fmr, { distance, extrapolated }] of Object.entries(fit.thresholds)) {
      const threshold = thresholdAt(calibration, Number(fmr));
      expect(threshold.ok).toBe(!extrapolated);
      if (threshold.ok) expect(threshold.value).toBeCloseTo(distance, 9);
    }
  });

  it("counts independent trials as nearly independent, and supports 3 over their number", () => {
    expect(fit.effectiveImpostorPairs).toBeGreaterThan(100_000);
    expect(fit.measuredDownTo).toBeGreaterThanOrEqual(3 / fit.effectiveImpostorPairs);
    expect(fit.measuredDownTo).toBeLessThan(1.1 * (3 / fit.effectiveImpostorPairs));
    expect(fit.thresholds["1e-6"].extrapolated).toBe(true);
    expect(fit.thresholds["1e-4"].extrapolated).toBe(false);
  });

  it("keeps its promise on other strangers", () => {
    const calibration = parseCalibration({ ...fit, modelSha256: "0" }, "0");
    const rows = checkThresholds(strangers(200_000, 6), (fmr) => thresholdAt(calibration, fmr));
    expect(rows.filter((row) => row.required).map((row) => row.kept)).toEqual([true, true]);
  });
});

describe("the check", () => {
  it("fails a threshold that lets in three times as many as promised", () => {
    const rows = checkThresholds(strangers(200_000, 6), (fmr) => ok(trueDistance(3 * fmr)));
    expect(rows.map((row) => row.promised)).toEqual([1e-2, 1e-3, 1e-4, 1e-5, 1e-6]);
    expect(rows.every((row) => !row.kept)).toBe(true);
  });

  it("prints no share of refused photos where only strangers were compared", () => {
    const rows = checkThresholds(strangers(200_000, 6), (fmr) => ok(trueDistance(fmr)));
    expect(formatCheck(rows)).toMatch(/^1e-3 .* – +within a factor of 2$/m);
    expect(formatCheck(rows)).not.toContain("NaN");
  });
});

it("refuses to calibrate on fewer trials than a tail needs", () => {
  expect(() => calibrate(strangers(99_000, 5), { replicates: 2, seed: 1 })).toThrow("100000 are needed");
});

describe("the manifest", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sameface-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("keeps what is in it, other encoders' calibrations and its formatting", () => {
    const path = join(folder, "manifest.json");
    const before = { encoder: "a", models: { a: { scale: [1, 0.5] } }, calibration: { a: 1, b: { x: 2 } } };
    writeFileSync(path, `${JSON.stringify(before, null, 2)}\n`);
    writeCalibration("a", { dataset: "faces" }, path);
    const after = { ...before, calibration: { a: { dataset: "faces" }, b: { x: 2 } } };
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(after, null, 2)}\n`);
  });
});

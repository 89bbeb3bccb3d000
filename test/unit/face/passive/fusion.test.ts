import { describe, expect, it } from "vitest";
import { unmeasuredFusion } from "../../../../model/unmeasured.ts";
import {
  type FusionModel,
  fuse,
  type PassiveSignals,
  parseFusion,
} from "../../../../src/face/passive/fusion.ts";
import type { Manifest } from "../../../../src/models.ts";

const manifest = {
  passive: ["a", "b"],
  models: { a: { sha256: "aa" }, b: { sha256: "bb" } },
} as unknown as Manifest;
const plain = unmeasuredFusion(manifest);
const model: FusionModel = {
  ...plain,
  threshold: 0.5,
  grid: { mean: 2, deviation: 0.5, weight: -1, most: 1 },
};
const signals: PassiveSignals = { live: 3, attack: 1, grid: 2 };
const logOdds = ({ score }: { score: number }) => Math.log(score / (1 - score));

describe("fusion", () => {
  it("is the networks' difference where the grid is as in genuine photos", () => {
    expect(logOdds(fuse(model, signals))).toBeCloseTo(2, 9);
  });

  it("counts the grid by its deviations beyond two from the mean, and never for a person", () => {
    const nearly = { ...model, grid: { ...model.grid, most: 1000 } };
    expect(logOdds(fuse(nearly, { ...signals, grid: 3.25 }))).toBeCloseTo(1.5, 6);
    for (const grid of [-100, 1, 3]) expect(logOdds(fuse(nearly, { ...signals, grid }))).toBeCloseTo(2, 9);
  });

  it("never lets the grid move it further than its bound", () => {
    const moved = logOdds(fuse(model, { ...signals, grid: 100 }));
    expect(moved).toBeGreaterThan(1);
    expect(moved).toBeLessThan(1.01);
  });

  it("suspects a photo below the threshold, and not at it", () => {
    expect(fuse(model, { ...signals, live: 1 }).suspected).toBe(false);
    expect(fuse(model, { ...signals, live: 0.999 }).suspected).toBe(true);
  });

  it.each(["live", "grid"] as const)("has no score for a NaN in %s", (name) => {
    expect(() => fuse(model, { ...signals, [name]: Number.NaN })).toThrow("not a number");
  });
});

describe("the manifest's fusion", () => {
  it("is read for the networks on which it was fitted", () => {
    expect(parseFusion(model, "aa+bb")).toEqual(model);
  });

  it("is refused for other networks, and where it is not whole", () => {
    expect(() => parseFusion(model, "aa+cc")).toThrow("other networks");
    expect(() => parseFusion(undefined, "aa+bb")).toThrow("does not say");
    expect(() => parseFusion({ ...model, opinions: -1 }, "aa+bb")).toThrow("does not say");
  });
});

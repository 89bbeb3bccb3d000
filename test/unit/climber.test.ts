/** The climbers of test/worker/climbing.test.ts are good ones: told enough, they arrive. */
import { describe, expect, it } from "vitest";
import { thresholdAt } from "../../src/face/calibration.ts";
import { climb, type Decision, probeAt } from "../fixtures/climber.ts";
import {
  capShare,
  distanceBetween,
  randomDirection,
  sphereCalibration,
  uniformFrom,
} from "../fixtures/sphere.ts";

const dimension = 64;
const calibration = sphereCalibration(dimension);

function thresholdOf(rate: number): number {
  const threshold = thresholdAt(calibration, rate);
  if (!threshold.ok) throw new Error("not measured");
  return threshold.value;
}

describe("strangers on a sphere", () => {
  it("come as close as a simulation finds", () => {
    const uniform = uniformFrom(3);
    const template = randomDirection(dimension, uniform);
    const within = Array.from({ length: 20_000 }, () =>
      distanceBetween(randomDirection(dimension, uniform), template),
    ).filter((distance) => distance <= 1.2);
    // Three standard errors.
    expect(Math.abs(within.length / 20_000 - capShare(dimension, 1.2))).toBeLessThan(0.003);
  });

  it("in 64 dimensions come about as close as those of the shipped encoder at 1e-4", () => {
    expect(Math.abs(thresholdOf(1e-4) - 1.05191)).toBeLessThan(0.02);
  });
});

describe("a climber", () => {
  function from(start: "noise" | "a match", tries: number, tell: (distance: number) => Decision) {
    const uniform = uniformFrom(11);
    const template = randomDirection(dimension, uniform);
    const trueDistance = (probe: Float64Array) => distanceBetween(probe, template);
    return climb({
      tries,
      start: start === "noise" ? undefined : probeAt(template, 0.8, uniform),
      dimension,
      uniform,
      rates: 1,
      ask: async (probe) => tell(trueDistance(probe)),
      trueDistance,
    });
  }

  const threshold = thresholdOf(1e-4);
  const withDistance = (distance: number) => ({ match: distance <= threshold, distance, threshold });
  const matchAlone = (distance: number) => ({ match: distance <= threshold, threshold });

  it("that is told distances needs as many tries as there are numbers", async () => {
    for (const start of ["noise", "a match"] as const) {
      expect((await from(start, 2 * dimension + 3, withDistance)).bestDistance).toBeLessThan(0.001);
    }
  });

  it("that is told matches alone arrives too, from one, with twelve tries for each number", async () => {
    expect((await from("a match", 300, matchAlone)).bestDistance).toBeGreaterThan(0.5);
    expect((await from("a match", 3000, matchAlone)).bestDistance).toBeLessThan(0.05);
  });

  it("that is told matches alone and has none learns nothing", async () => {
    const { matches, bestDistance } = await from("noise", 300, matchAlone);
    expect(matches).toBe(0);
    expect(bestDistance).toBeGreaterThan(threshold);
  });
});

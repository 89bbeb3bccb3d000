/** The way into a pose: what a guide calls reached, the judge takes. */
import { describe, expect, it } from "vitest";
import { poseNames } from "../../../../src/face/liveness/challenge.ts";
import { guidedChange, progressOf } from "../../../../src/face/liveness/guidance.ts";
import { type Change, takes } from "../../../../src/face/liveness/poses.ts";

const still: Change = { yaw: 0, pitch: 0, scale: 1 };
const { turnDegrees, liftDegrees, closer } = guidedChange;

const ways = {
  left: (share: number): Change => ({ ...still, yaw: share * turnDegrees.least }),
  right: (share: number): Change => ({ ...still, yaw: -share * turnDegrees.least }),
  up: (share: number): Change => ({ ...still, pitch: share * liftDegrees.least }),
  down: (share: number): Change => ({ ...still, pitch: -share * liftDegrees.least }),
  closer: (share: number): Change => ({ ...still, scale: 1 + share * (closer.least - 1) }),
};

describe.each(poseNames)("the way into %s", (pose) => {
  it("begins at nothing, and ends where the judge takes the pose", () => {
    expect(progressOf(pose, still)).toEqual({ share: 0, beyond: false });
    expect(progressOf(pose, ways[pose](0.5)).share).toBeCloseTo(0.5);
    expect(progressOf(pose, ways[pose](0.99)).share).toBeLessThan(1);
    const there = ways[pose](1.0001);
    expect(progressOf(pose, there)).toEqual({ share: 1, beyond: false });
    expect(takes(pose, there)).toBe(true);
  });

  it("is left by going too far", () => {
    const { most } =
      pose === "closer" ? closer : pose === "up" || pose === "down" ? liftDegrees : turnDegrees;
    const far = {
      left: { ...still, yaw: most + 1 },
      right: { ...still, yaw: -most - 1 },
      up: { ...still, pitch: most + 1 },
      down: { ...still, pitch: -most - 1 },
      closer: { ...still, scale: most + 0.01 },
    }[pose];
    expect(progressOf(pose, far)).toEqual({ share: 0.95, beyond: true });
  });

  it("is reached by no change that the judge would not take, nor by one that is no number", () => {
    const aside = pose === "left" || pose === "right" ? { pitch: 41 } : { yaw: 41 };
    expect(progressOf(pose, { ...ways[pose](1.0001), ...aside }).share).toBeLessThan(1);
    const broken = { yaw: Number.NaN, pitch: Number.NaN, scale: Number.NaN };
    expect(progressOf(pose, broken).share).not.toBe(1);
  });

  it("is not reached by the other poses", () => {
    for (const other of poseNames.filter((name) => name !== pose))
      expect(progressOf(pose, ways[other](1.0001)).share).toBeLessThan(1);
  });
});

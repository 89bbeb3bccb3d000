import { describe, expect, it } from "vitest";
import {
  challengeBits,
  challengeCount,
  drawChallenge,
  framesAsked,
  poseNames,
  posesAsked,
} from "../../../../src/face/liveness/challenge.ts";

const all = Array.from({ length: challengeCount }, (_, k) => drawChallenge((k + 0.5) / challengeCount));

describe("a challenge", () => {
  it("is one of 312, each once: 8.29 bits", () => {
    expect(challengeCount).toBe(312);
    expect(new Set(all.map((poses) => poses.join())).size).toBe(challengeCount);
    expect(challengeBits).toBeCloseTo(8.285, 3);
  });

  it("has four poses, none after itself, and two different turns of the head", () => {
    expect(framesAsked).toBe(posesAsked + 1);
    for (const poses of all) {
      expect(poses).toHaveLength(posesAsked);
      expect(poses.every((pose) => poseNames.includes(pose))).toBe(true);
      expect(poses.some((pose, k) => pose === poses[k + 1])).toBe(false);
      expect(new Set(poses.filter((pose) => pose !== "closer")).size).toBeGreaterThan(1);
    }
  });

  it.each([-0.001, 1, Number.NaN])("is not drawn for a chance of %s", (chance) => {
    expect(() => drawChallenge(chance)).toThrow(RangeError);
  });

  it("is drawn at both ends of chance", () => {
    expect(drawChallenge(0)).toEqual(all[0]);
    expect(drawChallenge(1 - 2 ** -32)).toEqual(all.at(-1));
  });
});

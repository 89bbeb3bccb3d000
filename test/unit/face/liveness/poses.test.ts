import { describe, expect, it } from "vitest";
import { takes } from "../../../../src/face/liveness/poses.ts";

describe("a pose", () => {
  it.each([
    ["left", { yaw: 6, pitch: 0, scale: 1 }, { yaw: 5.9, pitch: 0, scale: 1 }],
    ["right", { yaw: -7, pitch: 15, scale: 1 }, { yaw: -7, pitch: 15.1, scale: 1 }],
    ["up", { yaw: 10, pitch: 2, scale: 1 }, { yaw: 10.1, pitch: 2, scale: 1 }],
    ["up", { yaw: 0, pitch: 2, scale: 1 }, { yaw: 0, pitch: 1.9, scale: 1 }],
    ["down", { yaw: 30, pitch: -20, scale: 1.35 }, { yaw: 0, pitch: -20, scale: 1.36 }],
    ["closer", { yaw: 20, pitch: -20, scale: 1.1 }, { yaw: 0, pitch: 0, scale: 1.09 }],
  ] as const)("%s is taken exactly at its limit", (pose, within, beyond) => {
    expect(takes(pose, within)).toBe(true);
    expect(takes(pose, beyond)).toBe(false);
  });

  it("is not a turn that lifts the face a little", () => {
    const turned = { yaw: 25, pitch: 8, scale: 1 };
    expect(takes("left", turned)).toBe(true);
    expect(takes("up", turned)).toBe(false);
  });
});

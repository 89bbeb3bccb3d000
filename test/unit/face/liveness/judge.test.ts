import { describe, expect, it } from "vitest";
import type { PoseName } from "../../../../src/face/liveness/challenge.ts";
import type { Frame } from "../../../../src/face/liveness/frame.ts";
import { judgeLiveness, type LivenessLimits } from "../../../../src/face/liveness/judge.ts";
import { reliefModel } from "../../../../src/face/liveness/relief-model.ts";
import { type MadeHead, madeFrame, madeHead } from "../../../fixtures/people/live-frames.ts";

const limits: LivenessLimits = { maxDistanceToFirst: 1.2, relief: reliefModel };
const poses = ["left", "up", "right", "closer"] as const;

const known = new Map<string, Frame>();
function frame(head: MadeHead, pose: PoseName | "front", shake: number): Frame {
  const name = JSON.stringify([head, pose, shake]);
  const made = known.get(name) ?? madeFrame(head, pose, shake);
  known.set(name, made);
  return made;
}

function framesOf(head: MadeHead = madeHead, taken: readonly PoseName[] = poses): Frame[] {
  return (["front", ...taken] as const).map((pose, k) => frame(head, pose, k));
}

describe("judgeLiveness", () => {
  it("passes a head that takes the poses in order", () => {
    expect(judgeLiveness(poses, framesOf(), limits)).toMatchObject({ live: true, reasons: [] });
  });

  it("finds no relief in a flat picture, whatever its texture", () => {
    for (const seed of [1, 2, 3]) {
      const flat = framesOf({ ...madeHead, relief: 0, seed });
      expect(judgeLiveness(poses, flat, limits).reasons).toContain("no_relief");
    }
  });

  it("finds no relief in a picture bent over a cylinder as wide as a head", () => {
    // A head without its nose is what a cylinder shows.
    const bent = framesOf({ ...madeHead, nose: false });
    expect(judgeLiveness(poses, bent, limits).reasons).toContain("no_relief");
  });

  it("refuses poses in another order", () => {
    const [front, left, up, right, closer] = framesOf();
    for (const order of [
      [right, up, left, closer],
      [left, closer, right, up],
      [up, left, right, closer],
    ]) {
      expect(judgeLiveness(poses, [front, ...order], limits).reasons).toContain("wrong_pose");
    }
  });

  it("refuses one frame given for every pose", () => {
    const [front] = framesOf();
    const { reasons } = judgeLiveness(poses, [front, front, front, front, front], limits);
    expect(reasons).toEqual(expect.arrayContaining(["wrong_pose", "repeated_frame", "no_relief"]));
  });

  it("refuses a frame of somebody else among them, exactly beyond the distance", () => {
    const frames = framesOf();
    const turned = (angle: number) => ({
      ...frames[2],
      embedding: { model: "text-1", values: new Float32Array([Math.cos(angle), Math.sin(angle)]) },
    });
    const angleAt = (distance: number) => 2 * Math.asin(distance / 2);
    for (const [distance, refused] of [
      [limits.maxDistanceToFirst - 0.001, false],
      [limits.maxDistanceToFirst + 0.001, true],
    ] as const) {
      const mixed = frames.with(2, turned(angleAt(distance)));
      expect(judgeLiveness(poses, mixed, limits).reasons.includes("identity_changed")).toBe(refused);
    }
  });

  it("refuses a frame of another model's embedding as another person's", () => {
    const frames = framesOf();
    const foreign = { ...frames[1], embedding: { ...frames[1].embedding, model: "text-2" } };
    expect(judgeLiveness(poses, frames.with(1, foreign), limits).reasons).toContain("identity_changed");
  });

  it("refuses surroundings that change, and no change of exposure", () => {
    const frames = framesOf();
    const striped = { ...frames[3], scene: frames[3].scene.map((_, k) => ((k / 96) & 2 ? 240 : 10)) };
    expect(judgeLiveness(poses, frames.with(3, striped), limits).reasons).toEqual(["scene_changed"]);
    const darker = { ...frames[3], scene: frames[3].scene.map((value) => value * 0.8) };
    expect(judgeLiveness(poses, frames.with(3, darker), limits).live).toBe(true);
  });

  it("refuses frames of which one is below the passive limit, or was not judged under it", () => {
    const limited = { ...limits, minPassive: 0.5 };
    const judged = framesOf().map((frame) => ({ ...frame, passive: 0.5 }));
    expect(judgeLiveness(poses, judged, limited).live).toBe(true);
    const below = judged.with(3, { ...judged[3], passive: 0.499 });
    expect(judgeLiveness(poses, below, limited).reasons).toEqual(["picture_suspected"]);
    expect(judgeLiveness(poses, framesOf(), limited).reasons).toEqual(["picture_suspected"]);
    expect(judgeLiveness(poses, framesOf(), limits).live).toBe(true);
  });

  it("refuses a first frame that looks aside", () => {
    const [, left, up, right, closer] = framesOf();
    const { reasons } = judgeLiveness(poses, [left, up, right, closer, left], limits);
    expect(reasons).toContain("not_frontal");
  });

  it("fails closed on numbers that are none", () => {
    const frames = framesOf();
    const broken = { ...frames[1], pose: { yaw: Number.NaN, pitch: Number.NaN, roll: 0 } };
    expect(judgeLiveness(poses, frames.with(1, broken), limits).reasons).toContain("wrong_pose");
  });

  it("reports the least belief of single frames where each has one", () => {
    const frames = framesOf();
    expect(judgeLiveness(poses, frames, limits).scores).not.toHaveProperty("passive");
    const believed = frames.map((each, k) => ({ ...each, passive: 0.9 - 0.1 * k }));
    expect(judgeLiveness(poses, believed, limits).scores.passive).toBeCloseTo(0.5);
  });

  it("throws for another number of frames than the challenge has", () => {
    expect(() => judgeLiveness(poses, framesOf().slice(1), limits)).toThrow(RangeError);
  });
});

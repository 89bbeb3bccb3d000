/** Rules by which a photo is taken: each by its boundary, none laxer than the service's own limit. */
import { describe, expect, it, test } from "vitest";
import { frontalRules, photoInstruction, photoRules } from "../../../browser/capture/rules.ts";
import type { Measures, Sight } from "../../../browser/sight.ts";
import { isFrontal } from "../../../src/face/liveness/poses.ts";
import { defaultQualityLimits } from "../../../src/face/quality/quality.ts";

const measures: Measures = {
  yaw: 0,
  pitch: 0,
  roll: 0,
  eyeDistancePx: 120,
  brightness: 130,
  contrast: 40,
  sharpness: 0.2,
  inFrame: 1,
  occlusion: 0,
  agreement: 1,
};
const nowhere = { x: 0, y: 0 };

/** A face of this side in the middle of 1280 by 720 pixels, moved by (dx, dy) and changed. */
function sight({ side = 360, dx = 0, dy = 0, faces = 1, ...changed }: Record<string, number>): Sight {
  return {
    image: { width: 1280, height: 720 },
    faces,
    face: {
      box: { x: 640 - side / 2 + dx, y: 360 - side / 2 + dy, width: side, height: side },
      score: 0.9,
      landmarks: [nowhere, nowhere, nowhere, nowhere, nowhere],
      measures: { ...measures, ...changed },
    },
  };
}

describe("the instruction for a photo", () => {
  it("is to hold when every rule holds", () => {
    expect(photoInstruction(sight({}))).toBe("hold");
  });

  it("is to come before the camera, and alone", () => {
    expect(photoInstruction({ image: { width: 1280, height: 720 }, faces: 0 })).toBe("no_face");
    expect(photoInstruction(sight({ faces: 2 }))).toBe("one_person");
  });

  it.each([
    ["come_closer", { side: 216 }, { side: 215 }],
    ["come_closer", { eyeDistancePx: 50 }, { eyeDistancePx: 49.9 }],
    ["move_back", { side: 540 }, { side: 541 }],
    ["move_back", { inFrame: 0.95 }, { inFrame: 0.94 }],
    ["move_right", { dx: 192 }, { dx: 193 }],
    ["move_left", { dx: -192 }, { dx: -193 }],
    ["move_up", { dy: 108 }, { dy: 109 }],
    ["move_down", { dy: -108 }, { dy: -109 }],
    ["look_straight", { yaw: 15 }, { yaw: 15.1 }],
    ["look_straight", { yaw: -15 }, { yaw: -15.1 }],
    ["look_straight", { pitch: 20 }, { pitch: 20.1 }],
    ["level_head", { roll: -20 }, { roll: -20.1 }],
    ["more_light", { brightness: 60 }, { brightness: 59.9 }],
    ["less_light", { brightness: 190 }, { brightness: 190.1 }],
    ["uncover_face", { occlusion: 0.5 }, { occlusion: 0.51 }],
    ["hold_still", { sharpness: 0.03 }, { sharpness: 0.029 }],
  ])("is %s beyond its limit, and not at it", (instruction, at, beyond) => {
    expect(photoInstruction(sight(at))).toBe("hold");
    expect(photoInstruction(sight(beyond))).toBe(instruction);
  });

  it.each(Object.keys(measures).filter((name) => !["contrast", "agreement"].includes(name)))(
    "is not to hold where %s is no number",
    (name) => {
      expect(photoInstruction(sight({ [name]: Number.NaN }))).not.toBe("hold");
    },
  );

  it("speaks of the nearest thing to do first", () => {
    expect(photoInstruction(sight({ side: 100, yaw: 40, brightness: 10 }))).toBe("come_closer");
    expect(photoInstruction(sight({ yaw: 40, brightness: 10 }))).toBe("look_straight");
  });
});

test("no rule is laxer than the limit of the service", () => {
  const limits = defaultQualityLimits;
  expect(photoRules.minEyeDistancePx).toBeGreaterThanOrEqual(limits.minEyeDistancePx);
  expect(photoRules.minSharpness).toBeGreaterThanOrEqual(limits.minSharpness);
  expect(photoRules.minBrightness).toBeGreaterThanOrEqual(limits.minBrightness);
  expect(photoRules.maxBrightness).toBeLessThanOrEqual(limits.maxBrightness);
  expect(photoRules.maxYawDegrees).toBeLessThanOrEqual(limits.maxYawDegrees);
  expect(photoRules.maxPitchDegrees).toBeLessThanOrEqual(limits.maxPitchDegrees);
  expect(photoRules.minInFrame).toBeGreaterThanOrEqual(limits.minInFrame);
  expect(photoRules.maxOcclusion).toBeLessThanOrEqual(limits.maxOcclusion);
});

test.each([-1, 1])(
  "a challenge's first frame at its limit looks into the camera for the judge (sign %i)",
  (sign) => {
    const { maxYawDegrees, maxPitchDegrees } = frontalRules;
    const pose = { yaw: sign * maxYawDegrees, pitch: sign * maxPitchDegrees, roll: 0 };
    expect(isFrontal({ pose })).toBe(true);
  },
);

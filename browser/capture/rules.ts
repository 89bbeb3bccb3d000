/**
 * Rules by which a photo is good enough to be taken. Each is at least as strict as the limit by which the service refuses a
 * photo, so that what is taken here is fit there; docs/mobile.md has them as a table for other platforms.
 */
import { defaultQualityLimits } from "../../src/face/quality/quality.ts";
import type { SeenFace, Sight } from "../sight.ts";

export interface PhotoRules {
  /** Longer side of the face's box as a share of the frame's shorter side. */
  readonly minFaceShare: number;
  readonly maxFaceShare: number;
  /** Distance of the box's centre from the frame's middle, as a share of the frame's side, each way. */
  readonly maxOffCentre: number;
  readonly minEyeDistancePx: number;
  readonly maxYawDegrees: number;
  readonly maxPitchDegrees: number;
  readonly maxRollDegrees: number;
  /** Mean luma of the face, 0..255. */
  readonly minBrightness: number;
  readonly maxBrightness: number;
  readonly minSharpness: number;
  readonly minInFrame: number;
  readonly maxOcclusion: number;
}

export const photoRules: PhotoRules = {
  minFaceShare: 0.3,
  maxFaceShare: 0.75,
  maxOffCentre: 0.15,
  minEyeDistancePx: 50,
  maxYawDegrees: 15,
  maxPitchDegrees: 20,
  maxRollDegrees: 20,
  minBrightness: 60,
  maxBrightness: 190,
  minSharpness: 0.03,
  minInFrame: 0.95,
  maxOcclusion: defaultQualityLimits.maxOcclusion,
};

/** Rules of a challenge's first frame: room is left to come closer. They are stricter than the judge's `isFrontal`. */
export const frontalRules: PhotoRules = { ...photoRules, maxFaceShare: 0.6 };

/** Instruction for a photo. `hold` says that every rule holds. Left and right are the person's own. */
export type PhotoInstruction =
  | "no_face"
  | "one_person"
  | "come_closer"
  | "move_back"
  | "move_right"
  | "move_left"
  | "move_down"
  | "move_up"
  | "look_straight"
  | "level_head"
  | "more_light"
  | "less_light"
  | "uncover_face"
  | "hold_still"
  | "hold";

/** Says what to do next for a photo: the instruction of the first rule that fails. */
export function photoInstruction(sight: Sight, rules: PhotoRules = photoRules): PhotoInstruction {
  const { face, faces, image } = sight;
  if (face === undefined) return "no_face";
  if (faces !== 1) return "one_person";
  const failed = tests(face, image, rules).find(([, fits]) => !fits);
  return failed?.[0] ?? "hold";
}

/** Each test states the acceptable values, so that a NaN fails. */
function tests(
  { box, measures }: SeenFace,
  image: Sight["image"],
  rules: PhotoRules,
): readonly (readonly [PhotoInstruction, boolean])[] {
  const share = Math.max(box.width, box.height) / Math.min(image.width, image.height);
  const aside = (box.x + (box.width - image.width) / 2) / image.width;
  const below = (box.y + (box.height - image.height) / 2) / image.height;
  return [
    ["come_closer", share >= rules.minFaceShare && measures.eyeDistancePx >= rules.minEyeDistancePx],
    ["move_back", share <= rules.maxFaceShare],
    // The picture's right is the person's left.
    ["move_right", aside <= rules.maxOffCentre],
    ["move_left", aside >= -rules.maxOffCentre],
    ["move_down", below >= -rules.maxOffCentre],
    ["move_up", below <= rules.maxOffCentre],
    ["move_back", measures.inFrame >= rules.minInFrame],
    [
      "look_straight",
      Math.abs(measures.yaw) <= rules.maxYawDegrees && Math.abs(measures.pitch) <= rules.maxPitchDegrees,
    ],
    ["level_head", Math.abs(measures.roll) <= rules.maxRollDegrees],
    ["more_light", measures.brightness >= rules.minBrightness],
    ["less_light", measures.brightness <= rules.maxBrightness],
    ["uncover_face", measures.occlusion <= rules.maxOcclusion],
    ["hold_still", measures.sharpness >= rules.minSharpness],
  ];
}

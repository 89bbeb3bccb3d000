/** Rules by which a frame takes a pose of a challenge, from the limits of the service's own judge. */
import { poseNames } from "../../src/face/liveness/challenge.ts";
import { progressOf } from "../../src/face/liveness/guidance.ts";
import { changeOf } from "../../src/face/liveness/poses.ts";
import { defaultQualityLimits } from "../../src/face/quality/quality.ts";
import type { SeenFace, Sight } from "../sight.ts";
import { frontalRules, type PhotoInstruction, photoInstruction } from "./rules.ts";

/** Pose of a challenge; left and right are the person's own. */
export type Pose = "left" | "right" | "up" | "down" | "closer";

export type PoseInstruction =
  | "turn_left"
  | "turn_right"
  | "turn_up"
  | "turn_down"
  | "get_closer"
  | "further"
  | "too_far";

export interface PoseAdvice {
  readonly instruction: PhotoInstruction | PoseInstruction;
  /** Share of the way into the pose, 0..1. */
  readonly share: number;
}

const asks: Readonly<Record<Pose, PoseInstruction>> = {
  left: "turn_left",
  right: "turn_right",
  up: "turn_up",
  down: "turn_down",
  closer: "get_closer",
};

/** Share of the way from which "a little further" says more than the pose's own instruction. */
const nearlyThere = 0.6;

/** True for a list of poses that the service can have asked for. */
export function isChallenge(poses: readonly string[]): poses is readonly Pose[] {
  return poses.length > 0 && poses.every((pose) => (poseNames as readonly string[]).includes(pose));
}

/** Says what to do next for a challenge's first frame. */
export function frontalAdvice(sight: Sight): PoseAdvice {
  const instruction = photoInstruction(sight, frontalRules);
  return { instruction, share: instruction === "hold" ? 1 : 0 };
}

/** Says what to do next for a pose, beside the face of the first frame. */
export function poseAdvice(pose: Pose, frontal: SeenFace, { face, faces }: Sight): PoseAdvice {
  if (face === undefined) return { instruction: "no_face", share: 0 };
  if (faces !== 1) return { instruction: "one_person", share: 0 };
  const { share, beyond } = progressOf(pose, changeOf(posed(frontal), posed(face)));
  if (beyond) return { instruction: "too_far", share };
  if (share < 1) return { instruction: share >= nearlyThere ? "further" : asks[pose], share };
  const { sharpness, brightness, inFrame } = face.measures;
  const limits = defaultQualityLimits;
  if (!(inFrame >= limits.minInFrame)) return { instruction: "move_back", share };
  if (!(brightness >= limits.minBrightness)) return { instruction: "more_light", share };
  if (!(sharpness >= limits.minSharpness)) return { instruction: "hold_still", share };
  return { instruction: "hold", share };
}

function posed({ landmarks, measures }: SeenFace) {
  return { landmarks, pose: measures };
}

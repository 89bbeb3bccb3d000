/** Poses of a session: whether each frame took the pose that it was asked for, measured from the frontal frame. */
import type { Landmarks } from "../geometry.ts";
import type { PoseName } from "./challenge.ts";
import type { Frame } from "./frame.ts";

/** A face as far as its pose is measured. */
export type PosedFace = Pick<Frame, "landmarks" | "pose">;

/** Change of a face from the frontal frame to another. */
export interface Change {
  /** Degrees by which the estimated pose moved; signs as in `Pose`. */
  readonly yaw: number;
  readonly pitch: number;
  /** Factor by which the face became larger: the larger of both spans', since a turn shortens only one. */
  readonly scale: number;
}

/**
 * Limits of the change. Made heads that turn by 16 to 34 degrees, and by 13 to 27 up or down, reach them in 99 % of
 * frames, and a frame that took one pose takes another in fewer than 4 %, closer to down excepted; see docs/presence/liveness.md.
 */
const poseLimits = {
  /** Largest pose of the frontal frame itself, degrees. */
  maxFrontalYaw: 25,
  maxFrontalPitch: 30,
  minTurnDegrees: 6,
  minLiftDegrees: 2,
  /** Most by which a turn to a side may lift the face: so many degrees, or so many times the turn. */
  liftOfTurns: { degrees: 15, times: 1.2 },
  /** Most by which a lift may turn it to a side. */
  turnOfLifts: { degrees: 10, times: 1.5 },
  minCloser: 1.1,
  /** Most by which coming closer may turn or lift the face, degrees. */
  maxTurnOfCloser: 20,
  /** Most by which a turn may bring the face closer. */
  maxScaleOfTurns: 1.35,
} as const;

export function changeOf(frontal: PosedFace, frame: PosedFace): Change {
  const before = spansOf(frontal.landmarks);
  const after = spansOf(frame.landmarks);
  return {
    yaw: frame.pose.yaw - frontal.pose.yaw,
    pitch: frame.pose.pitch - frontal.pose.pitch,
    scale: Math.max(after.across / before.across, after.along / before.along),
  };
}

export function isFrontal({ pose }: Pick<PosedFace, "pose">): boolean {
  const { maxFrontalYaw, maxFrontalPitch } = poseLimits;
  return Math.abs(pose.yaw) <= maxFrontalYaw && Math.abs(pose.pitch) <= maxFrontalPitch;
}

/** True when the change is that of the pose. Each condition states the acceptable values, so that a NaN fails. */
export function takes(pose: PoseName, { yaw, pitch, scale }: Change): boolean {
  const { minTurnDegrees, minLiftDegrees, liftOfTurns, turnOfLifts, minCloser, maxTurnOfCloser } = poseLimits;
  if (pose === "closer") {
    return scale >= minCloser && Math.abs(yaw) <= maxTurnOfCloser && Math.abs(pitch) <= maxTurnOfCloser;
  }
  const moves = (asked: number, least: number, aside: number, { degrees, times }: Aside) =>
    scale <= poseLimits.maxScaleOfTurns &&
    asked >= least &&
    Math.abs(aside) <= Math.max(degrees, times * asked);
  switch (pose) {
    case "left":
      return moves(yaw, minTurnDegrees, pitch, liftOfTurns);
    case "right":
      return moves(-yaw, minTurnDegrees, pitch, liftOfTurns);
    case "up":
      return moves(pitch, minLiftDegrees, yaw, turnOfLifts);
    case "down":
      return moves(-pitch, minLiftDegrees, yaw, turnOfLifts);
  }
}

interface Aside {
  readonly degrees: number;
  readonly times: number;
}

/** Distance between the eyes, and from their middle to the mouth's, px. */
function spansOf([leftEye, rightEye, , leftMouth, rightMouth]: Landmarks) {
  return {
    across: Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y),
    along:
      Math.hypot(
        leftMouth.x + rightMouth.x - leftEye.x - rightEye.x,
        leftMouth.y + rightMouth.y - leftEye.y - rightEye.y,
      ) / 2,
  };
}

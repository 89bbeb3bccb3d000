/**
 * How far a guide leads a person into a pose: beyond the least that the judge takes, so that the judge's test for relief
 * has enough of a turn, and not so far that landmarks fail.
 */
import type { PoseName } from "./challenge.ts";
import { type Change, takes } from "./poses.ts";

interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * Change to which a person is led. Relief is found less surely in a head that turned too little, and in one that turned so
 * far that much of its face is hidden.
 */
export const guidedChange: Readonly<Record<"turnDegrees" | "liftDegrees" | "closer", Range>> = {
  turnDegrees: { least: 18, most: 34 },
  liftDegrees: { least: 10, most: 30 },
  closer: { least: 1.2, most: 1.45 },
};

export interface PoseProgress {
  /** Share of the way, 0..1; 1 only for a change that the judge takes for the pose. */
  readonly share: number;
  /** True when the person went too far. */
  readonly beyond: boolean;
}

export function progressOf(pose: PoseName, change: Change): PoseProgress {
  const { turnDegrees, liftDegrees, closer } = guidedChange;
  const way = {
    left: [change.yaw, turnDegrees],
    right: [-change.yaw, turnDegrees],
    up: [change.pitch, liftDegrees],
    down: [-change.pitch, liftDegrees],
    closer: [change.scale - 1, { least: closer.least - 1, most: closer.most - 1 }],
  } as const satisfies Record<PoseName, readonly [number, Range]>;
  const [went, { least, most }] = way[pose];
  const share = Math.max(0, Math.min(1, went / least));
  const isTaken = takes(pose, change) && went <= most;
  return { share: isTaken ? share : Math.min(0.95, share), beyond: went > most };
}

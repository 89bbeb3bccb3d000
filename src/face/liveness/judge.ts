/**
 * Judge of a liveness session: whether frames taken one after another show one living head that took the poses asked
 * for, before one scene. Every test must pass. The judge reads no clock, no environment and no chance.
 *
 * A frame's own signal against single-frame attacks (`Frame.passive`) joins where one is given.
 */
import { distance } from "../decision/decide.ts";
import type { Challenge } from "./challenge.ts";
import { featuresOf, logOddsOf, type ReliefModel, reliefsOf } from "./evidence.ts";
import type { Frame } from "./frame.ts";
import { changeOf, isFrontal, takes } from "./poses.ts";
import { sceneChange } from "./scene-change.ts";

export const livenessReasons = [
  /** The first frame does not look into the camera. */
  "not_frontal",
  /** A frame does not take its pose. */
  "wrong_pose",
  /** The frames do not show one person. */
  "identity_changed",
  /** Two frames are one picture. */
  "repeated_frame",
  /** The face moved as a flat or bent picture does. */
  "no_relief",
  /** Surroundings, clothes or light changed. */
  "scene_changed",
  /** A frame's passive score is below the limit. */
  "picture_suspected",
] as const;

export type LivenessReason = (typeof livenessReasons)[number];

export interface LivenessLimits {
  /** Largest distance of embeddings from the first frame to each other one. */
  readonly maxDistanceToFirst: number;
  readonly relief: ReliefModel;
  /** Least passive score of every frame, 0..1; null or absent for no limit. A frame without a score is below any. */
  readonly minPassive?: number | null;
}

/** Least distance of embeddings between two captures: copies of one, stored anew as JPEG, are nearer. */
const minDistance = 0.05;
/** Largest changes of the scene, levels of 0..255; see `SceneChange`. */
const sceneLimits = { surroundings: 45, clothes: 40, together: 65, light: 60 } as const;

export interface LivenessScores {
  /** Log odds that the turned frames show a head; null where too little of the face was matched. */
  readonly relief: number | null;
  /** Largest distance from the first frame, and between any two. */
  readonly distanceToFirst: number;
  readonly distance: number;
  readonly surroundings: number;
  readonly clothes: number;
  readonly light: number;
  /** Least belief of the single-frame detector; absent where none ran. */
  readonly passive?: number;
}

export interface LivenessJudgement {
  readonly live: boolean;
  /** Every test that failed. */
  readonly reasons: readonly LivenessReason[];
  readonly scores: LivenessScores;
}

/** Judges one frame that looks into the camera and one for each pose of the challenge, in order. Throws for another number. */
export function judgeLiveness(
  challenge: Challenge,
  frames: readonly Frame[],
  limits: LivenessLimits,
): LivenessJudgement {
  if (frames.length !== challenge.length + 1) throw new RangeError("frames and challenge do not agree");
  const [first, ...others] = frames;
  const reasons = new Set<LivenessReason>();
  if (!isFrontal(first)) reasons.add("not_frontal");
  challenge.forEach((pose, k) => {
    if (!takes(pose, changeOf(first, others[k]))) reasons.add("wrong_pose");
  });

  const distances = distancesOf(frames);
  const toFirst = Math.max(...distances.filter(({ a }) => a === 0).map(({ value }) => value));
  const largest = Math.max(...distances.map(({ value }) => value));
  const least = Math.min(...distances.map(({ value }) => value));
  // Each condition states the acceptable values, so that a NaN fails.
  if (!(toFirst <= limits.maxDistanceToFirst)) reasons.add("identity_changed");
  if (!(least >= minDistance)) reasons.add("repeated_frame");

  const reliefs = reliefsOf(challenge, frames);
  const relief = reliefs === null ? null : logOddsOf(limits.relief, featuresOf(reliefs));
  if (relief === null || !(relief >= limits.relief.minLogOdds)) reasons.add("no_relief");

  const changes = others.map((frame) => sceneChange(first, frame));
  const surroundings = Math.max(...changes.map((change) => change.surroundings));
  const clothes = Math.max(...changes.map((change) => change.clothes));
  const light = Math.max(...changes.map((change) => change.light));
  const constant =
    surroundings <= sceneLimits.surroundings &&
    clothes <= sceneLimits.clothes &&
    surroundings + clothes <= sceneLimits.together &&
    light <= sceneLimits.light;
  if (!constant) reasons.add("scene_changed");

  const { minPassive = null } = limits;
  const passes = ({ passive = -1 }: Frame) => minPassive === null || passive >= minPassive;
  if (!frames.every(passes)) reasons.add("picture_suspected");

  const beliefs = frames.flatMap(({ passive }) => (passive === undefined ? [] : [passive]));
  return {
    live: reasons.size === 0,
    reasons: livenessReasons.filter((reason) => reasons.has(reason)),
    scores: {
      relief,
      distanceToFirst: toFirst,
      distance: largest,
      surroundings,
      clothes,
      light,
      ...(beliefs.length === frames.length && { passive: Math.min(...beliefs) }),
    },
  };
}

/** Distances between the embeddings of every two frames; infinite for embeddings that cannot be compared. */
function distancesOf(frames: readonly Frame[]): { a: number; value: number }[] {
  return frames.flatMap((one, a) =>
    frames.slice(a + 1).map((other) => {
      const measured = distance(one.embedding, other.embedding);
      return { a, value: measured.ok ? measured.value : Number.POSITIVE_INFINITY };
    }),
  );
}

/** One capture: looks at the camera's frames until a photo, or every frame of a challenge, is taken. */
import type { Engine } from "../engine/engine.ts";
import type { Encoding, SeenFace, Sight } from "../sight.ts";
import type { Camera, Grabbed } from "./camera.ts";
import { frontalAdvice, type Pose, type PoseAdvice, poseAdvice } from "./poses.ts";
import { photoInstruction } from "./rules.ts";
import { createSteady, type Timing } from "./steady.ts";
import type { CaptureInstruction } from "./words.ts";

/** A photo that was taken, with what the engine says of exactly these bytes. */
export interface Taken {
  /** JPEG. */
  readonly photo: Blob;
  /** Undefined for a photo that was taken without the guide. */
  readonly sight?: Sight;
  /** Present where the encoder was asked for. */
  readonly encoding?: Encoding;
}

/** State of a capture as it is shown at one moment. */
export interface Progress {
  readonly instruction: CaptureInstruction;
  /** Share of the time for which every rule must hold, 0..1. */
  readonly held: number;
  /** Share of the way into the pose that is asked for, 0..1. */
  readonly share: number;
  /** Pose that is asked for; undefined for a look into the camera. */
  readonly pose?: Pose;
  /** Number of the frame, from 1, and of all frames. */
  readonly step: number;
  readonly steps: number;
  /** The face that was seen, and the size of its frame. */
  readonly sight: Sight;
}

export interface CaptureParts {
  readonly engine: Engine;
  readonly camera: Camera;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Waits between one look and the next. */
  readonly pause: () => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
  /** Time for which every rule must hold before a photo is taken, ms. */
  readonly holdMs: number;
}

/** Longest frame that the service takes in a liveness session: `maxFrameBytes` of src/http/request/frames.ts. */
const maxFrameBytes = 2 * 1024 * 1024;
/** Longest photo: the default length of a body. */
const maxPhotoBytes = 10 * 1024 * 1024;

const photoTiming = { leastLooks: 3, settleMs: 350 };
/** A person can hold a turned head for less long than a straight one. */
const poseTiming: Timing = { holdMs: 250, leastLooks: 2, settleMs: 350 };

/** Looks at the file itself, as it will be sent: gives what is kept of it, or an instruction where it breaks a rule. */
type Accept<Kept> = (photo: Blob) => Promise<Kept | CaptureInstruction>;

interface Asked {
  readonly timing: Timing;
  readonly maxBytes: number;
  readonly step: Pick<Progress, "pose" | "step" | "steps">;
  readonly advise: (sight: Sight) => PoseAdvice;
}

/** Takes one photo. Returns undefined when the capture was aborted. Rejects with `EngineError`. */
export function takePhoto(parts: CaptureParts, withEncoder: boolean): Promise<Taken | undefined> {
  const { engine, holdMs } = parts;
  const asked: Asked = {
    timing: { ...photoTiming, holdMs },
    maxBytes: maxPhotoBytes,
    step: { step: 1, steps: 1 },
    advise(sight) {
      const instruction = photoInstruction(sight);
      return { instruction, share: instruction === "hold" ? 1 : 0 };
    },
  };
  return takeOne(parts, asked, async (photo) => {
    const sight = await engine.measure(photo);
    const instruction = photoInstruction(sight);
    if (instruction !== "hold") return instruction;
    if (!withEncoder) return { photo, sight };
    const encoding = await engine.encode(photo);
    return encoding.recognisable ? { photo, sight, encoding } : "unrecognisable";
  });
}

/**
 * Takes the frames of a challenge: one that looks into the camera, then one for each pose. Returns undefined when the
 * capture was aborted. Rejects with `EngineError`.
 */
export async function takeChallenge(
  parts: CaptureParts,
  poses: readonly Pose[],
): Promise<readonly Taken[] | undefined> {
  const steps = poses.length + 1;
  const frames: Taken[] = [];
  let frontal: SeenFace | undefined;
  for (let k = 0; k < steps; k++) {
    const pose = k === 0 ? undefined : poses[k - 1];
    const front = frontal;
    const advise = (sight: Sight) =>
      pose === undefined || front === undefined ? frontalAdvice(sight) : poseAdvice(pose, front, sight);
    const asked: Asked = {
      timing: pose === undefined ? { ...photoTiming, holdMs: parts.holdMs } : poseTiming,
      maxBytes: maxFrameBytes,
      step: { ...(pose !== undefined && { pose }), step: k + 1, steps },
      advise,
    };
    const taken = await takeOne(parts, asked, async (photo) => {
      const sight = await parts.engine.measure(photo);
      const { instruction } = advise(sight);
      return instruction === "hold" ? { photo, sight } : instruction;
    });
    if (taken === undefined) return undefined;
    frames.push(taken);
    frontal ??= taken.sight?.face;
  }
  return frames;
}

/** Looks until a frame was taken whose file is accepted. */
async function takeOne<Kept extends object>(
  { engine, camera, signal, nowMs, pause, onProgress }: CaptureParts,
  { timing, maxBytes, step, advise }: Asked,
  accept: Accept<Kept>,
): Promise<Kept | undefined> {
  const steady = createSteady<CaptureInstruction>(timing);
  while (!signal.aborted) {
    const frame: Grabbed | undefined = camera.grab();
    if (frame === undefined) {
      await pause();
      continue;
    }
    const sight = await engine.look(frame.pixels());
    if (signal.aborted) break;
    const { instruction: wanted, share } = advise(sight);
    const { instruction, held, take } = steady.next(aimed(wanted, camera), nowMs());
    onProgress({ ...step, instruction, held, share, sight });
    if (take) {
      const kept = await accept(await frame.jpeg(maxBytes));
      if (signal.aborted) break;
      if (typeof kept === "object") return kept;
      steady.reset();
      onProgress({ ...step, instruction: kept, held: 0, share, sight });
    }
    await pause();
  }
  return undefined;
}

/** Asks to move the camera where it looks away from the person who holds it, and who sees the picture as it is. */
function aimed(instruction: CaptureInstruction, { facing }: Pick<Camera, "facing">): CaptureInstruction {
  if (facing === "user") return instruction;
  switch (instruction) {
    case "move_right":
      return "aim_right";
    case "move_left":
      return "aim_left";
    case "move_up":
      return "aim_down";
    case "move_down":
      return "aim_up";
    default:
      return instruction;
  }
}

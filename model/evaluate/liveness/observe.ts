/**
 * Makes sessions of one person's photo and passes each frame through the production pipeline. One thread's script:
 * it answers a person's frames of every kind, and the observations go to a file, so that a judge can be changed
 * without rendering anew.
 */
import { readFileSync } from "node:fs";
import sharp from "sharp";
import type { EncodedFace } from "../../../src/face/face.ts";
import { type Challenge, drawChallenge } from "../../../src/face/liveness/challenge.ts";
import { type Frame, frameOf } from "../../../src/face/liveness/frame.ts";
import type { Runtime } from "../../runtime.ts";
import { createRandom } from "../statistics/random.ts";
import { bentFrame } from "./frames/bent.ts";
import { flatFrame } from "./frames/flat.ts";
import { genuineFrame } from "./frames/genuine.ts";
import { morphedFrame } from "./frames/morphed.ts";
import { piecewiseFrame } from "./frames/piecewise.ts";
import { exposed } from "./frames/sensor.ts";
import { type Asked, between, drawSetting, type Random, type Setting } from "./frames/setting.ts";
import type { FaceMesh } from "./rendering/canonical-face.ts";
import type { Picture } from "./rendering/picture.ts";
import { makeScene, type Scene } from "./rendering/scene.ts";

const madeKinds = ["genuine", "flat", "bent", "piecewise", "morphed"] as const;
export type MadeKind = (typeof madeKinds)[number];

/** One session as the pipeline saw it; a frame without a face is null. */
export interface MadeSession {
  readonly kind: MadeKind;
  readonly challenge: Challenge;
  readonly frames: readonly (Frame | null)[];
}

/** Largest turns of a photo that counts as frontal, degrees. */
const frontal = { yaw: 8, pitch: 12 };

export async function observePhoto({ pipeline }: Pick<Runtime, "pipeline">, path: string) {
  const bytes = readFileSync(path);
  const encoded = await pipeline.encodeFace(bytes, "largest", { keepCrop: true, keepScene: true });
  return encoded.ok ? encoded.value : null;
}

export function isFrontal({ quality }: EncodedFace): boolean {
  return Math.abs(quality.yaw) <= frontal.yaw && Math.abs(quality.pitch) <= frontal.pitch;
}

/** Makes one session of every kind from a frontal photo. */
export async function makeSessions(
  runtime: Pick<Runtime, "pipeline">,
  meshOf: (random: Random) => FaceMesh,
  path: string,
  face: EncodedFace,
  seed: number,
): Promise<MadeSession[]> {
  const random = createRandom(seed);
  const photo = await readPicture(path);
  const scene = makeScene(meshOf(random), photo, face.face.landmarks, between(random, 0.75, 1.05));
  const sessions: MadeSession[] = [];
  for (const kind of madeKinds) {
    const challenge = drawChallenge(random());
    const setting = drawSetting(random);
    const draw = drawerOf(kind, random);
    const frames: (Frame | null)[] = [];
    for (const asked of ["front", ...challenge] as const) {
      const picture = draw(random, scene, setting, asked);
      const { width, height } = picture;
      const jpeg = await sharp(exposed(random, picture, setting), { raw: { width, height, channels: 4 } })
        .jpeg({ quality: setting.sensor.quality })
        .toBuffer();
      const seen = await runtime.pipeline.encodeFace(new Uint8Array(jpeg), "largest", {
        keepCrop: true,
        keepScene: true,
        showUnrecognisable: frames.length > 0,
      });
      frames.push(seen.ok ? frameOf(seen.value) : null);
    }
    sessions.push({ kind, challenge, frames });
  }
  return sessions;
}

type Draw = (random: Random, scene: Scene, setting: Setting, asked: Asked) => Picture;

function drawerOf(kind: MadeKind, random: Random): Draw {
  switch (kind) {
    case "genuine":
      return genuineFrame;
    case "flat":
      return flatFrame;
    case "piecewise":
      return piecewiseFrame;
    case "morphed":
      return morphedFrame;
    case "bent": {
      const radius = between(random, 0.8, 2.5);
      const drawn = random();
      const axis = drawn < 0.7 ? 0 : drawn < 0.85 ? 90 : between(random, -90, 90);
      return (...given) => bentFrame(...given, radius, axis);
    }
  }
}

async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: Float32Array.from(data) };
}

/**
 * Videos of a head that takes every pose of a challenge, one after another, and of a flat photo that is tilted likewise. The
 * camera plays its video over and over, and each pose comes three times in different ways: a challenge that asks for one
 * pose twice lets at most two rounds pass between them, so that it never sees the same frame again.
 */
import { createRandom } from "../../model/evaluate/statistics/random.ts";
import { loadRuntime } from "../../model/runtime.ts";
import { type PoseName, poseNames } from "../../src/face/liveness/challenge.ts";
import { encodeJpeg } from "../fixtures/photos/images.ts";
import {
  atRest,
  exposed,
  flatFrame,
  headFrame,
  type Place,
  type Stage,
  stageOf,
} from "../fixtures/videos/turning-head.ts";
import { type VideoFrame, videoOf } from "./camera-video.ts";

const framesPerSecond = 8;
const widthPx = 480;

type Draw = typeof headFrame;

/** Frames of a rest, of a way and of a pose. */
const lengths = { rest: 16, way: 1, pose: 9 };

/** How far a pose goes: degrees, and the factor of coming closer. */
interface Extent {
  readonly yaw: number;
  readonly up: number;
  readonly down: number;
  readonly near: number;
}

/** Extents of the poses in each round: each so far that the pose itself is not taken for a look into the camera. */
const rounds: readonly Extent[] = [
  { yaw: 25, up: 34, down: 24, near: 1.28 },
  { yaw: 23, up: 35, down: 25, near: 1.32 },
  { yaw: 27, up: 33, down: 23, near: 1.25 },
];

/**
 * Tilts of a flat photo: further than a head goes, since a photo shows less of them. At 55 degrees and more its landmarks fail,
 * and some come near to a pose; the service refuses such frames by their relief.
 */
const tilts: readonly Extent[] = [
  { yaw: 45, up: 45, down: 45, near: 1.28 },
  { yaw: 42, up: 42, down: 42, near: 1.32 },
  { yaw: 40, up: 40, down: 40, near: 1.25 },
];

/** @param photo JPEG of a face that looks into the camera */
export async function headVideo(photo: Uint8Array): Promise<Buffer> {
  return video(await open(photo), headFrame, rounds);
}

/** @param photo JPEG of a face that looks into the camera */
export async function flatVideo(photo: Uint8Array): Promise<Buffer> {
  return video(await open(photo), flatFrame, tilts);
}

/** A tilt at which the photo's face is found in every pose. */
const slightTilt: Extent = { yaw: 36, up: 36, down: 36, near: 1.28 };

/** Makes the frames of a challenge of a flat photo, as JPEG. */
export async function flatFrames(
  photo: Uint8Array,
  poses: readonly PoseName[],
): Promise<Uint8Array<ArrayBuffer>[]> {
  const stage = await open(photo);
  const random = createRandom(8);
  return [atRest, ...poses.map((pose) => placeOf(pose, slightTilt))].map((place) => {
    const picture = flatFrame(stage, place);
    const { width, height } = picture;
    return new Uint8Array(encodeJpeg({ width, height, data: exposed(picture, random) }));
  });
}

async function open(photo: Uint8Array): Promise<Stage> {
  const { pipeline } = await loadRuntime();
  const encoded = await pipeline.encodeFace(photo, "largest");
  if (!encoded.ok) throw new Error(encoded.failure.code);
  return stageOf(photo, encoded.value.face.landmarks, widthPx);
}

function video(stage: Stage, draw: Draw, extents: readonly Extent[]): Buffer {
  const random = createRandom(7);
  const frames: VideoFrame[] = [];
  const shoot = (place: Place, count: number) => {
    const picture = draw(stage, place);
    const frame = { width: picture.width, height: picture.height, data: exposed(picture, random) };
    for (let k = 0; k < count; k++) frames.push(frame);
  };
  for (const extent of extents) {
    for (const pose of poseNames) {
      const end = placeOf(pose, extent);
      shoot(atRest, lengths.way);
      shoot(between(atRest, end), lengths.way);
      shoot(end, lengths.pose);
      shoot(between(atRest, end), lengths.way);
    }
    shoot(atRest, lengths.rest);
  }
  return videoOf(frames, framesPerSecond);
}

function placeOf(pose: PoseName, { yaw, up, down, near }: Extent): Place {
  switch (pose) {
    case "left":
      return { ...atRest, yaw };
    case "right":
      return { ...atRest, yaw: -yaw };
    case "up":
      return { ...atRest, pitch: up };
    case "down":
      return { ...atRest, pitch: -down };
    case "closer":
      return { ...atRest, near };
  }
}

function between(a: Place, b: Place): Place {
  const middle = (name: keyof Place) => (a[name] + b[name]) / 2;
  return { yaw: middle("yaw"), pitch: middle("pitch"), roll: middle("roll"), near: middle("near") };
}

/** One frame of a liveness session, as its judge sees it. */
import type { Embedding } from "../embedding.ts";
import type { EncodedFace } from "../face.ts";
import type { Box, Landmarks, Point } from "../geometry.ts";
import type { Pose } from "../quality/pose.ts";
import type { SceneSketch } from "./scene.ts";

export interface Frame {
  /** Landmarks and box in the upright photo, px. */
  readonly landmarks: Landmarks;
  readonly box: Box;
  readonly image: { readonly width: number; readonly height: number };
  readonly pose: Pose;
  readonly embedding: Embedding;
  readonly portrait: Portrait;
  readonly scene: SceneSketch;
  /** Belief of a single-frame detector of attacks that the face is live, 0..1; absent where none ran. */
  readonly passive?: number;
}

/** The crop that the encoder saw, as luma. As private as the photo. */
export interface Portrait {
  readonly side: number;
  /** Luma 0..255 (ITU-R BT.601), row-major, `side` squared. */
  readonly luma: Uint8Array;
  /** The landmarks in the crop, px. */
  readonly points: Landmarks;
}

/** Takes a frame from the pipeline's result. Throws where the crop or the scene was not asked for. */
export function frameOf(encoded: EncodedFace): Frame {
  const { face, quality, embedding, image, crop, cropCorners, scene, passive } = encoded;
  if (crop === undefined || cropCorners === undefined || scene === undefined || crop.width !== crop.height)
    throw new Error("the frame was encoded without its crop or its scene");
  const { width: side, rgb } = crop;
  const luma = new Uint8Array(side * side);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = Math.round(0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2]);
  }
  const { yaw, pitch, roll } = quality;
  return {
    landmarks: face.landmarks,
    box: face.box,
    image,
    pose: { yaw, pitch, roll },
    embedding,
    portrait: { side, luma, points: inCrop(face.landmarks, cropCorners, side) },
    scene,
    ...(passive !== undefined && { passive: passive.score }),
  };
}

/** Maps the landmarks into the crop, whose corners are those of a square. */
function inCrop(landmarks: Landmarks, [corner, along]: readonly Point[], side: number): Landmarks {
  const dx = (along.x - corner.x) / side;
  const dy = (along.y - corner.y) / side;
  const scale = dx * dx + dy * dy;
  return landmarks.map(({ x, y }) => ({
    x: ((x - corner.x) * dx + (y - corner.y) * dy) / scale,
    y: ((y - corner.y) * dx - (x - corner.x) * dy) / scale,
  })) as unknown as Landmarks;
}

/** Scenes for made sessions: one photo's head, and its surroundings without it. */
import type { Landmarks } from "../../../../src/face/geometry.ts";
import type { FaceMesh } from "./canonical-face.ts";
import { type Head, makeHead } from "./head.ts";
import { createPicture, type Picture } from "./picture.ts";

export interface Scene {
  readonly photo: Picture;
  /** The photo with its head painted over from both sides. */
  readonly surroundings: Picture;
  readonly head: Head;
  readonly landmarks: Landmarks;
  /** Lean of the eye line in the photo, degrees clockwise. */
  readonly roll: number;
}

export function makeScene(mesh: FaceMesh, photo: Picture, landmarks: Landmarks, depthFactor: number): Scene {
  const head = makeHead(mesh, landmarks, depthFactor);
  const [left, right] = landmarks;
  return {
    photo,
    surroundings: paintOver(photo, head),
    head,
    landmarks,
    roll: (Math.atan2(right.y - left.y, right.x - left.x) * 180) / Math.PI,
  };
}

/** Fills the head's ellipse, row by row, from the pixels at both its sides, and blurs it. */
function paintOver(photo: Picture, { toPhoto, unitPx }: Head): Picture {
  const { width, height } = photo;
  const painted = { width, height, data: photo.data.slice() };
  const [centreX, centreY] = toPhoto(0, -0.02);
  const inside = (x: number, y: number) =>
    ((x - centreX) / (1.34 * unitPx)) ** 2 + ((y - centreY) / (1.9 * unitPx)) ** 2 < 1;
  for (let y = 0; y < height; y++) {
    let first = -1;
    let last = -1;
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      if (first < 0) first = x;
      last = x;
    }
    if (first < 0) continue;
    const before = Math.max(0, first - 1);
    const after = Math.min(width - 1, last + 1);
    for (let x = first; x <= last; x++) {
      const share = (x - before) / Math.max(1, after - before);
      for (let channel = 0; channel < 3; channel++) {
        painted.data[3 * (y * width + x) + channel] =
          (1 - share) * photo.data[3 * (y * width + before) + channel] +
          share * photo.data[3 * (y * width + after) + channel];
      }
    }
  }
  const blurred = blur(painted, 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      const at = 3 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) painted.data[at + channel] = blurred.data[at + channel];
    }
  }
  return painted;
}

/** Mean over a square of (2 radius + 1)² pixels. */
function blur(picture: Picture, radius: number): Picture {
  const { width, height } = picture;
  const across = createPicture(width, height);
  const out = createPicture(width, height);
  const pass = (from: Float32Array, to: Float32Array, dx: number, dy: number) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let channel = 0; channel < 3; channel++) {
          let sum = 0;
          for (let k = -radius; k <= radius; k++) {
            const u = Math.min(width - 1, Math.max(0, x + k * dx));
            const v = Math.min(height - 1, Math.max(0, y + k * dy));
            sum += from[3 * (v * width + u) + channel];
          }
          to[3 * (y * width + x) + channel] = sum / (2 * radius + 1);
        }
      }
    }
  };
  pass(picture.data, across.data, 1, 0);
  pass(across.data, out.data, 0, 1);
  return out;
}

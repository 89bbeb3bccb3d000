/**
 * Five landmarks by the last stage of MTCNN (Zhang et al. 2016, arXiv:1604.02878), which aligned the faces that the
 * encoder was trained on.
 *
 * The network runs twice on a square crop in which the face is level: the first crop comes from the detector, the
 * second from the five points that the first run found. Four fifths of the answer are the second run's, and a fifth is
 * the first's, which steadies it. The network's own correction of the box is not used: when the detector's box moves,
 * it changes by more than the points do, and moves the landmarks with it.
 */
import { ok, type Result } from "../../errors.ts";
import type { Affine, Photo } from "../../image/photo.ts";
import type { Sampler } from "../../image/sampling/sampler.ts";
import type { Model } from "../../inference/model.ts";
import { alignToTemplate } from "../align.ts";
import type { ModelDescriptor } from "../descriptor.ts";
import type { Landmarks, Point } from "../geometry.ts";
import type { Detection } from "./detect.ts";

export interface LandmarkFinder {
  readonly model: Model;
  /** Fails with `not_ready`. */
  find(photo: Photo, detection: Detection): Promise<Result<LocatedLandmarks>>;
}

export interface LocatedLandmarks {
  readonly landmarks: Landmarks;
  /** The landmark model's probability that this is a face, 0..1: at its first look, at the detector's box, and its last. */
  readonly beliefs: readonly [first: number, last: number];
  /** Corners of the squares that the model saw, in the photo's coordinates. */
  readonly seenCorners: readonly Point[];
}

/** Factor from BlazeFace's box, which spans brows to chin, to MTCNN's larger one. */
const enlarge = 1.15;
/** Share of the first look in the landmarks. */
const firstShare = 0.2;
/**
 * Places of the landmarks in the second square, in fractions of its side: their means over LFW's training view, made
 * symmetrical. `test/bench/studies/jitter.ts` prints where the second look finds them.
 */
const meanFace = [
  [0.334, 0.378],
  [0.666, 0.378],
  [0.5, 0.571],
  [0.351, 0.741],
  [0.649, 0.741],
];

/** A square of the photo: centre, side (px) and the angle by which its x axis is turned. */
interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly cos: number;
  readonly sin: number;
}

interface Look {
  readonly landmarks: Landmarks;
  readonly belief: number;
}

export function createLandmarkFinder(
  model: Model,
  descriptor: ModelDescriptor,
  sample: Sampler,
): LandmarkFinder {
  const pixels = model.inputShape[3];
  return {
    model,
    async find(photo, detection) {
      const around = squareAround(detection);
      const first = await look(photo, around);
      if (!first.ok) return first;
      const fitted = squareOf(first.value.landmarks, around);
      const second = await look(photo, fitted);
      if (!second.ok) return second;
      return ok({
        landmarks: blended(second.value.landmarks, first.value.landmarks, firstShare),
        beliefs: [first.value.belief, second.value.belief],
        seenCorners: [...corners(around), ...corners(fitted)],
      });
    },
  };

  async function look(photo: Photo, square: Square): Promise<Result<Look>> {
    const toPhoto = squareToPhoto(square, pixels);
    const run = await model.run((input) => sample(photo, toPhoto, pixels, pixels, descriptor.input, input));
    if (!run.ok) return run;
    const [probability, , points] = run.value;
    return ok({ landmarks: readLandmarks(points, square), belief: probability[1] });
  }
}

function squareAround({ box, leftEye, rightEye }: Detection): Square {
  const square = {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    side: Math.max(box.width, box.height) * enlarge,
    cos: 1,
    sin: 0,
  };
  return levelled(square, leftEye, rightEye);
}

/** Turns the square so that these eyes are level in it. */
function levelled(square: Square, leftEye: Point, rightEye: Point): Square {
  const dx = rightEye.x - leftEye.x;
  const dy = rightEye.y - leftEye.y;
  const length = Math.hypot(dx, dy);
  return length > 0 ? { ...square, cos: dx / length, sin: dy / length } : square;
}

function squareToPhoto({ x, y, side, cos, sin }: Square, pixels: number): Affine {
  const s = side / pixels;
  const half = pixels / 2;
  const a = s * cos;
  const b = -s * sin;
  return { a, b, tx: x - half * (a + b), c: -b, d: a, ty: y - half * (a - b) };
}

/** Maps fractions of the square (0..1 each way) to the photo. */
function fromSquare({ x, y, side, cos, sin }: Square, u: number, v: number): Point {
  const dx = (u - 0.5) * side;
  const dy = (v - 0.5) * side;
  return { x: x + dx * cos - dy * sin, y: y + dx * sin + dy * cos };
}

function corners(square: Square): Point[] {
  return [
    fromSquare(square, 0, 0),
    fromSquare(square, 1, 0),
    fromSquare(square, 1, 1),
    fromSquare(square, 0, 1),
  ];
}

/** Returns the square in which the landmarks lie closest to the mean face, or `before` where they give none. */
function squareOf(landmarks: Landmarks, before: Square): Square {
  const toPhoto = alignToTemplate(meanFace, landmarks);
  if (toPhoto === null) return before;
  const { a, b, tx, c, d, ty } = toPhoto;
  const side = Math.hypot(a, c);
  // Points that shrink the square to nothing, or blow it up, are no better than the first square.
  if (!(side > before.side / 2 && side < before.side * 2)) return before;
  return { x: (a + b) / 2 + tx, y: (c + d) / 2 + ty, side, cos: a / side, sin: c / side };
}

/** Reads five x, then five y, in fractions of the square. */
function readLandmarks(points: Float32Array, square: Square): Landmarks {
  const at = (index: number) => fromSquare(square, points[index], points[index + 5]);
  return [at(0), at(1), at(2), at(3), at(4)];
}

/** Returns the mean of two sets of landmarks in which `other` has this share. */
function blended(landmarks: Landmarks, other: Landmarks, share: number): Landmarks {
  const at = (i: number): Point => ({
    x: landmarks[i].x + share * (other[i].x - landmarks[i].x),
    y: landmarks[i].y + share * (other[i].y - landmarks[i].y),
  });
  return [at(0), at(1), at(2), at(3), at(4)];
}

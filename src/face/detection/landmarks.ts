/**
 * Five landmarks by the last stage of MTCNN (Zhang et al. 2016, arXiv:1604.02878), which aligned the faces that the
 * encoder was trained on.
 *
 * The network runs twice on a square crop in which the eyes are level: the first crop comes from the detector, the
 * second from the box and the eyes that the first run found.
 */
import { ok, type Result } from "../../errors.ts";
import type { Affine, Photo } from "../../image/photo.ts";
import { warp } from "../../image/sampling/warp.ts";
import type { Model } from "../../inference/model.ts";
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
const looks = 2;

/** A square of the photo: centre, side (px) and the angle by which its x axis is turned. */
interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly cos: number;
  readonly sin: number;
}

export function createLandmarkFinder(model: Model, descriptor: ModelDescriptor): LandmarkFinder {
  const pixels = model.inputShape[3];
  return {
    model,
    async find(photo, detection) {
      let square = squareAround(detection);
      const seenCorners: Point[] = [];
      let first: number | undefined;
      for (let look = 1; ; look++) {
        const toPhoto = squareToPhoto(square, pixels);
        seenCorners.push(...corners(square));
        const run = await model.run((input) => warp(photo, toPhoto, pixels, pixels, descriptor.input, input));
        if (!run.ok) return run;
        const [probability, regression, points] = run.value;
        const landmarks = readLandmarks(points, square);
        first ??= probability[1];
        if (look === looks) return ok({ landmarks, beliefs: [first, probability[1]], seenCorners });
        square = levelled(regressed(square, regression), landmarks[0], landmarks[1]);
      }
    },
  };
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

/** Moves each edge (left, top, right, bottom) by the regression, given in fractions of the side. */
function regressed(square: Square, [left, top, right, bottom]: Float32Array): Square {
  const centre = fromSquare(square, (left + right + 1) / 2, (top + bottom + 1) / 2);
  const side = square.side * Math.max(1 + right - left, 1 + bottom - top);
  // A box that the regression shrank to nothing, or blew up, is no better than the first one.
  if (!(side > square.side / 2 && side < square.side * 2)) return square;
  return { ...square, x: centre.x, y: centre.y, side };
}

/** Reads five x, then five y, in fractions of the square. */
function readLandmarks(points: Float32Array, square: Square): Landmarks {
  const at = (index: number) => fromSquare(square, points[index], points[index + 5]);
  return [at(0), at(1), at(2), at(3), at(4)];
}

/** Faces that do not stand upright: which turns of the photo to try, and what was found there in the photo's coordinates. */
import type { Failure, Result } from "../../errors.ts";
import type { Affine } from "../../image/photo.ts";
import { type QuarterTurn, quarterTurns } from "../../image/turn.ts";
import type { EncodedFace } from "../face.ts";
import type { Box, Landmarks, Point } from "../geometry.ts";
import type { Detection } from "./detect.ts";

export function mapPoint({ a, b, tx, c, d, ty }: Affine, { x, y }: Point): Point {
  return { x: a * x + b * y + tx, y: c * x + d * y + ty };
}

/** In the same order: the left eye stays the one that is left in the turned picture, where the face stands upright. */
export function mapLandmarks(
  map: Affine,
  [leftEye, rightEye, nose, leftMouth, rightMouth]: Landmarks,
): Landmarks {
  const to = (point: Point) => mapPoint(map, point);
  return [to(leftEye), to(rightEye), to(nose), to(leftMouth), to(rightMouth)];
}

/** @param map of quarter turns only, so that boxes stay boxes */
export function mapDetection(map: Affine, detection: Detection): Detection {
  const to = (point: Point) => mapPoint(map, point);
  return {
    score: detection.score,
    box: mapBox(map, detection.box),
    leftEye: to(detection.leftEye),
    rightEye: to(detection.rightEye),
    nose: to(detection.nose),
    mouth: to(detection.mouth),
  };
}

function mapBox(map: Affine, { x, y, width, height }: Box): Box {
  const one = mapPoint(map, { x, y });
  const other = mapPoint(map, { x: x + width, y: y + height });
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.abs(other.x - one.x),
    height: Math.abs(other.y - one.y),
  };
}

/** Leaning by more than this, a face stands nearer to upright in the photo turned by a quarter. */
const uprightDegrees = 45;

/**
 * The other turns in which the face may stand upright: none for one that is recognisable and upright, the one that its
 * lean asks for where that is all, and every other where the evidence is weak or there is no face.
 */
export function turnsToTry(
  found: Result<EncodedFace>,
  isRefused: (face: EncodedFace) => boolean,
): readonly QuarterTurn[] {
  if (!found.ok) return found.failure.code === "face_not_found" ? [180, 90, 270] : [];
  const { quality, turned } = found.value;
  if (isRefused(found.value)) return quarterTurns.filter((turn) => turn !== turned);
  // Turned clockwise by t, the photo shows the face leaning by its roll and t.
  const lean = ((((quality.roll + turned + 180) % 360) + 360) % 360) - 180;
  if (Math.abs(lean) <= uprightDegrees) return [];
  return [quarterTurns[((Math.round(-quality.roll / 90) % 4) + 4) % 4]];
}

/** The more, the better a look at the photo is: how recognisable its face is, or that there is none, or are several. */
export function evidenceFor(found: Result<EncodedFace>): number {
  if (!found.ok) return found.failure.code === "face_not_found" ? -2 : -1;
  const { recognisability } = found.value.quality;
  return Number.isNaN(recognisability) ? -0.5 : recognisability;
}

/** Whether a failure is about the faces in view, not about the photo or the engine. */
export function saysOfFaces({ code }: Failure): boolean {
  return code === "face_not_found" || code === "multiple_faces";
}

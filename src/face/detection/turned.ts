/** Faces that do not stand upright: turns of the photo to try, and maps of their finds to the photo's coordinates. */
import type { Failure, Result } from "../../errors.ts";
import type { Affine } from "../../image/photo.ts";
import { type QuarterTurn, quarterTurns } from "../../image/turn.ts";
import type { EncodedFace } from "../face.ts";
import type { Box, Landmarks, Point } from "../geometry.ts";
import type { Detection } from "./detect.ts";

export function mapPoint({ a, b, tx, c, d, ty }: Affine, { x, y }: Point): Point {
  return { x: a * x + b * y + tx, y: c * x + d * y + ty };
}

/** Maps landmarks and keeps their order: the left eye stays the one that is left in the turned, upright picture. */
export function mapLandmarks(
  map: Affine,
  [leftEye, rightEye, nose, leftMouth, rightMouth]: Landmarks,
): Landmarks {
  const to = (point: Point) => mapPoint(map, point);
  return [to(leftEye), to(rightEye), to(nose), to(leftMouth), to(rightMouth)];
}

/** @param map a turn by quarters, so that boxes stay boxes */
export function mapDetection(map: Affine, detection: Detection): Detection {
  const to = (point: Point) => mapPoint(map, point);
  return {
    score: detection.score,
    box: mapBox(map, detection.box),
    leftEye: to(detection.leftEye),
    rightEye: to(detection.rightEye),
    nose: to(detection.nose),
    mouth: to(detection.mouth),
    ...(detection.sampledAs && { sampledAs: mapDetection(map, detection.sampledAs) }),
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

/** Largest lean of a face that stands upright: one that leans further is nearer to upright after a quarter turn. */
const uprightDegrees = 45;

/**
 * Lists the other turns in which the face may stand upright: none for one that is recognisable and upright, the one that its
 * lean asks for when only the lean is wrong, and every other turn when the evidence is weak or there is no face.
 */
export function turnsToTry(
  found: Result<EncodedFace>,
  isRefused: (face: EncodedFace) => boolean,
): readonly QuarterTurn[] {
  if (!found.ok) return found.failure.code === "face_not_found" ? [180, 90, 270] : [];
  const { quality, turned } = found.value;
  if (isRefused(found.value)) return quarterTurns.filter((turn) => turn !== turned);
  // A photo turned clockwise by t shows the face leaning by its roll plus t.
  const lean = ((((quality.roll + turned + 180) % 360) + 360) % 360) - 180;
  if (Math.abs(lean) <= uprightDegrees) return [];
  return [quarterTurns[((Math.round(-quality.roll / 90) % 4) + 4) % 4]];
}

/** Ranks looks at a photo, the best highest: by the face's recognisability; several faces and no face come last. */
export function evidenceFor(found: Result<EncodedFace>): number {
  if (!found.ok) return found.failure.code === "face_not_found" ? -2 : -1;
  const { recognisability } = found.value.quality;
  return Number.isNaN(recognisability) ? -0.5 : recognisability;
}

/** True when a failure is about the faces in view, not about the photo or the engine. */
export function saysOfFaces({ code }: Failure): boolean {
  return code === "face_not_found" || code === "multiple_faces";
}

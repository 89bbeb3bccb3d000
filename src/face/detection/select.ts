/** Chooses the face that a request means. For a face that the frame cuts, only the visible part counts as large. */
import { fail, ok, type Result } from "../../errors.ts";
import type { FacePolicy, FoundFace } from "../face.ts";
import type { Detection } from "./detect.ts";

/**
 * Share of the largest face's side at which a further face counts as another person before the camera. A head a fifth as
 * large is five times as far away: within 2.5 m of a phone at arm's length.
 */
export const defaultBackgroundFaceShare = 0.2;

/**
 * Returns the find by which the chosen face is sampled.
 *
 * Fails with `face_not_found` for no face and, under policy `only`, with `multiple_faces` where a further face has at
 * least `backgroundFaceShare` (0..1) of the largest one's side.
 */
export function selectFace(
  detections: readonly Detection[],
  policy: FacePolicy,
  photo: { readonly width: number; readonly height: number },
  backgroundFaceShare = defaultBackgroundFaceShare,
): Result<Detection> {
  if (detections.length === 0) return fail({ code: "face_not_found" });
  if (policy === "only") {
    const count = detections.filter(isCounted(detections, backgroundFaceShare)).length;
    if (count > 1) return fail({ code: "multiple_faces", count });
  }
  const rank =
    policy === "center"
      ? (face: Detection) => Math.hypot(centreX(face) - photo.width / 2, centreY(face) - photo.height / 2)
      : (face: Detection) => -visibleArea(face, photo);
  const chosen = detections.reduce((best, face) => (rank(face) < rank(best) ? face : best));
  return ok(chosen.sampledAs ?? chosen);
}

/** Lists the faces by the finds that they are sampled by, largest first; the surest finds say which count. */
export function listOf(detections: readonly Detection[], backgroundFaceShare: number): FoundFace[] {
  const counted = isCounted(detections, backgroundFaceShare);
  return detections
    .map((face) => {
      const { box, score } = face.sampledAs ?? face;
      return { box, score, counted: counted(face) };
    })
    .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
}

/** Returns the rule by which a face counts as a person before the camera. */
function isCounted(
  detections: readonly Detection[],
  backgroundFaceShare: number,
): (face: Detection) => boolean {
  const largest = Math.max(...detections.map(sideOf));
  return (face) => sideOf(face) >= backgroundFaceShare * largest;
}

function visibleArea({ box }: Detection, photo: { readonly width: number; readonly height: number }): number {
  const width = Math.min(box.x + box.width, photo.width) - Math.max(box.x, 0);
  const height = Math.min(box.y + box.height, photo.height) - Math.max(box.y, 0);
  return Math.max(width, 0) * Math.max(height, 0);
}

const sideOf = ({ box }: Detection) => Math.max(box.width, box.height);
const centreX = ({ box }: Detection) => box.x + box.width / 2;
const centreY = ({ box }: Detection) => box.y + box.height / 2;

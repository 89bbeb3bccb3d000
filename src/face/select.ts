/** Chooses the face that a request means. For a face that the frame cuts, only the visible part counts as large. */
import { fail, ok, type Result } from "../errors.ts";
import type { Detection } from "./detect.ts";
import type { FacePolicy } from "./face.ts";

/** Fails with `face_not_found` for no face, and with `multiple_faces` for several under policy `only`. */
export function selectFace(
  detections: readonly Detection[],
  policy: FacePolicy,
  photo: { readonly width: number; readonly height: number },
): Result<Detection> {
  if (detections.length === 0) return fail({ code: "face_not_found" });
  if (policy === "only" && detections.length > 1)
    return fail({ code: "multiple_faces", count: detections.length });
  const rank =
    policy === "center"
      ? (face: Detection) => Math.hypot(centreX(face) - photo.width / 2, centreY(face) - photo.height / 2)
      : (face: Detection) => -visibleArea(face, photo);
  return ok(detections.reduce((best, face) => (rank(face) < rank(best) ? face : best)));
}

function visibleArea({ box }: Detection, photo: { readonly width: number; readonly height: number }): number {
  const width = Math.min(box.x + box.width, photo.width) - Math.max(box.x, 0);
  const height = Math.min(box.y + box.height, photo.height) - Math.max(box.y, 0);
  return Math.max(width, 0) * Math.max(height, 0);
}

const centreX = ({ box }: Detection) => box.x + box.width / 2;
const centreY = ({ box }: Detection) => box.y + box.height / 2;

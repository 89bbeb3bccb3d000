/** Compares one probe with the faces of one subject, each by itself. */
import { fail, ok, type Result } from "../../errors.ts";
import { distance } from "../../face/decision/decide.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { FaceId } from "../ids.ts";
import type { StoredFace } from "../store/store.ts";

export interface Closest {
  readonly faceId: FaceId;
  readonly distance: number;
}

/**
 * Finds the face at the smallest distance. Fails with `subject_has_no_faces`, or with `model_mismatch` when one face, even
 * if others fit, is of another model than the probe.
 */
export function closestFace(
  probe: Embedding,
  faces: readonly Pick<StoredFace, "faceId" | "embedding">[],
): Result<Closest> {
  let closest: Closest | undefined;
  for (const { faceId, embedding } of faces) {
    const measured = distance(embedding, probe);
    if (!measured.ok) {
      const { failure } = measured;
      return failure.code === "model_mismatch" ? fail({ ...failure, faceId }) : measured;
    }
    if (closest === undefined || measured.value < closest.distance) {
      closest = { faceId, distance: measured.value };
    }
  }
  return closest === undefined ? fail({ code: "subject_has_no_faces" }) : ok(closest);
}

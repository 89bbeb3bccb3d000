/** Compares one probe with the faces of one subject. */
import { fail, ok, type Result } from "../../errors.ts";
import { distance } from "../../face/decision/decide.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { FaceId } from "../ids.ts";
import type { SearchOptions, StoredFace } from "./store.ts";

/** A face's distance to the probe. */
export interface Measure {
  readonly distance: number;
  /** Distance by which this face must come closer than an ordinary one; 0 where nothing is asked for. */
  readonly closer: number;
}

export interface Closest extends Measure {
  readonly faceId: FaceId;
}

/** Orders faces, the best match first: by distance and what each must come closer, together. */
export function compareMeasures(a: Measure, b: Measure): number {
  return a.distance + a.closer - (b.distance + b.closer);
}

/**
 * Finds the face that matches best: of two, one that is hard to recognise counts as farther by what it must come closer. Fails
 * with `subject_has_no_faces`, or with `model_mismatch` when one face, even if others fit, is of another model than the probe.
 */
export function closestFace(
  probe: Embedding,
  faces: readonly StoredFace[],
  closerBy?: SearchOptions["closerBy"],
): Result<Closest> {
  let closest: Closest | undefined;
  for (const face of faces) {
    const { faceId, embedding } = face;
    const measured = distance(embedding, probe);
    if (!measured.ok) {
      const { failure } = measured;
      return failure.code === "model_mismatch" ? fail({ ...failure, faceId }) : measured;
    }
    const found = { faceId, distance: measured.value, closer: closerBy?.(face) ?? 0 };
    if (closest === undefined || compareMeasures(found, closest) < 0) closest = found;
  }
  return closest === undefined ? fail({ code: "subject_has_no_faces" }) : ok(closest);
}

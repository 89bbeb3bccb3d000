/** Counts faces that a tenant's retention would not end: enrolled under a longer one, or with an end of their own. */
import type { FaceId, SubjectId } from "../../ids.ts";
import type { FaceName, Outliving } from "../data.ts";
import { alive } from "./faces.ts";

/**
 * Rows that one call reads, some 50 ms in local workerd on a busy machine. No index has both times of a face: every
 * enrolment would pay for it.
 */
export const facesPerCall = 10_000;

/** Counts such faces in the page behind `after`, in the order of subject and face. */
export function countOutliving(
  sql: SqlStorage,
  retentionSeconds: number,
  after: FaceName | null,
  nowMs: number,
): Outliving {
  const first = after ?? ["", ""];
  const [last] = sql
    .exec(
      `SELECT subject_id, face_id FROM face WHERE (subject_id, face_id) > (?, ?)
       ORDER BY subject_id, face_id LIMIT 1 OFFSET ?`,
      ...first,
      facesPerCall - 1,
    )
    .toArray();
  const next = last === undefined ? null : ([last.subject_id as SubjectId, last.face_id as FaceId] as const);
  const { faces } = sql
    .exec(
      `SELECT COUNT(*) AS faces FROM face
       WHERE (subject_id, face_id) > (?, ?) AND (? OR (subject_id, face_id) <= (?, ?)) AND ${alive}
         AND (expires_at_ms IS NULL OR expires_at_ms > created_at_ms + ?)`,
      ...first,
      next === null ? 1 : 0,
      ...(next ?? ["", ""]),
      nowMs,
      1000 * retentionSeconds,
    )
    .one();
  return { faces: faces as number, next };
}

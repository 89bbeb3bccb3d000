/**
 * Enrolments that were requested under a key of the caller's own (`Idempotency-Key`,
 * draft-ietf-httpapi-idempotency-key-header): a repeated request finds the face that the first one made. They are
 * kept for a day, also when the face is deleted meanwhile, so that a late repetition does not bring it back.
 */
import { fail, ok, type Result } from "../../../errors.ts";
import type { FaceId } from "../../ids.ts";
import type { EnrolledFace, EnrolmentRequest, FaceRow } from "../data.ts";

const keptMs = 24 * 3600 * 1000;

/**
 * Finds the face that an earlier request made; undefined for a key that is new. Fails with `idempotency_key_reused`
 * where the key asked for something else.
 */
export function findEnrolled(
  sql: SqlStorage,
  { subjectId }: Pick<FaceRow, "subjectId">,
  { keyHash, contentHash }: EnrolmentRequest,
  nowMs: number,
): Result<EnrolledFace | undefined> {
  const [row] = sql
    .exec(
      `SELECT * FROM enrolment_request WHERE subject_id = ? AND key_hash = ? AND kept_until_ms > ?`,
      subjectId,
      keyHash,
      nowMs,
    )
    .toArray();
  if (row === undefined) return ok(undefined);
  if (row.content_hash !== contentHash) return fail({ code: "idempotency_key_reused" });
  return ok({
    faceId: row.face_id as FaceId,
    model: row.model as string,
    createdAtMs: row.created_at_ms as number,
    expiresAtMs: row.expires_at_ms as number | null,
  });
}

export function rememberEnrolled(
  sql: SqlStorage,
  { subjectId, faceId, model, createdAtMs, expiresAtMs }: FaceRow,
  { keyHash, contentHash }: EnrolmentRequest,
  nowMs: number,
): void {
  sql.exec("DELETE FROM enrolment_request WHERE kept_until_ms <= ?", nowMs);
  sql.exec(
    `INSERT INTO enrolment_request
       (subject_id, key_hash, content_hash, face_id, model, created_at_ms, expires_at_ms, kept_until_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    subjectId,
    keyHash,
    contentHash,
    faceId,
    model,
    createdAtMs,
    expiresAtMs,
    nowMs + keptMs,
  );
}

/**
 * Verifications that were requested under a key of the caller's own (`Idempotency-Key`): a repeated request finds the
 * first one's answer, which counts no further attempt. Answers are kept for a day, sealed with the data key of the
 * face that came closest, and removed with that face.
 */
import type { FaceId, SubjectId } from "../../ids.ts";
import type { SealedAnswer, VerificationRequest } from "../data.ts";

const keptMs = 24 * 3600 * 1000;

/** Finds the answer to an earlier request under the same key. */
export function findAnswer(
  sql: SqlStorage,
  subjectId: SubjectId,
  keyHash: string,
  nowMs: number,
): SealedAnswer | null {
  const [row] = sql
    .exec(
      `SELECT content_hash, face_id, sealed FROM verification_request
       WHERE subject_id = ? AND key_hash = ? AND kept_until_ms > ?`,
      subjectId,
      keyHash,
      nowMs,
    )
    .toArray();
  if (row === undefined) return null;
  return {
    contentHash: row.content_hash as string,
    faceId: row.face_id as FaceId,
    sealed: new Uint8Array(row.sealed as ArrayBuffer),
  };
}

export function rememberAnswer(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceId: FaceId,
  { keyHash, contentHash, sealed }: VerificationRequest,
  nowMs: number,
): void {
  sql.exec("DELETE FROM verification_request WHERE kept_until_ms <= ?", nowMs);
  sql.exec(
    `INSERT INTO verification_request (subject_id, key_hash, content_hash, face_id, sealed, kept_until_ms)
     VALUES (?, ?, ?, ?, ?, ?)`,
    subjectId,
    keyHash,
    contentHash,
    faceId,
    sealed,
    nowMs + keptMs,
  );
}

export function removeAnswers(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId): void {
  sql.exec("DELETE FROM verification_request WHERE subject_id = ? AND face_id = ?", subjectId, faceId);
}

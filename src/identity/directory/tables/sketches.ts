/**
 * Sketches of captures that were enrolled or matched, each sealed with the data key of a face: the directory cannot
 * open them. A face's own sketch stays as long as the face; a match's sketch ends by age and by number. Both are
 * removed with the face.
 */
import type { Bytes } from "../../../crypto/sealing.ts";
import type { FaceId, SubjectId } from "../../ids.ts";
import type { KeptSketch, SealedSketch } from "../data.ts";

/** Condition of a sketch that has not expired. */
const alive = "(expires_at_ms IS NULL OR expires_at_ms > ?)";

/** Steps of the time at which expired sketches are removed, so that one run of the alarm removes many. */
const removalStepMs = 3600 * 1000;

/** Keeps the sketch of a face's own capture. */
export function insertFaceSketch(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceId: FaceId,
  sealed: Bytes,
  nowMs: number,
): void {
  insert(sql, subjectId, faceId, null, sealed, nowMs);
}

/** Keeps the sketch of a match, and removes the oldest ones beyond the number that is kept. */
export function insertSketch(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceId: FaceId,
  { sealed, expiresAtMs, most }: KeptSketch,
  nowMs: number,
): void {
  insert(sql, subjectId, faceId, expiresAtMs, sealed, nowMs);
  sql.exec(
    `DELETE FROM sketch WHERE subject_id = ? AND expires_at_ms IS NOT NULL AND seq NOT IN (
       SELECT seq FROM sketch WHERE subject_id = ? AND expires_at_ms IS NOT NULL ORDER BY seq DESC LIMIT ?)`,
    subjectId,
    subjectId,
    most,
  );
}

function insert(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceId: FaceId,
  expiresAtMs: number | null,
  sealed: Bytes,
  nowMs: number,
): void {
  // The number is a time where that is larger than the last one, so that a deleted sketch's number does not come back.
  sql.exec(
    `INSERT INTO sketch (subject_id, seq, face_id, expires_at_ms, sealed) VALUES (
       ?, (SELECT MAX(?, COALESCE(MAX(seq) + 1, 0)) FROM sketch WHERE subject_id = ?), ?, ?, ?)`,
    subjectId,
    nowMs,
    subjectId,
    faceId,
    expiresAtMs,
    sealed,
  );
}

/** Reads a subject's sketches behind `after`, oldest first. */
export function readSketches(
  sql: SqlStorage,
  subjectId: SubjectId,
  after: number,
  nowMs: number,
): SealedSketch[] {
  const rows = sql.exec(
    `SELECT seq, face_id, sealed FROM sketch WHERE subject_id = ? AND seq > ? AND ${alive} ORDER BY seq`,
    subjectId,
    after,
    nowMs,
  );
  return rows.toArray().map((row) => ({
    seq: row.seq as number,
    faceId: row.face_id as FaceId,
    sealed: new Uint8Array(row.sealed as ArrayBuffer),
  }));
}

/** Removes all sketches that a face's data key sealed. */
export function removeSketches(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId): void {
  sql.exec("DELETE FROM sketch WHERE subject_id = ? AND face_id = ?", subjectId, faceId);
}

export function pruneSketches(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM sketch WHERE expires_at_ms IS NOT NULL AND expires_at_ms <= ?", nowMs);
}

/** Time at which the next expired sketches are to be removed; undefined while none expires. */
export function sketchEnd(sql: SqlStorage): number | undefined {
  const [row] = sql
    .exec("SELECT MIN(expires_at_ms) AS next FROM sketch WHERE expires_at_ms IS NOT NULL")
    .toArray();
  return row.next === null ? undefined : removalTime(row.next as number);
}

/** Time at which a sketch that expires then is removed. */
export function removalTime(expiresAtMs: number): number {
  return removalStepMs * Math.ceil(expiresAtMs / removalStepMs);
}

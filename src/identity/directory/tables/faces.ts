/**
 * Adds, changes and removes faces. A subject is its faces: its row is made with the first and removed with the last.
 */
import type { WrappedKey } from "../../../crypto/key-ring.ts";
import { type FaceId, hasJoined, type SubjectId } from "../../ids.ts";
import type { FaceChange, FaceKey, FaceRow } from "../data.ts";
import { forgetUse } from "./last-use.ts";
import { removeSketches } from "./sketches.ts";
import { removeAnswers } from "./verification-requests.ts";

/** The columns of `FaceDetails`; the record itself is fetched only where it is wanted. */
export const detailColumns =
  "subject_id, face_id, model, created_at_ms, expires_at_ms, key_id, kek_id, wrapped, sealed_metadata, consent_version, consent_purpose, consent_at_ms";

/**
 * Condition of a face that has not expired. An expired face counts as removed, whether or not it was removed already.
 */
export const alive = "(expires_at_ms IS NULL OR expires_at_ms > ?)";

export function insertFace(sql: SqlStorage, row: FaceRow): void {
  sql.exec(
    "INSERT OR IGNORE INTO subject (id, failures, last_failure_at_ms) VALUES (?, 0, 0)",
    row.subjectId,
  );
  sql.exec(
    `INSERT INTO face (${detailColumns}, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.subjectId,
    row.faceId,
    row.model,
    row.createdAtMs,
    row.expiresAtMs,
    row.keyId,
    row.kekId,
    row.wrapped,
    row.sealedMetadata,
    row.consent?.version ?? null,
    row.consent?.purpose ?? null,
    row.consent?.atMs ?? null,
    row.sealed,
  );
  if (!hasJoined(row.faceId)) forgetScores(sql, row.subjectId);
}

/** Lists the faces of a subject that joined by a verification, oldest first. */
export function readJoined(sql: SqlStorage, subjectId: SubjectId): FaceId[] {
  const rows = sql.exec(
    "SELECT face_id FROM face WHERE subject_id = ? ORDER BY created_at_ms, face_id",
    subjectId,
  );
  return rows
    .toArray()
    .map((row) => row.face_id as FaceId)
    .filter(hasJoined);
}

/** Forgets the scores of a subject whose template changes: they say nothing about the new one. */
function forgetScores(sql: SqlStorage, subjectId: SubjectId): void {
  sql.exec("DELETE FROM score_trend WHERE subject_id = ?", subjectId);
}

export function hasFace(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId, nowMs: number): boolean {
  const found = sql.exec(
    `SELECT 1 FROM face WHERE subject_id = ? AND face_id = ? AND ${alive}`,
    subjectId,
    faceId,
    nowMs,
  );
  return found.toArray().length > 0;
}

/** Model of a face; undefined where there is no such face. */
export function readModel(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId): string | undefined {
  const found = sql.exec("SELECT model FROM face WHERE subject_id = ? AND face_id = ?", subjectId, faceId);
  return found.toArray()[0]?.model as string | undefined;
}

/**
 * Removes a face to make room for another record of the same name. Its subject stays, with the subject's count of
 * failures.
 */
export function dropFace(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId): void {
  deleteFace(sql, subjectId, faceId);
}

/** Removes a face with all that its data key sealed. */
function deleteFace(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId): void {
  sql.exec("DELETE FROM face WHERE subject_id = ? AND face_id = ?", subjectId, faceId);
  if (!hasJoined(faceId)) forgetScores(sql, subjectId);
  removeSketches(sql, subjectId, faceId);
  removeAnswers(sql, subjectId, faceId);
}

/** Changes a face. False when there is no such face. */
export function changeFace(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceId: FaceId,
  { expiresAtMs, sealedMetadata }: FaceChange,
): boolean {
  const { rowsWritten } = sql.exec(
    `UPDATE face SET expires_at_ms = CASE WHEN ? THEN ? ELSE expires_at_ms END,
       sealed_metadata = CASE WHEN ? THEN ? ELSE sealed_metadata END
     WHERE subject_id = ? AND face_id = ?`,
    expiresAtMs === undefined ? 0 : 1,
    expiresAtMs ?? null,
    sealedMetadata === undefined ? 0 : 1,
    sealedMetadata?.sealed ?? null,
    subjectId,
    faceId,
  );
  return rowsWritten > 0;
}

/** Removes faces with their data keys: copies of their records, wherever they are, can never be opened again. */
export function removeFaces(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceIds: readonly FaceId[] | "all",
): FaceId[] {
  const removed: FaceId[] = [];
  const present = sql
    .exec("SELECT face_id FROM face WHERE subject_id = ? ORDER BY created_at_ms, face_id", subjectId)
    .toArray()
    .map((row) => row.face_id as FaceId);
  for (const faceId of present) {
    if (faceIds !== "all" && !faceIds.includes(faceId)) continue;
    deleteFace(sql, subjectId, faceId);
    removed.push(faceId);
  }
  const isEmptied = removed.length > 0 && removed.length === present.length;
  if (isEmptied) {
    sql.exec("DELETE FROM subject WHERE id = ?", subjectId);
    forgetUse(sql, subjectId);
  }
  // A session can enrol, so that it ends with the subject even before there is a face.
  if (isEmptied || faceIds === "all") {
    sql.exec(
      "DELETE FROM challenge WHERE session_id IN (SELECT id FROM session WHERE subject_id = ?)",
      subjectId,
    );
    sql.exec("DELETE FROM session WHERE subject_id = ?", subjectId);
  }
  return removed;
}

export function readExpired(sql: SqlStorage, nowMs: number): [SubjectId, FaceId][] {
  const rows = sql.exec(
    "SELECT subject_id, face_id FROM face WHERE expires_at_ms IS NOT NULL AND expires_at_ms <= ?",
    nowMs,
  );
  return rows.toArray().map((row) => [row.subject_id as SubjectId, row.face_id as FaceId]);
}

export function nextExpiry(sql: SqlStorage): number | undefined {
  const [row] = sql
    .exec("SELECT MIN(expires_at_ms) AS next FROM face WHERE expires_at_ms IS NOT NULL")
    .toArray();
  return (row.next as number | null) ?? undefined;
}

/** Replaces a wrapped key. False when the key is no longer the one that was read. */
export function replaceWrap(sql: SqlStorage, face: FaceKey, { kekId, wrapped }: WrappedKey): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE face SET kek_id = ?, wrapped = ? WHERE subject_id = ? AND face_id = ? AND wrapped = ?",
    kekId,
    wrapped,
    face.subjectId,
    face.faceId,
    face.wrapped as Uint8Array<ArrayBuffer>,
  );
  return rowsWritten > 0;
}

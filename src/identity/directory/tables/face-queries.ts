/** Reads faces: their keys, their records, and what callers are told of them. */
import type { FaceId, SubjectId } from "../../ids.ts";
import type { AttemptFace, Consent, FaceDetails, FaceKey, FaceRow, Page } from "../data.ts";
import { alive, detailColumns } from "./faces.ts";

type SqlRow = Record<string, SqlStorageValue>;

export function readFaces(sql: SqlStorage, subjectId: SubjectId, nowMs: number): FaceDetails[] {
  const rows = sql.exec(
    `SELECT ${detailColumns} FROM face WHERE subject_id = ? AND ${alive} ORDER BY created_at_ms, face_id`,
    subjectId,
    nowMs,
  );
  return rows.toArray().map(toDetails);
}

export function readAttemptFaces(
  sql: SqlStorage,
  subjectId: SubjectId,
  nowMs: number,
  withRecords: boolean,
): AttemptFace[] {
  const rows = sql.exec(
    `SELECT subject_id, face_id, model, created_at_ms, key_id, kek_id, wrapped,
       ${withRecords ? "sealed" : "NULL AS sealed"} FROM face WHERE subject_id = ? AND ${alive}`,
    subjectId,
    nowMs,
  );
  return rows.toArray().map((row) => ({
    ...toFaceKey(row),
    sealed: row.sealed === null ? null : bytesOf(row.sealed),
  }));
}

export function readFaceKey(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId): FaceKey | undefined {
  const [row] = sql
    .exec(
      `SELECT subject_id, face_id, model, created_at_ms, key_id, kek_id, wrapped FROM face
       WHERE subject_id = ? AND face_id = ?`,
      subjectId,
      faceId,
    )
    .toArray();
  return row === undefined ? undefined : toFaceKey(row);
}

/** Reads a subject's faces that were not removed yet, with their records: those too that have expired. */
export function readWholeFaces(
  sql: SqlStorage,
  subjectId: SubjectId,
): { readonly key: FaceKey; readonly sealed: Uint8Array<ArrayBuffer> }[] {
  const rows = sql.exec(
    `SELECT subject_id, face_id, model, created_at_ms, key_id, kek_id, wrapped, sealed FROM face
     WHERE subject_id = ?`,
    subjectId,
  );
  return rows.toArray().map((row) => ({ key: toFaceKey(row), sealed: bytesOf(row.sealed) }));
}

/** Reads the named faces that exist, with their records. */
export function readNamedFaces(
  sql: SqlStorage,
  names: readonly (readonly [SubjectId, FaceId])[],
  nowMs: number,
): AttemptFace[] {
  return names.flatMap(([subjectId, faceId]) => {
    const [row] = sql
      .exec(
        `SELECT subject_id, face_id, model, created_at_ms, key_id, kek_id, wrapped, sealed FROM face
         WHERE subject_id = ? AND face_id = ? AND ${alive}`,
        subjectId,
        faceId,
        nowMs,
      )
      .toArray();
    return row === undefined ? [] : [{ ...toFaceKey(row), sealed: bytesOf(row.sealed) }];
  });
}

export function readRecord(sql: SqlStorage, subjectId: SubjectId, faceId: FaceId) {
  const [row] = sql
    .exec("SELECT sealed, expires_at_ms FROM face WHERE subject_id = ? AND face_id = ?", subjectId, faceId)
    .toArray();
  if (row === undefined) return undefined;
  return { sealed: bytesOf(row.sealed), expiresAtMs: row.expires_at_ms as number | null };
}

export function readSubjects(sql: SqlStorage, { after, limit }: Page, nowMs: number): SubjectId[] {
  const rows = sql.exec(
    `SELECT DISTINCT subject_id FROM face WHERE subject_id > ? AND ${alive} ORDER BY subject_id LIMIT ?`,
    after ?? "",
    nowMs,
    limit,
  );
  return rows.toArray().map((row) => row.subject_id as SubjectId);
}

export function readFacesAfter(
  sql: SqlStorage,
  after: readonly [SubjectId, FaceId] | null,
  limit: number,
  nowMs: number,
): FaceRow[] {
  const [subjectId, faceId] = after ?? ["", ""];
  const rows = sql.exec(
    `SELECT ${detailColumns}, sealed FROM face WHERE (subject_id, face_id) > (?, ?) AND ${alive}
     ORDER BY subject_id, face_id LIMIT ?`,
    subjectId,
    faceId,
    nowMs,
    limit,
  );
  return rows.toArray().map((row) => ({ ...toDetails(row), sealed: bytesOf(row.sealed) }));
}

export function readWrappedByOthers(sql: SqlStorage, kekId: string, limit: number): FaceKey[] {
  const rows = sql.exec(
    `SELECT subject_id, face_id, model, created_at_ms, key_id, kek_id, wrapped FROM face
     WHERE kek_id <> ? ORDER BY subject_id, face_id LIMIT ?`,
    kekId,
    limit,
  );
  return rows.toArray().map(toFaceKey);
}

function toFaceKey(row: SqlRow): FaceKey {
  return {
    subjectId: row.subject_id as SubjectId,
    faceId: row.face_id as FaceId,
    model: row.model as string,
    createdAtMs: row.created_at_ms as number,
    keyId: row.key_id as string,
    kekId: row.kek_id as string,
    wrapped: bytesOf(row.wrapped),
  };
}

function toDetails(row: SqlRow): FaceDetails {
  return {
    ...toFaceKey(row),
    expiresAtMs: row.expires_at_ms as number | null,
    consent: toConsent(row),
    sealedMetadata: row.sealed_metadata === null ? null : bytesOf(row.sealed_metadata),
  };
}

function toConsent(row: SqlRow): Consent | null {
  if (row.consent_version === null) return null;
  return {
    version: row.consent_version as string,
    purpose: row.consent_purpose as string,
    atMs: row.consent_at_ms as number,
  };
}

function bytesOf(value: SqlStorageValue): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value as ArrayBuffer);
}

/** Subjects and faces. A subject is its faces: its row comes with the first and goes with the last. */
import type { WrappedKey } from "../../trust/key-ring.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import type { AttemptFace, Consent, FaceChange, FaceDetails, FaceKey, FaceRow, Page } from "./types.ts";

/** The columns of `FaceDetails`; the record itself is fetched only where it is wanted. */
const detailColumns =
  "subject_id, face_id, model, created_at_ms, expires_at_ms, key_id, kek_id, wrapped, sealed_metadata, consent_version, consent_purpose, consent_at_ms";

/** An expired face is not there, whether or not it was removed already. */
const alive = "(expires_at_ms IS NULL OR expires_at_ms > ?)";

type SqlRow = Record<string, SqlStorageValue>;

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

/** False when there is no such face. */
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
    sealedMetadata ?? null,
    subjectId,
    faceId,
  );
  return rowsWritten > 0;
}

/** Takes the data keys with the rows: copies of the records, wherever they are, stay shut for good. */
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
    sql.exec("DELETE FROM face WHERE subject_id = ? AND face_id = ?", subjectId, faceId);
    removed.push(faceId);
  }
  if (removed.length > 0 && removed.length === present.length) {
    sql.exec("DELETE FROM subject WHERE id = ?", subjectId);
    sql.exec("DELETE FROM session WHERE subject_id = ?", subjectId);
  }
  return removed;
}

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

/** Those of them that are there, with their records. */
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

export function readWrappedByOthers(sql: SqlStorage, kekId: string, limit: number): FaceKey[] {
  const rows = sql.exec(
    `SELECT subject_id, face_id, model, created_at_ms, key_id, kek_id, wrapped FROM face
     WHERE kek_id <> ? ORDER BY subject_id, face_id LIMIT ?`,
    kekId,
    limit,
  );
  return rows.toArray().map(toFaceKey);
}

/** False when the key is no longer the one that was read. */
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

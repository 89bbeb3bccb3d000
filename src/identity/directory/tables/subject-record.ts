/** Everything that a directory keeps about one subject: for the subject's own record, and for a certificate of its end. */
import type { FaceId, SubjectId } from "../../ids.ts";
import type { Erasure, SubjectRecord } from "../data.ts";
import { readTrend } from "./attempts.ts";
import { toAuditEntry } from "./audit.ts";
import * as queries from "./face-queries.ts";
import { readLastUse } from "./last-use.ts";

/**
 * Reads the record; undefined for a subject without faces. Of the audit trail it has `limit` entries behind `after`.
 *
 * The trail has no index by subject, which every entry would pay for: a page reads the shard's entries until it is full.
 */
export function readSubjectRecord(
  sql: SqlStorage,
  subjectId: SubjectId,
  { after, limit }: { readonly after: number; readonly limit: number },
  nowMs: number,
): SubjectRecord | undefined {
  const details = queries.readFaces(sql, subjectId, nowMs);
  if (details.length === 0) return undefined;
  const [attempts] = sql
    .exec("SELECT failures, last_failure_at_ms FROM subject WHERE id = ?", subjectId)
    .toArray();
  const count = (table: string, condition = "") =>
    sql.exec(`SELECT COUNT(*) AS count FROM ${table} WHERE subject_id = ? ${condition}`, subjectId).one()
      .count as number;
  const entries = sql
    .exec(
      "SELECT * FROM audit WHERE subject_id = ? AND seq > ? ORDER BY seq LIMIT ?",
      subjectId,
      after,
      limit,
    )
    .toArray();
  return {
    faces: details.map((face) => ({
      ...face,
      sealed: queries.readRecord(sql, subjectId, face.faceId as FaceId)?.sealed ?? new Uint8Array(),
    })),
    failures: attempts.failures as number,
    lastFailureAtMs: attempts.failures === 0 ? null : (attempts.last_failure_at_ms as number),
    lastUseMs: readLastUse(sql, subjectId),
    trend: readTrend(sql, subjectId),
    sketches: count("sketch"),
    keptRequests: count("enrolment_request") + count("verification_request"),
    sessions: count("session"),
    audit: entries.map(toAuditEntry),
  };
}

/** Describes the faces that are to be removed; `isWhole` and `outstanding` are known only after their removal. */
export function describeErasure(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceIds: readonly FaceId[] | "all",
): Omit<Erasure, "isWhole" | "outstanding"> {
  const rows = sql
    .exec(
      `SELECT face_id, model, created_at_ms, key_id, kek_id,
         (SELECT COUNT(*) FROM sketch WHERE sketch.subject_id = face.subject_id
           AND sketch.face_id = face.face_id) AS sketches,
         (SELECT COUNT(*) FROM verification_request WHERE verification_request.subject_id = face.subject_id
           AND verification_request.face_id = face.face_id) AS answers
       FROM face WHERE subject_id = ? ORDER BY created_at_ms, face_id`,
      subjectId,
    )
    .toArray()
    .filter(({ face_id }) => faceIds === "all" || faceIds.includes(face_id as FaceId));
  const { sessions } = sql
    .exec("SELECT COUNT(*) AS sessions FROM session WHERE subject_id = ?", subjectId)
    .one();
  const sum = (column: "sketches" | "answers") =>
    rows.reduce((total, row) => total + (row[column] as number), 0);
  return {
    faces: rows.map((row) => ({
      faceId: row.face_id as FaceId,
      model: row.model as string,
      createdAtMs: row.created_at_ms as number,
      keyId: row.key_id as string,
      kekId: row.kek_id as string,
    })),
    sketches: sum("sketches"),
    answers: sum("answers"),
    sessions: sessions as number,
  };
}

/** True when the subject has no face any more. */
export function isGone(sql: SqlStorage, subjectId: SubjectId): boolean {
  return sql.exec("SELECT 1 FROM subject WHERE id = ?", subjectId).toArray().length === 0;
}

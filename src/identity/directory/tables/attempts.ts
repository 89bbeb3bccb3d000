/** Attempts at a subject: the lock-out's counts, and the sessions that allow them. */
import { fail, ok, type Result } from "../../../errors.ts";
import type { SubjectId } from "../../ids.ts";
import { type Attempts, countAttempt, type LockOutPolicy, lockAt } from "../../lock-out.ts";
import { countScore, fewestMatches, type ScoreTrend, usedUp } from "../../score-trend.ts";
import type { AgeingSubject, Page, SessionRow } from "../data.ts";

/** Counts of a subject; undefined when the subject is not known. */
function readAttempts(sql: SqlStorage, subjectId: SubjectId): Attempts | undefined {
  const [row] = sql
    .exec("SELECT failures, last_failure_at_ms FROM subject WHERE id = ?", subjectId)
    .toArray();
  if (row === undefined) return undefined;
  return { failures: row.failures as number, lastFailureAtMs: row.last_failure_at_ms as number };
}

function writeAttempts(sql: SqlStorage, subjectId: SubjectId, { failures, lastFailureAtMs }: Attempts): void {
  sql.exec(
    "UPDATE subject SET failures = ?, last_failure_at_ms = ? WHERE id = ?",
    failures,
    lastFailureAtMs,
    subjectId,
  );
}

/** Checks that an attempt may begin. Fails with `locked` or `subject_has_no_faces`. */
export function checkLock(
  sql: SqlStorage,
  subjectId: SubjectId,
  policy: LockOutPolicy,
  nowMs: number,
): Result<Attempts> {
  const attempts = readAttempts(sql, subjectId);
  if (attempts === undefined) return fail({ code: "subject_has_no_faces" });
  const lock = lockAt(attempts, policy, nowMs);
  if (lock === undefined) return ok(attempts);
  return fail({
    code: "locked",
    ...(lock.until === "time" ? { retryAfterSeconds: lock.retryAfterSeconds } : {}),
  });
}

/** Counts an attempt. Only what changes is written: a match after a match costs nothing. */
export function recordAttempt(
  sql: SqlStorage,
  subjectId: SubjectId,
  before: Attempts,
  match: boolean,
  nowMs: number,
): void {
  if (match && before.failures === 0) return;
  writeAttempts(sql, subjectId, countAttempt(before, match, nowMs));
}

/** Starts the count of failures anew. False when the subject is not known. */
export function clearAttempts(sql: SqlStorage, subjectId: SubjectId): boolean {
  if (readAttempts(sql, subjectId) === undefined) return false;
  writeAttempts(sql, subjectId, { failures: 0, lastFailureAtMs: 0 });
  return true;
}

export function insertSession(sql: SqlStorage, session: SessionRow, nowMs: number): void {
  sql.exec("DELETE FROM session WHERE expires_at_ms <= ?", nowMs);
  sql.exec(
    "INSERT INTO session (id, subject_id, uses_left, expires_at_ms) VALUES (?, ?, ?, ?)",
    session.id,
    session.subjectId,
    session.usesLeft,
    session.expiresAtMs,
  );
}

/** Checks that the session allows one more attempt. Fails with `unauthorized`. */
export function checkSession(sql: SqlStorage, id: string, subjectId: SubjectId, nowMs: number): Result<void> {
  const [row] = sql
    .exec("SELECT subject_id, uses_left, expires_at_ms FROM session WHERE id = ?", id)
    .toArray();
  const refuse = (reason: string) => fail({ code: "unauthorized", reason });
  if (row === undefined || row.subject_id !== subjectId) return refuse("the session is not known");
  if ((row.expires_at_ms as number) <= nowMs) return refuse("the session has expired");
  if ((row.uses_left as number) < 1) return refuse("the session is used up");
  return ok(undefined);
}

/** Uses that a session has left; 0 for one that is not known. */
export function usesLeft(sql: SqlStorage, id: string): number {
  const [row] = sql.exec("SELECT uses_left FROM session WHERE id = ?", id).toArray();
  return row === undefined ? 0 : (row.uses_left as number);
}

export function spendSession(sql: SqlStorage, id: string): void {
  sql.exec("UPDATE session SET uses_left = uses_left - 1 WHERE id = ?", id);
}

/** Reads the trend of a subject's scores; null before the first match since its faces changed. */
export function readTrend(sql: SqlStorage, subjectId: SubjectId): ScoreTrend | null {
  const [row] = sql
    .exec("SELECT matches, first, recent FROM score_trend WHERE subject_id = ?", subjectId)
    .toArray();
  if (row === undefined) return null;
  return { matches: row.matches as number, first: row.first as number, recent: row.recent as number };
}

/** Counts the score of one more match. */
export function recordScore(sql: SqlStorage, subjectId: SubjectId, score: number): void {
  const { matches, first, recent } = countScore(readTrend(sql, subjectId) ?? undefined, score);
  sql.exec(
    "INSERT OR REPLACE INTO score_trend (subject_id, matches, first, recent) VALUES (?, ?, ?, ?)",
    subjectId,
    matches,
    first,
    recent,
  );
}

/** Lists subjects that should enrol a new photo, in the order of their ids. */
export function readAgeing(sql: SqlStorage, threshold: number, { after, limit }: Page): AgeingSubject[] {
  const rows = sql.exec(
    `SELECT subject_id, matches, first, recent FROM score_trend
     WHERE subject_id > ? AND matches >= ? AND recent - first >= ? * (? - first) ORDER BY subject_id LIMIT ?`,
    after ?? "",
    fewestMatches,
    usedUp,
    threshold,
    limit,
  );
  return rows.toArray().map((row) => ({
    subjectId: row.subject_id as SubjectId,
    trend: { matches: row.matches as number, first: row.first as number, recent: row.recent as number },
  }));
}

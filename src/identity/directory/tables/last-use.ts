/**
 * Days on which subjects were last used, for a tenant that ends subjects nobody uses any more. Kept by the day, so that a
 * subject costs one write a day at most, and only while the rule stands: without it nobody's use is recorded.
 */
import type { SubjectId } from "../../ids.ts";

const dayMs = 24 * 3600 * 1000;

/** Subjects that one run of the alarm ends at most. */
const endedPerRun = 500;

const dayOf = (ms: number) => Math.floor(ms / dayMs);

/** Time that a subject ends, ms since 1970: some seconds after the end of the day of its last use. */
const endOf = (day: number, seconds: number) => (day + 1) * dayMs + 1000 * seconds;

function readRule(sql: SqlStorage): number | undefined {
  return sql.exec("SELECT seconds FROM unused_rule").toArray().at(0)?.seconds as number | undefined;
}

/**
 * Sets the seconds from a subject's last use to its end; null ends none, and forgets all uses. Subjects whose use is not
 * known count as used now.
 */
export function setUnusedRule(sql: SqlStorage, seconds: number | null, nowMs: number): void {
  if (seconds === null) {
    sql.exec("DELETE FROM unused_rule");
    sql.exec("DELETE FROM last_use");
    return;
  }
  sql.exec("INSERT OR REPLACE INTO unused_rule (id, seconds) VALUES (1, ?)", seconds);
  sql.exec("INSERT OR IGNORE INTO last_use (subject_id, day) SELECT id, ? FROM subject", dayOf(nowMs));
}

/** Notes the use of a subject that is enrolled. Writes at most once a day for each. */
export function noteUse(sql: SqlStorage, subjectId: SubjectId, nowMs: number): void {
  if (readRule(sql) === undefined) return;
  sql.exec(
    `INSERT INTO last_use (subject_id, day) SELECT id, ? FROM subject WHERE id = ?
     ON CONFLICT (subject_id) DO UPDATE SET day = excluded.day WHERE day < excluded.day`,
    dayOf(nowMs),
    subjectId,
  );
}

/** Lets a subject's time without use begin now, unless it runs already: an import or a new model is no use. */
export function beginUse(sql: SqlStorage, subjectId: SubjectId, nowMs: number): void {
  if (readRule(sql) === undefined) return;
  sql.exec("INSERT OR IGNORE INTO last_use (subject_id, day) VALUES (?, ?)", subjectId, dayOf(nowMs));
}

export function forgetUse(sql: SqlStorage, subjectId: SubjectId): void {
  sql.exec("DELETE FROM last_use WHERE subject_id = ?", subjectId);
}

/** Day of a subject's last use, ms since 1970 at its begin; null where none is recorded. */
export function readLastUse(sql: SqlStorage, subjectId: SubjectId): number | null {
  const [row] = sql.exec("SELECT day FROM last_use WHERE subject_id = ?", subjectId).toArray();
  return row === undefined ? null : (row.day as number) * dayMs;
}

/** Lists subjects whose time without use is over, the longest unused first. */
export function readUnused(sql: SqlStorage, nowMs: number): SubjectId[] {
  const seconds = readRule(sql);
  if (seconds === undefined) return [];
  const lastDay = Math.floor((nowMs - 1000 * seconds) / dayMs) - 1;
  const rows = sql.exec(
    "SELECT subject_id FROM last_use WHERE day <= ? ORDER BY day LIMIT ?",
    lastDay,
    endedPerRun,
  );
  return rows.toArray().map((row) => row.subject_id as SubjectId);
}

/** Time at which the next unused subject is to be ended, ms since 1970; undefined for never. */
export function unusedEnd(sql: SqlStorage): number | undefined {
  const seconds = readRule(sql);
  if (seconds === undefined) return undefined;
  const day = sql.exec("SELECT MIN(day) AS day FROM last_use").one().day as number | null;
  return day === null ? undefined : endOf(day, seconds);
}

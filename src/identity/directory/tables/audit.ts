/** Who did what, when, with what outcome: never pixels, embeddings, distances or keys. */
import type { AuditEntry, Context } from "../data.ts";

export interface AuditEvent {
  readonly action: string;
  readonly outcome: string;
  readonly subjectId?: string;
  readonly faceId?: string;
}

/** Of old entries that a new one takes with it: more than come, so none stays for long. */
const prunedPerEntry = 4;

/** Of old entries that the alarm takes at once. */
const prunedPerRun = 10_000;

export function writeAudit(sql: SqlStorage, event: AuditEvent, context: Context): void {
  const { actor, requestId, nowMs } = context;
  // A request may have been let in before the tenant changed its mind: its own settings say it where they are kept.
  const auditSeconds = settledSeconds(sql) ?? context.auditSeconds;
  if (auditSeconds !== null && auditSeconds !== readAuditSeconds(sql)) {
    sql.exec("INSERT OR REPLACE INTO audit_rule (id, seconds) VALUES (1, ?)", auditSeconds);
  }
  pruneAudit(sql, nowMs, prunedPerEntry);
  sql.exec(
    "INSERT INTO audit (at_ms, actor, action, subject_id, face_id, outcome, request_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
    nowMs,
    actor,
    event.action,
    event.subjectId ?? null,
    event.faceId ?? null,
    event.outcome,
    requestId,
  );
}

/** Oldest first, from the one after `after` on. */
export function readAudit(sql: SqlStorage, after: number, limit: number): AuditEntry[] {
  const rows = sql.exec("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, limit).toArray();
  return rows.map((row) => ({
    seq: row.seq as number,
    atMs: row.at_ms as number,
    actor: row.actor as string,
    action: row.action as string,
    subjectId: row.subject_id as string | null,
    faceId: row.face_id as string | null,
    outcome: row.outcome as string,
    requestId: row.request_id as string,
  }));
}

/** Undefined for a directory that does not keep its tenant's settings. */
function settledSeconds(sql: SqlStorage): number | undefined {
  const [row] = sql.exec("SELECT json_extract(json, '$.auditSeconds') AS seconds FROM setting").toArray();
  return (row?.seconds as number | null | undefined) ?? undefined;
}

/** Undefined for a directory that was never told. */
function readAuditSeconds(sql: SqlStorage): number | undefined {
  return sql.exec("SELECT seconds FROM audit_rule").toArray().at(0)?.seconds as number | undefined;
}

/** Takes away what is older than the tenant keeps, oldest first. */
export function pruneAudit(sql: SqlStorage, nowMs: number, limit = prunedPerRun): void {
  const end = auditEnd(sql);
  if (end === undefined || end > nowMs) return;
  const seconds = readAuditSeconds(sql) ?? 0;
  sql.exec(
    "DELETE FROM audit WHERE at_ms <= ? AND seq IN (SELECT seq FROM audit ORDER BY seq LIMIT ?)",
    nowMs - 1000 * seconds,
    limit,
  );
}

/** When the oldest entry is to go, ms since 1970; undefined for never. */
export function auditEnd(sql: SqlStorage): number | undefined {
  const seconds = readAuditSeconds(sql);
  const oldest = sql.exec("SELECT at_ms FROM audit ORDER BY seq LIMIT 1").toArray().at(0)?.at_ms;
  if (seconds === undefined || oldest === undefined) return undefined;
  return (oldest as number) + 1000 * seconds;
}

/** Audit trail: who did what, when, with what outcome. It never has pixels, embeddings, distances or keys. */
import type { AuditEntry, Context } from "../data.ts";

export interface AuditEvent {
  readonly action: string;
  readonly outcome: string;
  readonly subjectId?: string;
  readonly faceId?: string;
  /** Version of the template that decided. */
  readonly template?: string;
}

/** Old entries that a new entry deletes: more than one, so that none stays for long. */
const prunedPerEntry = 4;

/** Old entries that one run of the alarm deletes. */
const prunedPerRun = 10_000;

export function writeAudit(sql: SqlStorage, event: AuditEvent, context: Context): void {
  const { actor, requestId, nowMs } = context;
  // The context's retention may be older than the tenant's last change. The settings themselves count where they are
  // kept.
  const auditSeconds = settledSeconds(sql) ?? context.auditSeconds;
  if (auditSeconds !== null && auditSeconds !== readAuditSeconds(sql)) {
    sql.exec("INSERT OR REPLACE INTO audit_rule (id, seconds) VALUES (1, ?)", auditSeconds);
  }
  pruneAudit(sql, nowMs, prunedPerEntry);
  sql.exec(
    "INSERT INTO audit (at_ms, actor, action, subject_id, face_id, outcome, template, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    nowMs,
    actor,
    event.action,
    event.subjectId ?? null,
    event.faceId ?? null,
    event.outcome,
    event.template ?? null,
    requestId,
  );
}

/** Reads entries oldest first, from the one after `after` on. */
export function readAudit(sql: SqlStorage, after: number, limit: number): AuditEntry[] {
  const rows = sql.exec("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, limit).toArray();
  return rows.map(toAuditEntry);
}

export function toAuditEntry(row: Record<string, SqlStorageValue>): AuditEntry {
  return {
    seq: row.seq as number,
    atMs: row.at_ms as number,
    actor: row.actor as string,
    action: row.action as string,
    subjectId: row.subject_id as string | null,
    faceId: row.face_id as string | null,
    outcome: row.outcome as string,
    template: row.template as string | null,
    requestId: row.request_id as string,
  };
}

/** Retention of the audit trail by the tenant's settings, s; undefined for a directory that does not keep them. */
function settledSeconds(sql: SqlStorage): number | undefined {
  const [row] = sql.exec("SELECT json_extract(json, '$.auditSeconds') AS seconds FROM setting").toArray();
  return (row?.seconds as number | null | undefined) ?? undefined;
}

/** Retention that a caller last told this directory, s; undefined when it was never told. */
function readAuditSeconds(sql: SqlStorage): number | undefined {
  return sql.exec("SELECT seconds FROM audit_rule").toArray().at(0)?.seconds as number | undefined;
}

/** Deletes what is older than the tenant keeps, oldest first. */
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

/** Time at which the oldest entry is to be deleted, ms since 1970; undefined for never. */
export function auditEnd(sql: SqlStorage): number | undefined {
  const seconds = readAuditSeconds(sql);
  const oldest = sql.exec("SELECT at_ms FROM audit ORDER BY seq LIMIT 1").toArray().at(0)?.at_ms;
  if (seconds === undefined || oldest === undefined) return undefined;
  return (oldest as number) + 1000 * seconds;
}

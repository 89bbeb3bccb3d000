/** Who did what, when, with what outcome: never pixels, embeddings, distances or keys. */
import type { AuditEntry, Context } from "./types.ts";

export interface AuditEvent {
  readonly action: string;
  readonly outcome: string;
  readonly subjectId?: string;
  readonly faceId?: string;
}

export function writeAudit(sql: SqlStorage, event: AuditEvent, { actor, requestId, nowMs }: Context): void {
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

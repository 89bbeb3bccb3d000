/**
 * Tasks that a write in the directory leaves to do outside of it: copies of records to write to the edge or to take
 * away, and entries of the gallery. A task is stored in one transaction with the write that makes it necessary, and
 * is deleted when it is done. After a crash in between, the next call or the alarm does it.
 */
import type { FaceId, SubjectId, TenantId } from "../../ids.ts";
import { jurisdictionOf } from "../../jurisdiction.ts";
import type { RecordCopies } from "../../records/record-copies.ts";
import { readRecord } from "./face-queries.ts";

/** KV operations at once. A Worker may have six connections open, and more would wait in line. */
const batchSize = 6;

export type Target = "copy" | "gallery";

/** Leaves a task for each target. A tenant with a jurisdiction has no copies, and gets no task for them. */
export function enqueue(
  sql: SqlStorage,
  targets: readonly Target[],
  operation: "add" | "remove",
  subjectId: SubjectId,
  faceId: FaceId,
): void {
  for (const target of targets) {
    if (target === "copy" && !hasCopies(sql)) continue;
    sql.exec(
      "INSERT INTO outbox (target, operation, subject_id, face_id) VALUES (?, ?, ?, ?)",
      target,
      operation,
      subjectId,
      faceId,
    );
  }
}

function hasCopies(sql: SqlStorage): boolean {
  const { tenant } = sql.exec("SELECT tenant FROM owner").one();
  return jurisdictionOf(tenant as TenantId) === undefined;
}

/** Enqueues every subject anew, by one of its faces, in place of all outstanding tasks. */
export function enqueueAll(sql: SqlStorage): void {
  sql.exec("DELETE FROM outbox WHERE target = 'gallery'");
  sql.exec(
    `INSERT INTO outbox (target, operation, subject_id, face_id)
     SELECT 'gallery', 'add', subject_id, MIN(face_id) FROM face GROUP BY subject_id ORDER BY subject_id`,
  );
}

/** True when tasks are outstanding for the target, or for any target where none is named. */
export function hasTasks(sql: SqlStorage, target?: Target): boolean {
  const rows =
    target === undefined
      ? sql.exec("SELECT 1 FROM outbox LIMIT 1")
      : sql.exec("SELECT 1 FROM outbox WHERE target = ? LIMIT 1", target);
  return rows.toArray().length > 0;
}

interface CopyTask {
  readonly seqs: number[];
  readonly operation: string;
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
}

/**
 * Writes and removes copies until none is outstanding, in the order of the tasks of each face. Throws when the store
 * of the copies does; tasks done until then stay done.
 *
 * Two runs must not overlap: an older copy could then be written after its removal.
 */
export async function flushCopies(sql: SqlStorage, tenant: TenantId, copies: RecordCopies): Promise<void> {
  for (;;) {
    const tasks = nextCopyTasks(sql);
    if (tasks.length === 0) return;
    const results = await Promise.allSettled(tasks.map((task) => carryOut(sql, tenant, copies, task)));
    for (const [i, { seqs }] of tasks.entries()) {
      if (results[i].status === "rejected") continue;
      for (const seq of seqs) sql.exec("DELETE FROM outbox WHERE seq = ?", seq);
    }
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

/** Reads the oldest tasks, one for each face: its last task replaces all tasks before it. */
function nextCopyTasks(sql: SqlStorage): CopyTask[] {
  const rows = sql
    .exec("SELECT * FROM outbox WHERE target = 'copy' ORDER BY seq LIMIT ?", 4 * batchSize)
    .toArray();
  const tasks = new Map<string, CopyTask>();
  for (const row of rows) {
    const name = `${row.subject_id}!${row.face_id}`;
    const seqs = tasks.get(name)?.seqs ?? [];
    if (seqs.length === 0 && tasks.size === batchSize) continue;
    tasks.set(name, {
      seqs: [...seqs, row.seq as number],
      operation: row.operation as string,
      subjectId: row.subject_id as SubjectId,
      faceId: row.face_id as FaceId,
    });
  }
  return [...tasks.values()];
}

async function carryOut(
  sql: SqlStorage,
  tenant: TenantId,
  copies: RecordCopies,
  { operation, subjectId, faceId }: CopyTask,
): Promise<void> {
  const record = operation === "add" ? readRecord(sql, subjectId, faceId) : undefined;
  // A face that was removed meanwhile has its removal in the queue, or just had it.
  if (record === undefined) await copies.remove(tenant, subjectId, faceId);
  else await copies.write(tenant, subjectId, faceId, record.sealed, record.expiresAtMs);
}

/** Addition or removal of a face. */
export interface GalleryTask {
  readonly seq: number;
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
}

/** Reads tasks of the gallery, oldest first. */
export function readGalleryTasks(sql: SqlStorage, limit: number): GalleryTask[] {
  const rows = sql
    .exec("SELECT * FROM outbox WHERE target = 'gallery' ORDER BY seq LIMIT ?", limit)
    .toArray();
  return rows.map((row) => ({
    seq: row.seq as number,
    subjectId: row.subject_id as SubjectId,
    faceId: row.face_id as FaceId,
  }));
}

export function removeGalleryTasks(sql: SqlStorage, through: number): void {
  sql.exec("DELETE FROM outbox WHERE target = 'gallery' AND seq <= ?", through);
}

export function countGalleryTasks(sql: SqlStorage): number {
  return sql.exec("SELECT COUNT(*) AS count FROM outbox WHERE target = 'gallery'").one().count as number;
}

/** Number of the last task; 0 when none is outstanding. */
export function lastTask(sql: SqlStorage): number {
  const { last } = sql.exec("SELECT MAX(seq) AS last FROM outbox WHERE target = 'gallery'").one();
  return (last as number | null) ?? 0;
}

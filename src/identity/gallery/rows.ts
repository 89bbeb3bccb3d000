/** Tables of a gallery. The first write makes them: a gallery that was only asked leaves nothing behind. */
import type { WrappedKey } from "../../crypto/key-ring.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";
import type { FaceName } from "./types.ts";

/**
 * The bytes of a block stand last in its row, so that the rest is read without them. An entry without a block is a
 * face that could not be read.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS entry (
  id INTEGER PRIMARY KEY, subject_id TEXT NOT NULL, face_id TEXT NOT NULL, block INTEGER,
  UNIQUE (subject_id, face_id)
);
CREATE INDEX IF NOT EXISTS entry_unreadable ON entry (id) WHERE block IS NULL;
CREATE TABLE IF NOT EXISTS block (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, stride INTEGER NOT NULL, young INTEGER NOT NULL,
  count INTEGER NOT NULL, key_id TEXT NOT NULL, kek_id TEXT NOT NULL, wrapped BLOB NOT NULL,
  sealed BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS state (
  id INTEGER PRIMARY KEY CHECK (id = 1), tenant TEXT NOT NULL, epoch TEXT NOT NULL,
  applied_through INTEGER NOT NULL, next_entry INTEGER NOT NULL, next_block INTEGER NOT NULL
);
`;

export function hasSchema(sql: SqlStorage): boolean {
  // The schema makes this table last.
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'state'").toArray().length > 0;
}

export interface State {
  readonly tenant: TenantId;
  readonly epoch: string;
  readonly appliedThrough: number;
  readonly nextEntry: number;
  readonly nextBlock: number;
}

export function readState(sql: SqlStorage): State | undefined {
  const [row] = sql.exec("SELECT * FROM state").toArray();
  if (row === undefined) return undefined;
  return {
    tenant: row.tenant as TenantId,
    epoch: row.epoch as string,
    appliedThrough: row.applied_through as number,
    nextEntry: row.next_entry as number,
    nextBlock: row.next_block as number,
  };
}

export function writeState(sql: SqlStorage, state: State): void {
  sql.exec(
    `INSERT OR REPLACE INTO state (id, tenant, epoch, applied_through, next_entry, next_block)
     VALUES (1, ?, ?, ?, ?, ?)`,
    state.tenant,
    state.epoch,
    state.appliedThrough,
    state.nextEntry,
    state.nextBlock,
  );
}

export interface EntryRow {
  readonly id: number;
  /** Number of the block; null for a face that could not be read. */
  readonly block: number | null;
}

export function findEntry(sql: SqlStorage, [subjectId, faceId]: FaceName): EntryRow | undefined {
  const [row] = sql
    .exec("SELECT id, block FROM entry WHERE subject_id = ? AND face_id = ?", subjectId, faceId)
    .toArray();
  return row === undefined ? undefined : { id: row.id as number, block: row.block as number | null };
}

export function findName(sql: SqlStorage, id: number): FaceName | undefined {
  const [row] = sql.exec("SELECT subject_id, face_id FROM entry WHERE id = ?", id).toArray();
  return row === undefined ? undefined : [row.subject_id as SubjectId, row.face_id as FaceId];
}

export function insertEntry(sql: SqlStorage, { id, block }: EntryRow, [subjectId, faceId]: FaceName): void {
  sql.exec(
    "INSERT INTO entry (id, subject_id, face_id, block) VALUES (?, ?, ?, ?)",
    id,
    subjectId,
    faceId,
    block,
  );
}

export function moveEntry(sql: SqlStorage, id: number, block: number): void {
  sql.exec("UPDATE entry SET block = ? WHERE id = ?", block, id);
}

export function deleteEntry(sql: SqlStorage, id: number): void {
  sql.exec("DELETE FROM entry WHERE id = ?", id);
}

export interface BlockRow extends WrappedKey {
  readonly id: number;
  /** Model and dimension: embeddings of one kind can be compared with each other. */
  readonly kind: string;
  readonly stride: number;
  /** True for the small block that every enrolment writes anew; large blocks grow by whole young blocks. */
  readonly young: boolean;
  readonly count: number;
  /** Name of the data key; each write of the block uses a new one. */
  readonly keyId: string;
}

const columns = "id, kind, stride, young, count, key_id, kek_id, wrapped";

function toBlockRow(row: Record<string, SqlStorageValue>): BlockRow {
  return {
    id: row.id as number,
    kind: row.kind as string,
    stride: row.stride as number,
    young: row.young === 1,
    count: row.count as number,
    keyId: row.key_id as string,
    kekId: row.kek_id as string,
    wrapped: new Uint8Array(row.wrapped as ArrayBuffer),
  };
}

export function readBlockRow(sql: SqlStorage, id: number): BlockRow | undefined {
  const [row] = sql.exec(`SELECT ${columns} FROM block WHERE id = ?`, id).toArray();
  return row === undefined ? undefined : toBlockRow(row);
}

export function readYoungRow(sql: SqlStorage, kind: string): BlockRow | undefined {
  const [row] = sql.exec(`SELECT ${columns} FROM block WHERE kind = ? AND young = 1`, kind).toArray();
  return row === undefined ? undefined : toBlockRow(row);
}

/** Reads the first large block whose number is beyond `after`. */
export function readNextRow(sql: SqlStorage, kind: string, after: number): BlockRow | undefined {
  const [row] = sql
    .exec(
      `SELECT ${columns} FROM block WHERE kind = ? AND young = 0 AND id > ? ORDER BY id LIMIT 1`,
      kind,
      after,
    )
    .toArray();
  return row === undefined ? undefined : toBlockRow(row);
}

/** Finds a large block with room for this many more entries. */
export function findRoom(
  sql: SqlStorage,
  kind: string,
  count: number,
  capacity: number,
): BlockRow | undefined {
  const [row] = sql
    .exec(
      `SELECT ${columns} FROM block WHERE kind = ? AND young = 0 AND count <= ?
       ORDER BY id LIMIT 1`,
      kind,
      capacity - count,
    )
    .toArray();
  return row === undefined ? undefined : toBlockRow(row);
}

export function readSealed(sql: SqlStorage, id: number): Bytes {
  return new Uint8Array(sql.exec("SELECT sealed FROM block WHERE id = ?", id).one().sealed as ArrayBuffer);
}

export function writeBlockRow(sql: SqlStorage, row: BlockRow, sealed: Bytes): void {
  sql.exec(
    `INSERT OR REPLACE INTO block (${columns}, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id,
    row.kind,
    row.stride,
    row.young ? 1 : 0,
    row.count,
    row.keyId,
    row.kekId,
    row.wrapped,
    sealed,
  );
}

export function deleteBlockRow(sql: SqlStorage, id: number): void {
  sql.exec("DELETE FROM block WHERE id = ?", id);
}

export function readWrappedByOthers(sql: SqlStorage, kekId: string): BlockRow[] {
  return sql.exec(`SELECT ${columns} FROM block WHERE kek_id <> ?`, kekId).toArray().map(toBlockRow);
}

/** Replaces a wrapped key. False when the block was written, or its key wrapped, anew meanwhile. */
export function replaceWrap(sql: SqlStorage, row: BlockRow, { kekId, wrapped }: WrappedKey): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE block SET kek_id = ?, wrapped = ? WHERE id = ? AND key_id = ? AND wrapped = ?",
    kekId,
    wrapped,
    row.id,
    row.keyId,
    row.wrapped,
  );
  return rowsWritten > 0;
}

export function countFaces(sql: SqlStorage, kind: string): { faces: number; notCompared: number } {
  const counted = sql
    .exec("SELECT SUM(count) AS all_of_them, SUM(CASE WHEN kind = ? THEN count END) AS own FROM block", kind)
    .one();
  const unreadable = sql.exec("SELECT COUNT(*) AS unreadable FROM entry WHERE block IS NULL").one();
  const own = (counted.own as number | null) ?? 0;
  const others = ((counted.all_of_them as number | null) ?? 0) - own;
  return { faces: own, notCompared: others + (unreadable.unreadable as number) };
}

export function clear(sql: SqlStorage): void {
  sql.exec("DELETE FROM entry");
  sql.exec("DELETE FROM block");
}

/** Tables of a gallery. The first write makes them: a gallery that was only asked leaves nothing behind. */
import type { WrappedKey } from "../../crypto/key-ring.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";

/**
 * The bytes of a block stand last in its row, so that the rest is read without them. An entry is the template of one
 * subject and one kind; its `faces` are the ids of the faces that it was built of, a JSON array. An entry without a block
 * holds the subject's faces that could not be read.
 *
 * An earlier version kept an entry for each face, in the tables `entry`, `block` and `state`. They are dropped when this
 * one's are made: the gallery is built anew from the records.
 */
export const schema = `
DROP TABLE IF EXISTS entry;
DROP TABLE IF EXISTS block;
DROP TABLE IF EXISTS state;
CREATE TABLE IF NOT EXISTS template (
  id INTEGER PRIMARY KEY, subject_id TEXT NOT NULL, kind TEXT NOT NULL, faces TEXT NOT NULL, block INTEGER,
  UNIQUE (subject_id, kind)
);
CREATE INDEX IF NOT EXISTS template_unreadable ON template (id) WHERE block IS NULL;
CREATE TABLE IF NOT EXISTS template_block (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, stride INTEGER NOT NULL, young INTEGER NOT NULL,
  count INTEGER NOT NULL, photos INTEGER NOT NULL, key_id TEXT NOT NULL, kek_id TEXT NOT NULL,
  wrapped BLOB NOT NULL, sealed BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS template_state (
  id INTEGER PRIMARY KEY CHECK (id = 1), tenant TEXT NOT NULL, epoch TEXT NOT NULL,
  applied_through INTEGER NOT NULL, next_entry INTEGER NOT NULL, next_block INTEGER NOT NULL
);
`;

/** Kind of the faces that could not be read. */
export const unreadable = "";

export function hasSchema(sql: SqlStorage): boolean {
  // The schema makes this table last.
  return (
    sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'template_state'").toArray()
      .length > 0
  );
}

export interface State {
  readonly tenant: TenantId;
  readonly epoch: string;
  readonly appliedThrough: number;
  readonly nextEntry: number;
  readonly nextBlock: number;
}

export function readState(sql: SqlStorage): State | undefined {
  const [row] = sql.exec("SELECT * FROM template_state").toArray();
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
    `INSERT OR REPLACE INTO template_state (id, tenant, epoch, applied_through, next_entry, next_block)
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
  readonly subjectId: SubjectId;
  readonly kind: string;
  readonly faces: readonly FaceId[];
  /** Number of the block; null for faces that could not be read. */
  readonly block: number | null;
}

/** Finds the templates of a subject, one for each kind of its faces. */
export function findEntries(sql: SqlStorage, subjectId: SubjectId): EntryRow[] {
  return sql.exec("SELECT * FROM template WHERE subject_id = ?", subjectId).toArray().map(toEntry);
}

export function findTemplate(sql: SqlStorage, id: number): EntryRow | undefined {
  return sql.exec("SELECT * FROM template WHERE id = ?", id).toArray().map(toEntry).at(0);
}

function toEntry(row: Record<string, SqlStorageValue>): EntryRow {
  return {
    id: row.id as number,
    subjectId: row.subject_id as SubjectId,
    kind: row.kind as string,
    faces: JSON.parse(row.faces as string) as FaceId[],
    block: row.block as number | null,
  };
}

export function insertEntry(sql: SqlStorage, { id, subjectId, kind, faces, block }: EntryRow): void {
  sql.exec(
    "INSERT INTO template (id, subject_id, kind, faces, block) VALUES (?, ?, ?, ?, ?)",
    id,
    subjectId,
    kind,
    JSON.stringify(faces),
    block,
  );
}

export function moveEntry(sql: SqlStorage, id: number, block: number): void {
  sql.exec("UPDATE template SET block = ? WHERE id = ?", block, id);
}

export function deleteEntry(sql: SqlStorage, id: number): void {
  sql.exec("DELETE FROM template WHERE id = ?", id);
}

export interface BlockRow extends WrappedKey {
  readonly id: number;
  /** Model and dimension: embeddings of one kind can be compared with each other. */
  readonly kind: string;
  readonly stride: number;
  /** True for the small block that every enrolment writes anew; large blocks grow by whole young blocks. */
  readonly young: boolean;
  readonly count: number;
  /** Number of photos in its templates. */
  readonly photos: number;
  /** Name of the data key; each write of the block uses a new one. */
  readonly keyId: string;
}

const columns = "id, kind, stride, young, count, photos, key_id, kek_id, wrapped";

function toBlockRow(row: Record<string, SqlStorageValue>): BlockRow {
  return {
    id: row.id as number,
    kind: row.kind as string,
    stride: row.stride as number,
    young: row.young === 1,
    count: row.count as number,
    photos: row.photos as number,
    keyId: row.key_id as string,
    kekId: row.kek_id as string,
    wrapped: new Uint8Array(row.wrapped as ArrayBuffer),
  };
}

export function readBlockRow(sql: SqlStorage, id: number): BlockRow | undefined {
  const [row] = sql.exec(`SELECT ${columns} FROM template_block WHERE id = ?`, id).toArray();
  return row === undefined ? undefined : toBlockRow(row);
}

export function readYoungRow(sql: SqlStorage, kind: string): BlockRow | undefined {
  const [row] = sql
    .exec(`SELECT ${columns} FROM template_block WHERE kind = ? AND young = 1`, kind)
    .toArray();
  return row === undefined ? undefined : toBlockRow(row);
}

/** Reads all blocks of a kind, the young one first. */
export function readRows(sql: SqlStorage, kind: string): BlockRow[] {
  return sql
    .exec(`SELECT ${columns} FROM template_block WHERE kind = ? ORDER BY young DESC, id`, kind)
    .toArray()
    .map(toBlockRow);
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
      `SELECT ${columns} FROM template_block WHERE kind = ? AND young = 0 AND count <= ?
       ORDER BY id LIMIT 1`,
      kind,
      capacity - count,
    )
    .toArray();
  return row === undefined ? undefined : toBlockRow(row);
}

export function readSealed(sql: SqlStorage, id: number): Bytes {
  return new Uint8Array(
    sql.exec("SELECT sealed FROM template_block WHERE id = ?", id).one().sealed as ArrayBuffer,
  );
}

export function writeBlockRow(sql: SqlStorage, row: BlockRow, sealed: Bytes): void {
  sql.exec(
    `INSERT OR REPLACE INTO template_block (${columns}, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id,
    row.kind,
    row.stride,
    row.young ? 1 : 0,
    row.count,
    row.photos,
    row.keyId,
    row.kekId,
    row.wrapped,
    sealed,
  );
}

export function deleteBlockRow(sql: SqlStorage, id: number): void {
  sql.exec("DELETE FROM template_block WHERE id = ?", id);
}

export function readWrappedByOthers(sql: SqlStorage, kekId: string): BlockRow[] {
  return sql.exec(`SELECT ${columns} FROM template_block WHERE kek_id <> ?`, kekId).toArray().map(toBlockRow);
}

/** Replaces a wrapped key. False when the block was written, or its key wrapped, anew meanwhile. */
export function replaceWrap(sql: SqlStorage, row: BlockRow, { kekId, wrapped }: WrappedKey): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE template_block SET kek_id = ?, wrapped = ? WHERE id = ? AND key_id = ? AND wrapped = ?",
    kekId,
    wrapped,
    row.id,
    row.keyId,
    row.wrapped,
  );
  return rowsWritten > 0;
}

/** Counts the templates of a kind, and the photos and faces that are not compared with it. */
export function countTemplates(sql: SqlStorage, kind: string): { templates: number; notCompared: number } {
  const counted = sql
    .exec(
      `SELECT SUM(CASE WHEN kind = ? THEN count END) AS own, SUM(CASE WHEN kind <> ? THEN photos END) AS others
       FROM template_block`,
      kind,
      kind,
    )
    .one();
  const damaged = sql
    .exec("SELECT SUM(json_array_length(faces)) AS faces FROM template WHERE block IS NULL")
    .one();
  const [templates, others, unread] = [counted.own, counted.others, damaged.faces].map(
    (count) => (count as number | null) ?? 0,
  );
  return { templates, notCompared: others + unread };
}

export function clear(sql: SqlStorage): void {
  sql.exec("DELETE FROM template");
  sql.exec("DELETE FROM template_block");
}

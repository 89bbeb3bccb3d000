/** Everything that a deployment stores, as JSON: tables of its Durable Objects, their alarms, and KV. */
import { evictDurableObject, listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { base64, directories, galleries, templates } from "./service.ts";

type Cell = string | number | null | { readonly base64: string };

interface TableDump {
  readonly name: string;
  /** Statements that make the table. */
  readonly sql: string;
  readonly rows: readonly Record<string, Cell>[];
  /** The last number that AUTOINCREMENT gave; null for a table without it. */
  readonly lastSeq: number | null;
}

interface ObjectDump {
  readonly id: string;
  readonly tables: readonly TableDump[];
  readonly indexes: readonly string[];
  readonly alarmMs: number | null;
}

export interface StorageDump {
  readonly directories: readonly ObjectDump[];
  readonly galleries: readonly ObjectDump[];
  readonly kv: Readonly<Record<string, string>>;
}

export async function dumpStorage(): Promise<StorageDump> {
  const kv: Record<string, string> = {};
  for (const { name } of (await templates.list()).keys) kv[name] = (await templates.get(name)) ?? "";
  return { directories: await dumpObjects(directories), galleries: await dumpObjects(galleries), kv };
}

/** Puts a dump into objects that have stored nothing yet, under the ids that it had. */
export async function loadStorage(dump: StorageDump): Promise<void> {
  for (const object of dump.directories) await loadObject(directories, object);
  for (const object of dump.galleries) await loadObject(galleries, object);
  for (const [name, value] of Object.entries(dump.kv)) await templates.put(name, value);
}

async function dumpObjects<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
): Promise<ObjectDump[]> {
  const dumps: ObjectDump[] = [];
  for (const id of await listDurableObjectIds(namespace)) {
    dumps.push(
      await runInDurableObject(namespace.get(id), async (_, { storage }) => ({
        id: id.toString(),
        ...dumpSql(storage.sql),
        alarmMs: await storage.getAlarm(),
      })),
    );
  }
  return dumps;
}

function dumpSql(sql: SqlStorage): Pick<ObjectDump, "tables" | "indexes"> {
  const made = sql
    .exec<{ type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .toArray();
  const tables = made
    .filter(({ type }) => type === "table")
    .map(({ name, sql: statement }) => ({
      name,
      sql: statement,
      rows: sql.exec(`SELECT * FROM "${name}"`).toArray().map(encodeRow),
      lastSeq: /AUTOINCREMENT/i.test(statement) ? lastSeqOf(sql, name) : null,
    }));
  return {
    tables,
    indexes: made.filter(({ type }) => type === "index").map(({ sql: statement }) => statement),
  };
}

function lastSeqOf(sql: SqlStorage, table: string): number {
  const [row] = sql.exec<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = ?", table).toArray();
  return row?.seq ?? 0;
}

async function loadObject<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  { id, tables, indexes, alarmMs }: ObjectDump,
): Promise<void> {
  const stub = namespace.get(namespace.idFromString(id));
  await runInDurableObject(stub, async (_, { storage }) => {
    const { sql } = storage;
    for (const { name, sql: statement, rows, lastSeq } of tables) {
      sql.exec(statement);
      for (const row of rows) {
        const columns = Object.keys(row);
        const places = columns.map(() => "?").join(", ");
        sql.exec(
          `INSERT INTO "${name}" (${columns.join(", ")}) VALUES (${places})`,
          ...columns.map((column) => decodeCell(row[column])),
        );
      }
      if (lastSeq !== null)
        sql.exec("INSERT OR REPLACE INTO sqlite_sequence (name, seq) VALUES (?, ?)", name, lastSeq);
    }
    for (const statement of indexes) sql.exec(statement);
    if (alarmMs !== null) await storage.setAlarm(alarmMs);
  });
  // The object read its storage when it started.
  await evictDurableObject(stub);
}

function encodeRow(row: Record<string, SqlStorageValue>): Record<string, Cell> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value instanceof ArrayBuffer ? { base64: base64(new Uint8Array(value)) } : value,
    ]),
  );
}

function decodeCell(cell: Cell): SqlStorageValue {
  if (cell === null || typeof cell !== "object") return cell;
  return Uint8Array.from(atob(cell.base64), (letter) => letter.charCodeAt(0)).buffer;
}

/**
 * Rules of reading and writing a directory: reading makes no tables, every change is one transaction with its line in
 * the audit trail, and no change is made in another tenant's name.
 */
import type { Result } from "../../errors.ts";
import type { TenantId } from "../ids.ts";
import type { Context } from "./data.ts";
import { type AuditEvent, writeAudit } from "./tables/audit.ts";
import { complete, hasSchema, schema } from "./tables/schema.ts";

export type DirectoryStorage = Pick<
  DurableObjectStorage,
  "sql" | "transactionSync" | "getAlarm" | "setAlarm" | "deleteAlarm"
>;

export interface Ledger {
  readonly sql: SqlStorage;
  /** True when anything was ever written. */
  readonly present: boolean;
  /** Tenant that the directory belongs to. Throws when nothing was written yet. */
  owner(): TenantId;
  read<T>(query: () => T, ifNew: T): T;
  write<T>(context: Pick<Context, "tenant">, change: () => T): T;
  /** Runs the change, and writes the event when it succeeds. */
  audited<T>(event: AuditEvent, context: Context, change: () => Result<T>): Result<T>;
}

export function createLedger(storage: DirectoryStorage): Ledger {
  const { sql } = storage;
  let present = hasSchema(sql);
  if (present) complete(sql);

  function write<T>({ tenant }: Pick<Context, "tenant">, change: () => T): T {
    return storage.transactionSync(() => {
      if (!present) sql.exec(schema);
      const [row] = sql.exec("SELECT tenant FROM owner").toArray();
      if (row === undefined) sql.exec("INSERT INTO owner (id, tenant) VALUES (1, ?)", tenant);
      else if (row.tenant !== tenant) throw new Error("a directory was asked in the name of another tenant");
      const result = change();
      present = true;
      return result;
    });
  }

  return {
    sql,
    get present() {
      return present;
    },
    owner: () => sql.exec("SELECT tenant FROM owner").one().tenant as TenantId,
    read: (query, ifNew) => (present ? query() : ifNew),
    write,
    audited(event, context, change) {
      return write(context, () => {
        const result = change();
        if (result.ok) writeAudit(sql, event, context);
        return result;
      });
    },
  };
}

/** The audit trail of a tenant, oldest first, one directory after the other. */
import * as z from "zod";
import { ok, type Result } from "../errors.ts";
import type { Caller } from "./caller.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { AuditEntry } from "./directory/data.ts";
import type { AdministrationDirectory, OpenDirectory } from "./directory/types.ts";

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly nextCursor: string | undefined;
}

/** Lists entries. Fails with `invalid_request` for a cursor that no listing made. */
export type ListAudit = (
  caller: Pick<Caller, "tenant" | "settings">,
  page: { readonly limit: number; readonly cursor?: string | undefined },
) => Promise<Result<AuditPage>>;

const placeSchema = z.strictObject({ shard: z.int().min(0), after: z.int().min(0) });

export function createListAudit(
  openDirectory: OpenDirectory<Pick<AdministrationDirectory, "listAudit">>,
): ListAudit {
  return async ({ tenant, settings: { shards } }, { limit, cursor }) => {
    const start = cursor === undefined ? ok({ shard: 0, after: 0 }) : decodeCursor(placeSchema, cursor);
    if (!start.ok) return start;
    const entries: AuditEntry[] = [];
    let { shard, after } = start.value;
    while (shard < shards && entries.length < limit) {
      const found = await openDirectory(tenant, shard).listAudit({ after, limit: limit - entries.length });
      entries.push(...found);
      if (entries.length === limit) after = entries[limit - 1].seq;
      else [shard, after] = [shard + 1, 0];
    }
    return ok({ entries, nextCursor: shard < shards ? encodeCursor({ shard, after }) : undefined });
  };
}

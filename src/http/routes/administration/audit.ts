/** The audit trail of a tenant, oldest first, one directory after the other. */
import type { Context } from "hono";
import * as z from "zod";
import { ok } from "../../../errors.ts";
import { decodeCursor, encodeCursor } from "../../../identity/cursor.ts";
import type { AuditEntry } from "../../../identity/directory/data.ts";
import { answer, refuse } from "../../answer.ts";
import type { AppEnv, Deps } from "../../deps.ts";
import { checkQuery } from "../../request/input.ts";
import type { auditAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";
import { listQuerySchema } from "../../schemas/requests.ts";

const placeSchema = z.strictObject({ shard: z.int().min(0), after: z.int().min(0) });

/** GET /v1/audit?limit&cursor */
export function listAudit({ openDirectory, config }: Deps) {
  const querySchema = listQuerySchema(config);
  return async (c: Context<AppEnv>): Promise<Response> => {
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const { limit, cursor } = query.value;
    const start = cursor === undefined ? ok({ shard: 0, after: 0 }) : decodeCursor(placeSchema, cursor);
    if (!start.ok) return refuse(c, start.failure);
    const { tenant } = c.var.principal;
    const { shards } = c.var.settings;
    const entries: AuditEntry[] = [];
    let { shard, after } = start.value;
    while (shard < shards && entries.length < limit) {
      const found = await openDirectory(tenant, shard).listAudit({ after, limit: limit - entries.length });
      entries.push(...found);
      if (entries.length === limit) after = entries[limit - 1].seq;
      else [shard, after] = [shard + 1, 0];
    }
    return answer(c, 200, {
      entries: entries.map(({ atMs, actor, action, subjectId, faceId, outcome, requestId }) => ({
        at: new Date(atMs).toISOString(),
        actor,
        action,
        subject_id: subjectId,
        face_id: faceId,
        outcome,
        request_id: requestId,
      })),
      next_cursor: shard < shards ? encodeCursor({ shard, after }) : null,
    } satisfies Body<typeof auditAnswerSchema>);
  };
}

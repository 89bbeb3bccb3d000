/** The audit trail of a tenant. */
import type { ListAudit } from "../../../identity/audit-trail.ts";
import type { AuditEntry } from "../../../identity/directory/data.ts";
import { jurisdictionOf } from "../../../identity/jurisdiction.ts";
import { answer, refuse } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
import { checkQuery } from "../../request/input.ts";
import type { auditAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";
import { listQuerySchema, type PageSizes } from "../../schemas/requests.ts";

interface AuditDeps {
  readonly listAudit: ListAudit;
  readonly config: PageSizes;
}

/** GET /v1/audit?limit&cursor */
export function showAudit({ listAudit, config }: AuditDeps): Handler {
  const querySchema = listQuerySchema(config);
  return async (c) => {
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const page = await listAudit(callerOf(c), query.value);
    if (!page.ok) return refuse(c, page.failure);
    return answer(c, 200, {
      jurisdiction: jurisdictionOf(c.var.principal.tenant) ?? null,
      entries: page.value.entries.map(auditEntryBody),
      next_cursor: page.value.nextCursor ?? null,
    } satisfies Body<typeof auditAnswerSchema>);
  };
}

export function auditEntryBody(entry: AuditEntry) {
  const { atMs, actor, action, subjectId, faceId, outcome, template, requestId } = entry;
  return {
    at: new Date(atMs).toISOString(),
    actor,
    action,
    subject_id: subjectId,
    face_id: faceId,
    outcome,
    ...(template === null ? {} : { template }),
    request_id: requestId,
  };
}

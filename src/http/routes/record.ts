/** The record of one person, for requests of access. */

import type { TenantId } from "../../identity/ids.ts";
import { jurisdictionOf } from "../../identity/jurisdiction.ts";
import type { ShowRecord, SubjectRecord } from "../../identity/store/subject-record.ts";
import { measuresBody } from "../../rendering/face-body.ts";
import { answer, refuse } from "../answer.ts";
import type { Handler } from "../app-env.ts";
import { callerOf } from "../caller.ts";
import { checkQuery, subjectIdOf } from "../request/input.ts";
import type { Body } from "../schemas/answers.ts";
import type { recordAnswerSchema } from "../schemas/record.ts";
import { listQuerySchema, type PageSizes } from "../schemas/requests.ts";
import { auditEntryBody } from "./administration/audit.ts";
import { type ConsentDeps, consentReceiptField } from "./faces.ts";
import { summaryBody } from "./subjects.ts";

interface RecordDeps extends ConsentDeps {
  readonly showRecord: ShowRecord;
  readonly config: PageSizes;
  /** True for a tenant of which sealed records are copied to KV. */
  readonly hasCopies: (tenant: TenantId) => boolean;
}

/** GET /v1/subjects/{subject_id}/record?limit&cursor: `limit` is the number of entries of the audit trail. */
export function showSubjectRecord(deps: RecordDeps): Handler {
  const querySchema = listQuerySchema(deps.config);
  return async (c) => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const record = await deps.showRecord(callerOf(c), subjectId.value, query.value);
    if (!record.ok) return refuse(c, record.failure);
    const { tenant } = c.var.principal;
    const jurisdiction = jurisdictionOf(tenant) ?? null;
    const { faces, audit, nextCursor, lastFailureAt, lastUse } = record.value;
    return answer(c, 200, {
      subject_id: subjectId.value,
      tenant_id: tenant,
      jurisdiction,
      faces: await Promise.all(
        faces.map(async (face) => ({
          ...summaryBody(face),
          ...(await consentReceiptField(c, deps, true, subjectId.value, face, face)),
          template: { numbers: face.dimension, key_id: face.keyId, wrapped_by: face.kekId },
          ...(face.quality && { quality: measuresBody(face.quality) }),
        })),
      ),
      attempts: {
        failures: record.value.failures,
        last_failure_at: lastFailureAt?.toISOString() ?? null,
      },
      score_trend: trendBody(record.value.trend, c.var.principal.scopes.has("scores")),
      last_used_on: lastUse?.toISOString().slice(0, 10) ?? null,
      kept_beside: besideBody(record.value),
      copies: [
        "gallery: an 8-bit template of the person, sealed",
        ...(deps.hasCopies(tenant) ? ["kv: the sealed record of each face"] : []),
      ],
      audit: audit.map(auditEntryBody),
      next_cursor: nextCursor ?? null,
    } satisfies Body<typeof recordAnswerSchema>);
  };
}

/** The trend of the person's scores; the scores themselves are for callers who are told scores. */
function trendBody(trend: SubjectRecord["trend"], tellsScores: boolean) {
  if (trend === null) return null;
  const { matches, first, recent } = trend;
  if (!tellsScores) return { matches };
  return { matches, first: Number(first.toFixed(3)), recent: Number(recent.toFixed(3)) };
}

function besideBody({ sketches, keptRequests, sessions }: SubjectRecord) {
  return { sketches, requests: keptRequests, sessions };
}

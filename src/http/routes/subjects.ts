/** Subjects: one with its faces, all of them by pages, and the deletion of one or of a face of it. */
import type { Context } from "hono";
import type { Erasure } from "../../identity/directory/data.ts";
import { hasJoined, type SubjectId } from "../../identity/ids.ts";
import type { FaceSummary } from "../../identity/store/store.ts";
import type { CertifyDeletion } from "../../trust/statements/deletion-certificate.ts";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Handler } from "../app-env.ts";
import { callerOf } from "../caller.ts";
import { checkQuery, faceIdOf, subjectIdOf } from "../request/input.ts";
import type { unlockAnswerSchema } from "../schemas/administration-answers.ts";
import type {
  Body,
  deletionAnswerSchema,
  subjectAnswerSchema,
  subjectListAnswerSchema,
} from "../schemas/answers.ts";
import { listQuerySchema, type PageSizes } from "../schemas/requests.ts";
import { conflictingField } from "./faces.ts";

/** GET /v1/subjects/{subject_id} */
export function getSubject(): Handler {
  return async (c) => {
    const { store } = c.var;
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const faces = await store.describeFaces(subjectId.value);
    if (!faces.ok) return refuse(c, faces.failure);
    return answer(c, 200, {
      subject_id: subjectId.value,
      faces: faces.value.map(summaryBody),
    } satisfies Body<typeof subjectAnswerSchema>);
  };
}

interface SubjectListDeps {
  readonly config: PageSizes;
}

/** GET /v1/subjects?limit&cursor */
export function listSubjects({ config }: SubjectListDeps): Handler {
  const querySchema = listQuerySchema(config);
  return async (c) => {
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const page = await c.var.store.listSubjects(query.value);
    if (!page.ok) return refuse(c, page.failure);
    return answer(c, 200, {
      subjects: page.value.subjectIds.map((subjectId) => ({ subject_id: subjectId })),
      next_cursor: page.value.nextCursor ?? null,
    } satisfies Body<typeof subjectListAnswerSchema>);
  };
}

interface DeletionDeps {
  readonly certifyDeletion: CertifyDeletion;
  readonly clock: () => Date;
}

/** DELETE /v1/subjects/{subject_id} */
export function deleteSubject(deps: DeletionDeps): Handler {
  return async (c) => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const deleted = await c.var.store.deleteSubject(subjectId.value);
    if (!deleted.ok) return refuse(c, deleted.failure);
    return answer(c, 200, await deletionBody(c, deps, subjectId.value, deleted.value));
  };
}

/** DELETE /v1/subjects/{subject_id}/faces/{face_id} */
export function deleteFace(deps: DeletionDeps): Handler {
  return async (c) => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const faceId = faceIdOf(c);
    if (!faceId.ok) return refuse(c, faceId.failure);
    const deleted = await c.var.store.deleteFace(subjectId.value, faceId.value);
    if (!deleted.ok) return refuse(c, deleted.failure);
    return answer(c, 200, await deletionBody(c, deps, subjectId.value, deleted.value));
  };
}

/** DELETE /v1/subjects/{subject_id}/joined */
export function deleteJoined(deps: DeletionDeps): Handler {
  return async (c) => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const deleted = await c.var.store.deleteJoined(subjectId.value);
    if (!deleted.ok) return refuse(c, deleted.failure);
    return answer(c, 200, await deletionBody(c, deps, subjectId.value, deleted.value));
  };
}

async function deletionBody(
  c: Context<AppEnv>,
  { certifyDeletion, clock }: DeletionDeps,
  subjectId: SubjectId,
  erasure: Erasure,
): Promise<Body<typeof deletionAnswerSchema>> {
  return {
    subject_id: subjectId,
    deleted_faces: erasure.faces.map(({ faceId }) => faceId),
    certificate: await certifyDeletion(callerOf(c), subjectId, erasure, clock()),
  };
}

/** POST /v1/subjects/{subject_id}/unlock */
export function unlockSubject(): Handler {
  return async (c) => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const unlocked = await c.var.store.unlock(subjectId.value);
    if (!unlocked.ok) return refuse(c, unlocked.failure);
    return answer(c, 200, { subject_id: subjectId.value } satisfies Body<typeof unlockAnswerSchema>);
  };
}

export function summaryBody({ faceId, model, createdAt, expiresAt, consent, metadata }: FaceSummary) {
  return {
    face_id: faceId,
    model,
    created_at: createdAt.toISOString(),
    ...(hasJoined(faceId) ? { joined: true as const } : {}),
    ...conflictingField(faceId),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt.toISOString() }),
    ...(consent === undefined
      ? {}
      : { consent: { version: consent.version, purpose: consent.purpose, at: consent.at.toISOString() } }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
  };
}

/** Session tokens: a server asks for one, a phone verifies with it. */
import type { SubjectId } from "../../identity/ids.ts";
import { challengeBody } from "../../rendering/challenge-body.ts";
import type { OpenSession } from "../../trust/sessions/sessions.ts";
import { answer, refuse } from "../answer.ts";
import type { Handler } from "../app-env.ts";
import { callerOf } from "../caller.ts";
import { readJson } from "../request/json.ts";
import { sessionRequestSchema } from "../schemas/administration.ts";
import type { sessionAnswerSchema } from "../schemas/administration-answers.ts";
import type { Body } from "../schemas/answers.ts";

interface SessionDeps {
  readonly openSession: OpenSession;
}

/** POST /v1/sessions */
export function createSession({ openSession }: SessionDeps): Handler {
  return async (c) => {
    const request = await readJson(c, sessionRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const { subject_id, action, liveness, max_uses, ttl_seconds, max_fmr } = request.value;
    const opened = await openSession(callerOf(c), c.var.principal, {
      subjectId: subject_id as SubjectId,
      action,
      liveness: liveness !== undefined,
      maxUses: max_uses,
      ttlSeconds: ttl_seconds,
      maxFmr: max_fmr,
    });
    if (!opened.ok) return refuse(c, opened.failure);
    const { token, expiresAtMs, nonce, challenge } = opened.value;
    return answer(c, 201, {
      token,
      expires_at: new Date(expiresAtMs).toISOString(),
      nonce,
      ...(challenge === undefined
        ? {}
        : { challenge: challengeBody(challenge, max_uses, new Date(expiresAtMs)) }),
    } satisfies Body<typeof sessionAnswerSchema>);
  };
}

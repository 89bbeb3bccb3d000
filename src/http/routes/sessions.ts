/** Session tokens: a server asks for one, a phone verifies with it. */
import type { Context } from "hono";
import { encodeBase64Url } from "../../crypto/base64.ts";
import { thresholdAt } from "../../face/calibration.ts";
import type { SubjectId } from "../../identity/ids.ts";
import { shardOf } from "../../identity/tenant-store.ts";
import { chooseRate } from "../../trust/rate-choice.ts";
import { answer, refuse } from "../answer.ts";
import { directoryContext } from "../context.ts";
import type { AppEnv, Deps } from "../deps.ts";
import { readJson } from "../request/json.ts";
import { sessionRequestSchema } from "../schemas/administration.ts";
import type { sessionAnswerSchema } from "../schemas/administration-answers.ts";
import type { Body } from "../schemas/answers.ts";

const nonceBytes = 16;

/** POST /v1/sessions */
export function createSession(deps: Deps) {
  const { openDirectory, sessionTokens, randomBytes, calibration } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const request = await readJson(c, sessionRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const { subject_id, action, max_uses, ttl_seconds, max_fmr } = request.value;
    const subjectId = subject_id as SubjectId;
    const { principal, settings } = c.var;
    const { tenant } = principal;
    const chosen = chooseRate(principal, settings, { maxFmr: max_fmr });
    if (!chosen.ok) return refuse(c, chosen.failure);
    const { maxFmr } = chosen.value;
    const threshold = thresholdAt(calibration, maxFmr);
    if (!threshold.ok) return refuse(c, threshold.failure);
    const context = directoryContext(c, deps);
    // A JWT counts in whole seconds.
    const expiresAtMs = 1000 * Math.ceil(context.nowMs / 1000 + ttl_seconds);
    const id = encodeBase64Url(randomBytes(nonceBytes));
    const nonce = encodeBase64Url(randomBytes(nonceBytes));
    const directory = openDirectory(tenant, shardOf(subjectId, settings.shards));
    const added = await directory.addSession({ id, subjectId, usesLeft: max_uses, expiresAtMs }, context);
    if (!added.ok) return refuse(c, added.failure);
    const session = { id, tenant, subjectId, action, nonce, maxFmr, expiresAtMs };
    return answer(c, 201, {
      token: await sessionTokens.issue(session),
      expires_at: new Date(expiresAtMs).toISOString(),
      nonce,
    } satisfies Body<typeof sessionAnswerSchema>);
  };
}

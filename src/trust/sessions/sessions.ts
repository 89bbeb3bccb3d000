/** Sessions: a server asks for one, and a phone verifies or enrols with its token. */
import { encodeBase64Url } from "../../crypto/base64.ts";
import { chanceOf, type RandomBytes } from "../../crypto/random.ts";
import { fail, ok, type Result } from "../../errors.ts";
import { type Calibration, thresholdAt } from "../../face/decision/calibration.ts";
import { type Challenge, drawChallenge } from "../../face/liveness/challenge.ts";
import { type Caller, contextOf } from "../../identity/caller.ts";
import type { OpenDirectory, VerificationDirectory } from "../../identity/directory/types.ts";
import type { SubjectId } from "../../identity/ids.ts";
import { shardOf } from "../../identity/store/tenant-store.ts";
import type { Principal, SessionAction } from "../principal.ts";
import { chooseRate } from "../rates/rate-choice.ts";
import type { SessionTokens } from "./session-token.ts";

const nonceBytes = 16;

export interface SessionRequest {
  readonly subjectId: SubjectId;
  readonly action: SessionAction;
  /** True for a session whose every use answers a challenge. */
  readonly liveness: boolean;
  readonly maxUses: number;
  readonly ttlSeconds: number;
  /** False match rate; undefined leaves it to the tenant. */
  readonly maxFmr: number | undefined;
}

export interface OpenedSession {
  readonly token: string;
  readonly expiresAtMs: number;
  /** Nonce that comes back in the receipts of the session, base64url. */
  readonly nonce: string;
  /** Poses that the first use must show; undefined without liveness. */
  readonly challenge: Challenge | undefined;
}

/**
 * Opens a session. Fails with `forbidden` or `invalid_request` for a rate, with `forbidden` for an enrolment by a caller
 * who may not enrol, with `invalid_request` for an enrolment without liveness, or with `subject_has_no_faces`.
 */
export type OpenSession = (
  caller: Caller,
  principal: Principal,
  request: SessionRequest,
) => Promise<Result<OpenedSession>>;

export interface SessionsDeps {
  readonly openDirectory: OpenDirectory<Pick<VerificationDirectory, "addSession">>;
  readonly sessionTokens: Pick<SessionTokens, "issue">;
  readonly calibration: Calibration;
  readonly randomBytes: RandomBytes;
  readonly clock: () => Date;
}

export function createOpenSession(deps: SessionsDeps): OpenSession {
  const { openDirectory, sessionTokens, calibration, randomBytes, clock } = deps;
  return async (caller, principal, request) => {
    const { subjectId, action, liveness, maxUses, ttlSeconds, maxFmr: asked } = request;
    const { tenant, settings } = caller;
    if (action === "enrol" && !principal.scopes.has("enrol")) {
      return fail({ code: "forbidden", reason: 'This key does not have the scope "enrol".' });
    }
    if (action === "enrol" && !liveness) {
      const reason = 'A session that enrols needs "liveness": "challenge".';
      return fail({ code: "invalid_request", field: "liveness", reason });
    }
    const chosen = chooseRate(principal, settings, { maxFmr: asked });
    if (!chosen.ok) return chosen;
    const { maxFmr } = chosen.value;
    const threshold = thresholdAt(calibration, maxFmr);
    if (!threshold.ok) return threshold;
    const context = contextOf(caller, clock());
    // A JWT counts time in whole seconds.
    const expiresAtMs = 1000 * Math.ceil(context.nowMs / 1000 + ttlSeconds);
    const id = encodeBase64Url(randomBytes(nonceBytes));
    const nonce = encodeBase64Url(randomBytes(nonceBytes));
    const directory = openDirectory(tenant, shardOf(subjectId, settings.shards));
    const challenge = liveness ? drawChallenge(chanceOf(randomBytes)) : undefined;
    const session = {
      id,
      subjectId,
      usesLeft: maxUses,
      expiresAtMs,
      needsFace: action === "verify",
      challenge: challenge ?? null,
    };
    const added = await directory.addSession(session, context);
    if (!added.ok) return added;
    const claims = { id, tenant, subjectId, action, nonce, liveness, maxFmr, expiresAtMs };
    return ok({ token: await sessionTokens.issue(claims), expiresAtMs, nonce, challenge });
  };
}

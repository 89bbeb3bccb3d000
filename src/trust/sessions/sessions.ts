/** Sessions: a server asks for one, and a phone verifies with its token. */
import { encodeBase64Url } from "../../crypto/base64.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import { ok, type Result } from "../../errors.ts";
import { type Calibration, thresholdAt } from "../../face/decision/calibration.ts";
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
}

/** Opens a session. Fails with `forbidden` or `invalid_request` for a rate, or with `subject_has_no_faces`. */
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
  return async (caller, principal, { subjectId, action, maxUses, ttlSeconds, maxFmr: asked }) => {
    const { tenant, settings } = caller;
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
    const added = await directory.addSession({ id, subjectId, usesLeft: maxUses, expiresAtMs }, context);
    if (!added.ok) return added;
    const token = await sessionTokens.issue({ id, tenant, subjectId, action, nonce, maxFmr, expiresAtMs });
    return ok({ token, expiresAtMs, nonce });
  };
}

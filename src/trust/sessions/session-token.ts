/**
 * Session tokens for phones: a JWT (RFC 7519) signed with EdDSA (RFC 8037), bound to a tenant, a subject, an action
 * and a nonce. The token says what may be done. The subject's directory counts its uses under the token's `jti`, so a
 * copied token has no uses of its own.
 */
import { SignJWT } from "jose";
import * as z from "zod";
import { fail, ok, type Result } from "../../errors.ts";
import { parseSubjectId, parseTenantId, type SubjectId, type TenantId } from "../../identity/ids.ts";
import { claimedTenant, verifyOwnToken } from "../keys/own-tokens.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import { type SessionAction, type SessionPrincipal, sessionActions } from "../principal.ts";

const issuer = "sameface";
const type = "sameface-session+jwt";

export interface Session {
  readonly id: string;
  readonly tenant: TenantId;
  readonly subjectId: SubjectId;
  readonly action: SessionAction;
  readonly nonce: string;
  readonly liveness: boolean;
  readonly maxFmr: number | undefined;
  readonly expiresAtMs: number;
}

export interface SessionTokens {
  issue(session: Session): Promise<string>;
  /** Verifies a token. Fails with `unauthorized` for one that was not issued here, was altered, or has expired. */
  verify(token: string): Promise<Result<SessionPrincipal>>;
}

const claimsSchema = z.object({
  jti: z.string().min(1),
  exp: z.number(),
  sub: z.string(),
  tenant: z.string(),
  action: z.enum(sessionActions),
  nonce: z.string().min(1),
  liveness: z.literal("challenge").optional(),
  max_fmr: z.number().optional(),
});

export function createSessionTokens(
  keys: Pick<SigningKeys, "current" | "publicKey">,
  clock: () => Date,
): SessionTokens {
  return {
    async issue({ id, tenant, subjectId, action, nonce, liveness, maxFmr, expiresAtMs }) {
      const { id: kid, privateKey } = await keys.current(tenant);
      return new SignJWT({
        tenant,
        action,
        nonce,
        ...(liveness && { liveness: "challenge" }),
        ...(maxFmr === undefined ? {} : { max_fmr: maxFmr }),
      })
        .setProtectedHeader({ alg: "EdDSA", typ: type, kid })
        .setIssuer(issuer)
        .setSubject(subjectId)
        .setJti(id)
        .setIssuedAt(clock())
        .setExpirationTime(new Date(expiresAtMs))
        .sign(privateKey);
    },

    async verify(token) {
      const payload = await verifyOwnToken(keys, claimedTenant(token), token, {
        issuer,
        typ: type,
        currentDate: clock(),
        requiredClaims: ["exp", "jti", "sub", "iat"],
      });
      if (!payload.ok) return payload;
      const claims = claimsSchema.safeParse(payload.value);
      if (!claims.success) return fail({ code: "unauthorized", reason: "the token's claims are malformed" });
      const { jti, sub, action, nonce, exp, liveness, max_fmr } = claims.data;
      const tenant = parseTenantId(claims.data.tenant);
      const subjectId = parseSubjectId(sub);
      if (tenant === undefined || subjectId === undefined) {
        return fail({ code: "unauthorized", reason: "the token names no tenant or no subject" });
      }
      return ok({
        kind: "session",
        tenant,
        scopes: new Set([action]),
        actor: `session:${jti}`,
        sessionId: jti,
        subjectId,
        action,
        nonce,
        expiresAtMs: 1000 * exp,
        liveness: liveness !== undefined,
        maxFmr: max_fmr,
      });
    },
  };
}

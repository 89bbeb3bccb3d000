/** Verification of tokens that this deployment signed: JWTs (RFC 7519) with EdDSA (RFC 8037) by its signing keys. */
import { decodeJwt, errors, type JWTVerifyOptions, jwtVerify } from "jose";
import { fail, ok, type Result } from "../../errors.ts";
import { parseTenantId, type TenantId } from "../../identity/ids.ts";
import type { SigningKeys } from "./signing-keys.ts";

/**
 * Reads the tenant that a token names, before its signature is verified: the tenant says where the keys are that may have
 * signed it. Undefined for a text that names none.
 */
export function claimedTenant(token: string): TenantId | undefined {
  try {
    const { tenant } = decodeJwt(token);
    return typeof tenant === "string" ? parseTenantId(tenant) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the payload of a token that a signing key for the tenant signed, and that meets the options: issuer, type,
 * date and claims. Fails with `unauthorized`, whose reason is jose's code.
 */
export async function verifyOwnToken(
  keys: Pick<SigningKeys, "publicKey">,
  tenant: TenantId | undefined,
  token: string,
  options: Pick<JWTVerifyOptions, "issuer" | "typ" | "currentDate" | "requiredClaims">,
): Promise<Result<unknown>> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = kid === undefined || tenant === undefined ? undefined : await keys.publicKey(tenant, kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      { ...options, algorithms: ["EdDSA"] },
    );
    return ok(payload);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    return fail({ code: "unauthorized", reason: `the token is refused: ${error.code}` });
  }
}

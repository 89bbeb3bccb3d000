/** Verification of tokens that this deployment signed: JWTs (RFC 7519) with EdDSA (RFC 8037) by its signing keys. */
import { errors, type JWTVerifyOptions, jwtVerify } from "jose";
import { fail, ok, type Result } from "../../errors.ts";
import type { SigningKeys } from "./signing-keys.ts";

/**
 * Returns the payload of a token that a signing key of the deployment signed, and that meets the options: issuer, type,
 * date and claims. Fails with `unauthorized`, whose reason is jose's code.
 */
export async function verifyOwnToken(
  keys: Pick<SigningKeys, "publicKey">,
  token: string,
  options: Pick<JWTVerifyOptions, "issuer" | "typ" | "currentDate" | "requiredClaims">,
): Promise<Result<unknown>> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = kid === undefined ? undefined : await keys.publicKey(kid);
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

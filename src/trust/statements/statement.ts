/**
 * Statements of the service for people and authorities: JSON as a JWS (RFC 7515) signed with EdDSA (RFC 8037) by the
 * key of the tenant's jurisdiction. Anybody can check one offline against `/.well-known/jwks.json`, without end: a
 * statement does not expire, and needs nothing that the service still has to keep.
 */
import { CompactSign } from "jose";
import type { TenantId } from "../../identity/ids.ts";
import { jurisdictionOf } from "../../identity/jurisdiction.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";

export type StatementType = "sameface-deletion+jws" | "sameface-consent+jws";

/** Signs claims about a tenant's subject, beside issuer, time, tenant and jurisdiction. */
export type SignStatement = (
  type: StatementType,
  about: { readonly tenant: TenantId; readonly at: Date },
  claims: object,
) => Promise<string>;

export function createStatements(keys: Pick<SigningKeys, "current">): SignStatement {
  return async (type, { tenant, at }, claims) => {
    const { id: kid, privateKey } = await keys.current(tenant);
    const payload = {
      iss: "sameface",
      iat: Math.floor(at.getTime() / 1000),
      time: at.toISOString(),
      tenant,
      jurisdiction: jurisdictionOf(tenant) ?? null,
      ...claims,
    };
    return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "EdDSA", typ: type, kid })
      .sign(privateKey);
  };
}

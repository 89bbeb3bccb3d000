/**
 * Receipts: a verification's outcome as a JWS (RFC 7515) signed with EdDSA (RFC 8037), which anybody
 * can check offline against `/.well-known/jwks.json`. It names the photo by its SHA-256 and carries
 * neither a distance nor an embedding.
 */
import { CompactSign } from "jose";
import type { TenantId } from "../identity/ids.ts";
import { jurisdictionOf } from "../identity/jurisdiction.ts";
import type { SigningKeys } from "./keys/signing-keys.ts";

const type = "sameface-receipt+jws";

export interface Receipt {
  readonly tenant: TenantId;
  readonly subjectId: string;
  readonly match: boolean;
  readonly threshold: number;
  readonly maxFmr: number;
  readonly model: string;
  /** Template that decided. */
  readonly template: { readonly version: string; readonly photos: number };
  /** SHA-256 of the encoder's bytes, hex. */
  readonly modelSha256: string;
  /** SHA-256 of the photo as sent, hex; null when an embedding was sent in its place. */
  readonly imageSha256: string | null;
  /** Challenge that was answered, and SHA-256 of each frame as sent, hex; absent without liveness. */
  readonly liveness?: { readonly challenge: readonly string[]; readonly framesSha256: readonly string[] };
  /** Nonce of the session or of the caller; null for none. */
  readonly nonce: string | null;
  readonly requestId: string;
  readonly at: Date;
}

/** Names of what a match with liveness has passed. */
const livenessChecks = ["identity", "poses", "relief", "scene", "distinct"] as const;

export type SignReceipt = (receipt: Receipt) => Promise<string>;

export function createReceipts(keys: Pick<SigningKeys, "current">): SignReceipt {
  return async (receipt) => {
    const { id: kid, privateKey } = await keys.current(receipt.tenant);
    const payload = {
      iss: "sameface",
      iat: Math.floor(receipt.at.getTime() / 1000),
      time: receipt.at.toISOString(),
      tenant: receipt.tenant,
      ...jurisdictionClaim(receipt.tenant),
      subject_id: receipt.subjectId,
      match: receipt.match,
      threshold: receipt.threshold,
      max_fmr: receipt.maxFmr,
      model: receipt.model,
      model_sha256: receipt.modelSha256,
      template: { version: receipt.template.version, photos: receipt.template.photos },
      image_sha256: receipt.imageSha256,
      ...(receipt.liveness && {
        liveness: {
          checked: livenessChecks,
          challenge: receipt.liveness.challenge,
          frames_sha256: receipt.liveness.framesSha256,
        },
      }),
      nonce: receipt.nonce,
      request_id: receipt.requestId,
    };
    return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "EdDSA", typ: type, kid })
      .sign(privateKey);
  };
}

/** Claim of the jurisdiction in which the tenant is kept; none for a tenant without one. */
function jurisdictionClaim(tenant: TenantId): { readonly jurisdiction?: string } {
  const jurisdiction = jurisdictionOf(tenant);
  return jurisdiction === undefined ? {} : { jurisdiction };
}

/**
 * Evidence of an embedding: the measures of its photo, for the caller who keeps the embedding and sends it later in place of
 * the photo. It is a JWT (RFC 7519) signed with EdDSA (RFC 8037), bound to the tenant, the encoder and the embedding's
 * bytes. It is signed rather than sealed by the KEK, since it must outlive the KEK: a signing key verifies without end. It
 * tells no more than the answer that it came with.
 */
import { SignJWT } from "jose";
import * as z from "zod";
import { encodeBase64Url } from "../crypto/base64.ts";
import { sha256 } from "../crypto/digest.ts";
import { encodeFloat32 } from "../crypto/float32.ts";
import { fail, ok, type Result } from "../errors.ts";
import type { Embedding } from "../face/embedding.ts";
import type { Quality } from "../face/quality/quality.ts";
import type { TenantId } from "../identity/ids.ts";
import { verifyOwnToken } from "./keys/own-tokens.ts";
import type { SigningKeys } from "./keys/signing-keys.ts";

const issuer = "sameface";
const type = "sameface-evidence+jwt";

export interface EvidenceTokens {
  issue(tenant: TenantId, embedding: Embedding, quality: Quality): Promise<string>;
  /**
   * Reads the measures. Fails with `invalid_request` (field `evidence`) for a token that was not signed here or was altered,
   * and for one of another tenant, encoder or embedding.
   */
  verify(token: string, tenant: TenantId, embedding: Embedding): Promise<Result<SignedQuality>>;
}

const measure = z.number();

/** Claims by the names of `Quality`; a measure that is not a number is null in JSON. */
const qualitySchema = z.strictObject({
  eyeDistancePx: measure,
  sharpness: measure,
  brightness: measure,
  contrast: measure,
  yaw: measure,
  pitch: measure,
  roll: measure,
  agreement: measure,
  inFrame: measure,
  recognisability: measure.min(0).max(1),
  /** Missing in a token that was signed before there was this measure. */
  occlusion: measure.min(0).max(1).exactOptional(),
} satisfies Record<keyof Quality, z.ZodType<number>>);

/** Measures in a token. */
export type SignedQuality = z.output<typeof qualitySchema>;

const claimsSchema = z.object({
  tenant: z.string(),
  model: z.string(),
  sha256: z.string(),
  quality: qualitySchema,
});

export function createEvidenceTokens(
  keys: Pick<SigningKeys, "current" | "publicKey">,
  clock: () => Date,
): EvidenceTokens {
  return {
    async issue(tenant, embedding, quality) {
      const { id: kid, privateKey } = await keys.current(tenant);
      return new SignJWT({ tenant, model: embedding.model, sha256: await digestOf(embedding), quality })
        .setProtectedHeader({ alg: "EdDSA", typ: type, kid })
        .setIssuer(issuer)
        .setIssuedAt(clock())
        .sign(privateKey);
    },

    async verify(token, tenant, embedding) {
      const payload = await verifyOwnToken(keys, tenant, token, { issuer, typ: type, currentDate: clock() });
      if (!payload.ok) return refuse("is not one that this service signed");
      const claims = claimsSchema.safeParse(payload.value);
      if (!claims.success) return refuse("is not one that this service signed");
      const { quality, ...bound } = claims.data;
      if (bound.tenant !== tenant) return refuse("belongs to another tenant");
      if (bound.model !== embedding.model || bound.sha256 !== (await digestOf(embedding))) {
        return refuse("belongs to another embedding");
      }
      return ok(quality);
    },
  };
}

async function digestOf({ values }: Embedding): Promise<string> {
  return encodeBase64Url(await sha256(encodeFloat32(values)));
}

function refuse(fault: string) {
  return fail({ code: "invalid_request", field: "evidence", reason: `"evidence" ${fault}.` });
}

/**
 * API keys: `sf_<tenant>.<id>.<secret>`.
 *
 * The tenant and the id say where the key is looked up. The secret is 32 random bytes, so only a plain SHA-256 of the
 * key is stored (NIST SP 800-63B-4, section 3.1.2.2: secrets of 112 bits or more need no salt or slow hash). A key is
 * shown once, when it is made.
 */
import { encodeBase64Url } from "../../crypto/base64.ts";
import { sha256 } from "../../crypto/digest.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import { parseTenantId, type TenantId } from "../../identity/ids.ts";

const idBytes = 9;
const secretBytes = 32;
const keyPattern = /^sf_([a-z0-9-]{1,32}(?:@[a-z]{2,7})?)\.([A-Za-z0-9_-]{12})\.[A-Za-z0-9_-]{43}$/;

export const apiKeyIdPattern = /^[A-Za-z0-9_-]{12}$/;

export interface MintedKey {
  readonly id: string;
  /** Text of the key: for the caller's eyes, and never stored. */
  readonly text: string;
  readonly hash: Uint8Array<ArrayBuffer>;
}

export async function mintApiKey(tenant: TenantId, random: RandomBytes): Promise<MintedKey> {
  const idSource = random(idBytes);
  // The id begins with a letter: a command line takes a word that begins with "-" for an option.
  idSource[0] &= 0x7f;
  const id = encodeBase64Url(idSource);
  const text = `sf_${tenant}.${id}.${encodeBase64Url(random(secretBytes))}`;
  return { id, text, hash: await sha256(text) };
}

/** Place where a key is looked up. */
export interface ApiKeyName {
  readonly tenant: TenantId;
  readonly id: string;
}

/** Parses a key; undefined for text that `mintApiKey` cannot have made. */
export function parseApiKey(text: string): ApiKeyName | undefined {
  const parts = keyPattern.exec(text);
  if (parts === null) return undefined;
  const tenant = parseTenantId(parts[1]);
  return tenant === undefined ? undefined : { tenant, id: parts[2] };
}

/**
 * AES-256-GCM (FIPS 197, NIST SP 800-38D) by WebCrypto: a fresh random 96-bit IV each time, a 128-bit tag, and
 * associated data that say what the bytes are and to whom they belong.
 *
 * A sealed text is `IV (12 bytes) | ciphertext | tag (16 bytes)`. Random IVs under one key are safe to 2^32 messages
 * (SP 800-38D, section 8.3); a data key here seals one face a few times.
 */
import type { RandomBytes } from "./random.ts";

const ivBytes = 12;
const tagBits = 128;
export const aesKeyBytes = 32;

export type Bytes = Uint8Array<ArrayBuffer>;

export function importAesKey(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** `context` is bound to the text: `open` must be given the same words in the same order. */
export async function seal(
  key: CryptoKey,
  plain: Bytes,
  context: readonly string[],
  random: RandomBytes,
): Promise<Bytes> {
  const iv = random(ivBytes);
  const algorithm = { name: "AES-GCM", iv, additionalData: encodeContext(context), tagLength: tagBits };
  const cipher = await crypto.subtle.encrypt(algorithm, key, plain);
  const sealed = new Uint8Array(ivBytes + cipher.byteLength);
  sealed.set(iv, 0);
  sealed.set(new Uint8Array(cipher), ivBytes);
  return sealed;
}

/** Undefined when the text was cut, altered, sealed with another key, or belongs to another context. */
export async function open(
  key: CryptoKey,
  sealed: Bytes,
  context: readonly string[],
): Promise<Bytes | undefined> {
  if (sealed.length < ivBytes + tagBits / 8) return undefined;
  const iv = sealed.slice(0, ivBytes);
  const algorithm = { name: "AES-GCM", iv, additionalData: encodeContext(context), tagLength: tagBits };
  try {
    return new Uint8Array(
      (await crypto.subtle.decrypt(algorithm, key, sealed.subarray(ivBytes))) as ArrayBuffer,
    );
  } catch {
    return undefined;
  }
}

/** JSON of an array of strings is injective: no two contexts have the same bytes. */
function encodeContext(context: readonly string[]): Bytes {
  return new Uint8Array(new TextEncoder().encode(JSON.stringify(context)));
}

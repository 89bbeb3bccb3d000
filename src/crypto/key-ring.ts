/**
 * Key-encryption keys (KEK): the deployment's secret, which wraps the data key of every face. One KEK wraps; earlier
 * ones still unwrap, until every key has been wrapped anew.
 *
 * A KEK's id is the head of its SHA-256, so the secret is all there is to configure.
 */
import { decodeBase64 } from "./base64.ts";
import { sha256, toHex } from "./digest.ts";
import type { RandomBytes } from "./random.ts";
import { aesKeyBytes, type Bytes, importAesKey, open, seal } from "./sealing.ts";

const idPrefix = "sameface kek ";

/** A wrapped data key, as it is stored. */
export interface WrappedKey {
  readonly kekId: string;
  readonly wrapped: Bytes;
}

export interface KeyRing {
  /** Id of the KEK that wraps. */
  currentKekId(): Promise<string>;
  /** True when the KEK with this id is in the ring. */
  knows(kekId: string): Promise<boolean>;
  wrap(dataKey: Bytes, context: readonly string[]): Promise<WrappedKey>;
  /** Undefined when no KEK of the ring opens the key, or the key belongs to another context. */
  unwrap(key: WrappedKey, context: readonly string[]): Promise<Bytes | undefined>;
}

/** The bytes of a KEK; undefined when `text` is not base64 of exactly 32 bytes. */
export function parseKek(text: string): Bytes | undefined {
  const bytes = decodeBase64(text);
  return bytes?.length === aesKeyBytes ? bytes : undefined;
}

/** @param keks base64 of 32 bytes each, checked by the configuration; the first one wraps */
export function createKeyRing(keks: readonly string[], random: RandomBytes): KeyRing {
  let opened: Promise<OpenRing> | undefined;
  const ring = () => {
    opened ??= openRing(keks);
    return opened;
  };
  return {
    async currentKekId() {
      return (await ring()).currentKekId;
    },
    async knows(kekId) {
      return (await ring()).byId.has(kekId);
    },
    async wrap(dataKey, context) {
      const { current, currentKekId } = await ring();
      return {
        kekId: currentKekId,
        wrapped: await seal(current, dataKey, [...context, currentKekId], random),
      };
    },
    async unwrap({ kekId, wrapped }, context) {
      const kek = (await ring()).byId.get(kekId);
      return kek === undefined ? undefined : open(kek, wrapped, [...context, kekId]);
    },
  };
}

interface OpenRing {
  readonly currentKekId: string;
  readonly current: CryptoKey;
  readonly byId: ReadonlyMap<string, CryptoKey>;
}

async function openRing(keks: readonly string[]): Promise<OpenRing> {
  const byId = new Map<string, CryptoKey>();
  for (const text of keks) {
    const bytes = parseKek(text);
    if (bytes === undefined) throw new Error("a key-encryption key is not base64 of 32 bytes");
    byId.set(await kekIdOf(bytes), await importAesKey(bytes));
  }
  const [first] = byId;
  if (first === undefined) throw new Error("there is no key-encryption key");
  return { currentKekId: first[0], current: first[1], byId };
}

async function kekIdOf(kek: Bytes): Promise<string> {
  const prefix = new TextEncoder().encode(idPrefix);
  const bytes = new Uint8Array(prefix.length + kek.length);
  bytes.set(prefix, 0);
  bytes.set(kek, prefix.length);
  return toHex((await sha256(bytes)).subarray(0, 8));
}

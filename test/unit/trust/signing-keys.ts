/** Signing keys over a directory in memory. */
import { createKeyRing } from "../../../src/crypto/key-ring.ts";
import type { SigningKeyRow } from "../../../src/identity/directory/data.ts";
import { createSigningKeys, type SigningKeyDirectory } from "../../../src/trust/keys/signing-keys.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A directory that stores signing keys, which no KEK is to wrap anew. */
function keyDirectory(): SigningKeyDirectory {
  const rows: SigningKeyRow[] = [];
  return {
    listSigningKeys: async () => [...rows],
    async addSigningKey(row) {
      rows.push(row);
      return { ok: true, value: undefined };
    },
    rewrapSigningKey: async () => false,
  };
}

export function signingKeysInMemory(clock: () => Date) {
  const directory = keyDirectory();
  const ring = createKeyRing([Buffer.alloc(32, 1).toString("base64")], random);
  return createSigningKeys({
    openDirectory: () => directory,
    registry: { inUse: async () => [] },
    keepsIn: () => false,
    ring,
    clock,
  });
}

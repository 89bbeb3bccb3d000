/** Wires keys, tokens and the sealed store over a tenant's directories, for the Worker and its tests alike. */

import { createKeyRing } from "../crypto/key-ring.ts";
import type { RandomBytes } from "../crypto/random.ts";
import type { OpenDirectory } from "../identity/directory/types.ts";
import { createRecentKeys } from "../identity/recent-keys.ts";
import type { RecordCopies } from "../identity/record-copies.ts";
import { createStoreOpener } from "../identity/tenant-store.ts";
import { createTransferOpener } from "../identity/tenant-transfer.ts";
import { type ApiKeySettings, createAuthenticate } from "./authenticate.ts";
import type { RateLimiter } from "./rate-limit.ts";
import { createReceipts } from "./receipt.ts";
import { createSessionTokens } from "./session-token.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { createStrangers } from "./strangers.ts";

export interface TrustParts {
  readonly settings: ApiKeySettings & { readonly keks: readonly string[] };
  readonly openDirectory: OpenDirectory;
  readonly copies: RecordCopies;
  readonly clock: () => Date;
  readonly randomBytes: RandomBytes;
  readonly background: (work: Promise<unknown>) => void;
  /** Counts refused keys by address; undefined counts none. */
  readonly failureRate?: RateLimiter | undefined;
}

export function createTrust(parts: TrustParts) {
  const { settings, openDirectory, copies, clock, randomBytes, background, failureRate } = parts;
  const ring = createKeyRing(settings.keks, randomBytes);
  const signingKeys = createSigningKeys({ openDirectory, ring, clock });
  const sessionTokens = createSessionTokens(signingKeys, clock);
  const storeDeps = {
    openDirectory,
    copies,
    ring,
    random: randomBytes,
    clock,
    recent: createRecentKeys(),
    background,
  };
  return {
    ring,
    signingKeys,
    sessionTokens,
    signReceipt: createReceipts(signingKeys),
    authenticate: createAuthenticate({
      settings,
      openDirectory,
      sessions: sessionTokens,
      strangers: createStrangers({ failures: failureRate, clock }),
      clock,
    }),
    openDirectory,
    openStore: createStoreOpener(storeDeps),
    openTransfer: createTransferOpener(storeDeps),
    randomBytes,
    clock,
  };
}

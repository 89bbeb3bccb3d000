/**
 * A tenant's API keys: makes, lists, rotates and revokes them. The text of a key is answered once, and never stored.
 */
import type { RandomBytes } from "../../crypto/random.ts";
import { ok, type Result } from "../../errors.ts";
import { type Caller, contextOf } from "../../identity/caller.ts";
import type { ApiKeyRow } from "../../identity/directory/data.ts";
import type { AdministrationDirectory, OpenDirectory } from "../../identity/directory/types.ts";
import { mintApiKey } from "./api-key.ts";

export interface NewKey {
  readonly row: ApiKeyRow;
  /** The key itself. */
  readonly text: string;
}

export interface ApiKeys {
  list(caller: Pick<Caller, "tenant">): Promise<readonly ApiKeyRow[]>;
  make(caller: Caller, key: Pick<ApiKeyRow, "name" | "scopes" | "expiresAtMs">): Promise<Result<NewKey>>;
  /** Makes a key in place of an old one, which stays valid for `graceSeconds`. Fails with `not_found`. */
  rotate(caller: Caller, id: string, graceSeconds: number): Promise<Result<NewKey>>;
  /** Revokes a key. Answers the time from which it is refused, ms since 1970. Fails with `not_found`. */
  revoke(caller: Caller, id: string): Promise<Result<number>>;
}

export interface ApiKeysDeps {
  readonly openDirectory: OpenDirectory<
    Pick<AdministrationDirectory, "listApiKeys" | "addApiKey" | "rotateApiKey" | "revokeApiKey">
  >;
  readonly randomBytes: RandomBytes;
  readonly clock: () => Date;
}

export function createApiKeys({ openDirectory, randomBytes, clock }: ApiKeysDeps): ApiKeys {
  return {
    list: ({ tenant }) => openDirectory(tenant, 0).listApiKeys(),

    async make(caller, { name, scopes, expiresAtMs }) {
      const { id, text, hash } = await mintApiKey(caller.tenant, randomBytes);
      const context = contextOf(caller, clock());
      const row = { id, hash, name, scopes, createdAtMs: context.nowMs, expiresAtMs, revokedAtMs: null };
      const added = await openDirectory(caller.tenant, 0).addApiKey(row, context);
      return added.ok ? ok({ row, text }) : added;
    },

    async rotate(caller, id, graceSeconds) {
      const { text, ...next } = await mintApiKey(caller.tenant, randomBytes);
      const context = contextOf(caller, clock());
      const oldEndsAtMs = context.nowMs + 1000 * graceSeconds;
      const made = await openDirectory(caller.tenant, 0).rotateApiKey(id, next, oldEndsAtMs, context);
      return made.ok ? ok({ row: made.value, text }) : made;
    },

    revoke(caller, id) {
      const context = contextOf(caller, clock());
      return openDirectory(caller.tenant, 0).revokeApiKey(id, context.nowMs, context);
    },
  };
}

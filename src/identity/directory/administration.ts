/** Methods of a directory for the tenant itself: settings, keys, the audit trail. */

import type { WrappedKey } from "../../crypto/key-ring.ts";
import { fail, ok } from "../../errors.ts";
import { defaultTenant, type TenantId } from "../ids.ts";
import { applyChange, defaultSettings, type SettingsChange, type TenantSettings } from "../settings.ts";
import type { ApiKeyRow, Context, Page, SigningKeyRow } from "./data.ts";
import type { HoldsParts } from "./parts.ts";
import { readAudit, writeAudit } from "./tables/audit.ts";
import * as control from "./tables/control.ts";
import type { AdministrationDirectory } from "./types.ts";

export function withAdministration<Base extends HoldsParts>(base: Base) {
  return class Administration extends base implements AdministrationDirectory {
    async admit(keyId: string | null) {
      const { ledger } = this.parts;
      const { sql } = ledger;
      if (!ledger.present) return { settings: null, key: null };
      const key = keyId === null ? undefined : control.readApiKeys(sql, keyId).at(0);
      return { settings: control.readSettings(sql), key: key ?? null };
    }

    async createTenant(settings: TenantSettings, firstKey: ApiKeyRow, context: Context) {
      const { sql, write } = this.parts.ledger;
      return write(context, () => {
        // Settings without a key are half a tenant that an earlier version made. Nobody can have used it.
        if (control.readApiKeys(sql).length > 0) return fail({ code: "conflict", what: "tenant" });
        control.writeSettings(sql, settings);
        control.insertApiKey(sql, firstKey);
        writeAudit(sql, { action: "tenant.create", outcome: "created" }, context);
        writeAudit(sql, { action: "key.create", outcome: firstKey.id }, context);
        return ok(undefined);
      });
    }

    async changeSettings(change: SettingsChange, context: Context) {
      const { sql, audited } = this.parts.ledger;
      return audited({ action: "settings.change", outcome: "changed" }, context, () => {
        const kept = control.readSettings(sql);
        // The default tenant exists without having been made.
        if (kept === null && context.tenant !== defaultTenant)
          return fail({ code: "not_found", what: "tenant" });
        const changed = applyChange(kept ?? defaultSettings, change);
        if (changed.ok) control.writeSettings(sql, changed.value);
        return changed;
      });
    }

    async addApiKey(key: ApiKeyRow, context: Context) {
      const { sql, audited } = this.parts.ledger;
      return audited({ action: "key.create", outcome: key.id }, context, () => {
        control.insertApiKey(sql, key);
        return ok(undefined);
      });
    }

    async listApiKeys() {
      const { sql, read } = this.parts.ledger;
      return read(() => control.readApiKeys(sql), []);
    }

    async revokeApiKey(id: string, atMs: number, context: Context) {
      const { sql, audited } = this.parts.ledger;
      return audited({ action: "key.revoke", outcome: id }, context, () =>
        control.markRevoked(sql, id, atMs),
      );
    }

    async rotateApiKey(
      id: string,
      next: Pick<ApiKeyRow, "id" | "hash">,
      oldEndsAtMs: number,
      context: Context,
    ) {
      const { sql, write } = this.parts.ledger;
      return write(context, () => {
        const [old] = control.readApiKeys(sql, id);
        const expired = old?.expiresAtMs != null && old.expiresAtMs <= context.nowMs;
        if (old === undefined || old.revokedAtMs !== null || expired) {
          return fail({ code: "not_found", what: "key" });
        }
        const { name, scopes, expiresAtMs } = old;
        const row = { ...next, name, scopes, createdAtMs: context.nowMs, expiresAtMs, revokedAtMs: null };
        control.insertApiKey(sql, row);
        writeAudit(sql, { action: "key.create", outcome: row.id }, context);
        control.markRevoked(sql, id, oldEndsAtMs);
        writeAudit(sql, { action: "key.revoke", outcome: id }, context);
        return ok(row);
      });
    }

    async registerTenant(id: TenantId, context: Context) {
      const { sql, write } = this.parts.ledger;
      return write(context, () => {
        if (control.insertTenant(sql, id)) {
          writeAudit(sql, { action: "tenant.register", outcome: id }, context);
        }
        return ok(undefined);
      });
    }

    async listTenants(page: Page) {
      const { sql, read } = this.parts.ledger;
      return read(() => control.readTenants(sql, page), []);
    }

    async listSigningKeys() {
      const { sql, read } = this.parts.ledger;
      return read(() => control.readSigningKeys(sql), []);
    }

    async addSigningKey(key: SigningKeyRow, first: boolean, context: Context) {
      const { sql, audited } = this.parts.ledger;
      return audited({ action: "signing_key.create", outcome: key.id }, context, () => {
        const newest = control.readSigningKeys(sql).at(-1);
        if (first && newest !== undefined) return fail({ code: "conflict", what: "signing key" });
        // The newest key signs, so a new key is dated after it, whatever the callers' clocks say.
        const createdAtMs = Math.max(key.createdAtMs, (newest?.createdAtMs ?? 0) + 1);
        control.insertSigningKey(sql, { ...key, createdAtMs });
        return ok(undefined);
      });
    }

    async rewrapSigningKey(id: string, before: WrappedKey, after: WrappedKey) {
      const { sql, read } = this.parts.ledger;
      return read(() => control.replaceSigningKeyWrap(sql, id, before, after), false);
    }

    async listAudit({ after, limit }: { after: number; limit: number }) {
      const { sql, read } = this.parts.ledger;
      return read(() => readAudit(sql, after, limit), []);
    }

    async keepRate(json: string, context: Context) {
      const { sql, write } = this.parts.ledger;
      write(context, () => {
        control.writeRate(sql, json);
        writeAudit(sql, { action: "rate.measure", outcome: "measured" }, context);
      });
    }

    async readRate() {
      const { sql, read } = this.parts.ledger;
      return read(() => control.readRate(sql), null);
    }

    async note(action: string, outcome: string, context: Context) {
      const { sql, write } = this.parts.ledger;
      write(context, () => writeAudit(sql, { action, outcome }, context));
    }
  };
}

/** What a tenant's directory says and keeps of the tenant itself: settings, keys, the audit trail. */
import { fail, ok } from "../../errors.ts";
import { defaultTenant } from "../ids.ts";
import { applyChange, defaultSettings } from "../settings.ts";
import { readAudit, writeAudit } from "./audit.ts";
import * as control from "./control.ts";
import type { Ledger } from "./ledger.ts";
import type { Directory } from "./types.ts";

export type Administration = Pick<
  Directory,
  | "admit"
  | "createTenant"
  | "changeSettings"
  | "addApiKey"
  | "listApiKeys"
  | "revokeApiKey"
  | "rotateApiKey"
  | "registerTenant"
  | "listTenants"
  | "listSigningKeys"
  | "addSigningKey"
  | "rewrapSigningKey"
  | "listAudit"
  | "note"
>;

export function createAdministration(ledger: Ledger): Administration {
  const { sql, read, write, audited } = ledger;
  return {
    async admit(keyId) {
      if (!ledger.present) return { settings: null, key: null };
      const key = keyId === null ? undefined : control.readApiKeys(sql, keyId).at(0);
      return { settings: control.readSettings(sql), key: key ?? null };
    },

    async createTenant(settings, firstKey, context) {
      return write(context, () => {
        // Settings without a key are half a tenant of an earlier version: nobody can have used it.
        if (control.readApiKeys(sql).length > 0) return fail({ code: "conflict", what: "tenant" });
        control.writeSettings(sql, settings);
        control.insertApiKey(sql, firstKey);
        writeAudit(sql, { action: "tenant.create", outcome: "created" }, context);
        writeAudit(sql, { action: "key.create", outcome: firstKey.id }, context);
        return ok(undefined);
      });
    },

    async changeSettings(change, context) {
      return audited({ action: "settings.change", outcome: "changed" }, context, () => {
        const kept = control.readSettings(sql);
        // The default tenant is there without having been made.
        if (kept === null && context.tenant !== defaultTenant)
          return fail({ code: "not_found", what: "tenant" });
        const changed = applyChange(kept ?? defaultSettings, change);
        if (changed.ok) control.writeSettings(sql, changed.value);
        return changed;
      });
    },

    async addApiKey(key, context) {
      return audited({ action: "key.create", outcome: key.id }, context, () => {
        control.insertApiKey(sql, key);
        return ok(undefined);
      });
    },

    async listApiKeys() {
      return read(() => control.readApiKeys(sql), []);
    },

    async revokeApiKey(id, atMs, context) {
      return audited({ action: "key.revoke", outcome: id }, context, () =>
        control.markRevoked(sql, id, atMs),
      );
    },

    async rotateApiKey(id, next, oldEndsAtMs, context) {
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
    },

    async registerTenant(id, context) {
      return write(context, () => {
        if (control.insertTenant(sql, id)) {
          writeAudit(sql, { action: "tenant.register", outcome: id }, context);
        }
        return ok(undefined);
      });
    },

    async listTenants(page) {
      return read(() => control.readTenants(sql, page), []);
    },

    async listSigningKeys() {
      return read(() => control.readSigningKeys(sql), []);
    },

    async addSigningKey(key, first, context) {
      return audited({ action: "signing_key.create", outcome: key.id }, context, () => {
        const newest = control.readSigningKeys(sql).at(-1);
        if (first && newest !== undefined) return fail({ code: "conflict", what: "signing key" });
        // The newest signs, whatever the callers' clocks say.
        const createdAtMs = Math.max(key.createdAtMs, (newest?.createdAtMs ?? 0) + 1);
        control.insertSigningKey(sql, { ...key, createdAtMs });
        return ok(undefined);
      });
    },

    async rewrapSigningKey(id, before, after) {
      return read(() => control.replaceSigningKeyWrap(sql, id, before, after), false);
    },

    async listAudit({ after, limit }) {
      return read(() => readAudit(sql, after, limit), []);
    },

    async note(action, outcome, context) {
      write(context, () => writeAudit(sql, { action, outcome }, context));
    },
  };
}

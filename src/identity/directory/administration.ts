/** What a tenant's directory says and keeps of the tenant itself: settings, keys, the audit trail. */
import { fail, ok } from "../../errors.ts";
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

    async createTenant(settings, context) {
      return audited({ action: "tenant.create", outcome: "created" }, context, () => {
        if (control.readSettings(sql) !== null) return fail({ code: "conflict", what: "tenant" });
        control.writeSettings(sql, settings);
        return ok(undefined);
      });
    },

    async changeSettings(settings, context) {
      return audited({ action: "settings.change", outcome: "changed" }, context, () => {
        control.writeSettings(sql, settings);
        return ok(undefined);
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

    async registerTenant(id, context) {
      return audited({ action: "tenant.register", outcome: id }, context, () => {
        control.insertTenant(sql, id);
        return ok(undefined);
      });
    },

    async listTenants(page) {
      return read(() => control.readTenants(sql, page), []);
    },

    async listSigningKeys() {
      return read(() => control.readSigningKeys(sql), []);
    },

    async addSigningKey(key, context) {
      return audited({ action: "signing_key.create", outcome: key.id }, context, () => {
        control.insertSigningKey(sql, key);
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

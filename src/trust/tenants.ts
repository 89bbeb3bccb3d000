/** Tenants, which the deployment's own key makes, and the settings that each decides for itself. */
import * as z from "zod";
import type { RandomBytes } from "../crypto/random.ts";
import { fail, ok, type Result } from "../errors.ts";
import type { Calibration } from "../face/decision/calibration.ts";
import { type Caller, contextOf } from "../identity/caller.ts";
import { decodeCursor, encodeCursor } from "../identity/cursor.ts";
import type {
  AdministrationDirectory,
  EnrolmentDirectory,
  OpenDirectory,
} from "../identity/directory/types.ts";
import { defaultTenant, parseTenantId, type TenantId } from "../identity/ids.ts";
import { scopes } from "../identity/scopes.ts";
import {
  applyChange,
  defaultSettings,
  type SettingsChange,
  type TenantSettings,
} from "../identity/settings.ts";
import { countOutliving } from "../identity/store/retention.ts";
import { mintApiKey } from "./keys/api-key.ts";
import { checkRates } from "./rates/rate-settings.ts";

export interface NewTenant {
  readonly settings: TenantSettings;
  readonly keyId: string;
  /** First key, which has all scopes. It is stored nowhere. */
  readonly key: string;
}

export interface TenantPage {
  readonly tenants: readonly TenantId[];
  readonly nextCursor: string | undefined;
}

export interface ChangedSettings {
  readonly settings: TenantSettings;
  /** Number of faces that outlive the retention which the change named; undefined where it named none. */
  readonly facesBeyondRetention: number | undefined;
}

export interface Tenants {
  /**
   * Creates a tenant with its first key.
   *
   * The list of tenants and the tenant itself are two objects, and no transaction spans them. The list is written
   * first: it may have a name without a tenant, so that a creation that died after this step is found there and can
   * be begun again. Then one transaction of the tenant's own directory writes settings and first key, unless there is
   * a key already. So one of several creators is answered with the key, and the others with `conflict`. Nothing
   * follows the transaction but the answer. An answer that is lost takes the key with it.
   *
   * Fails with `conflict`, or with `invalid_request` for settings that no tenant may have.
   */
  create(root: Caller, tenant: TenantId, settings: NewTenantSettings): Promise<Result<NewTenant>>;
  /** Lists tenants. Fails with `invalid_request` for a cursor that no listing made. */
  list(page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<Result<TenantPage>>;
  /** Changes settings. Fails with `invalid_request`, or `not_found` for a tenant that nobody made. */
  changeSettings(caller: Caller, change: SettingsChange): Promise<Result<ChangedSettings>>;
}

export interface NewTenantSettings extends SettingsChange {
  readonly shards?: number | undefined;
}

export interface TenantsDeps {
  readonly openDirectory: OpenDirectory<
    Pick<AdministrationDirectory, "registerTenant" | "createTenant" | "listTenants" | "changeSettings"> &
      Pick<EnrolmentDirectory, "countOutliving">
  >;
  readonly calibration: Calibration;
  readonly randomBytes: RandomBytes;
  readonly clock: () => Date;
}

const cursorSchema = z.string().refine((text) => parseTenantId(text) !== undefined);

export function createTenants({ openDirectory, calibration, randomBytes, clock }: TenantsDeps): Tenants {
  function countBeyond(tenant: TenantId, shards: number, seconds: number): Promise<number> {
    const directories = Array.from({ length: shards }, (_, shard) => openDirectory(tenant, shard));
    return countOutliving(directories, seconds, clock().getTime());
  }

  return {
    async create(root, tenant, { shards = defaultSettings.shards, ...change }) {
      if (tenant === defaultTenant) return fail({ code: "conflict", what: "tenant" });
      const rates = checkRates(calibration, change);
      if (!rates.ok) return rates;
      const settings = applyChange({ ...defaultSettings, shards }, change);
      if (!settings.ok) return settings;
      const { auditSeconds } = settings.value;
      const context = contextOf(root, clock());
      const registered = await openDirectory(defaultTenant, 0).registerTenant(tenant, context);
      if (!registered.ok) return registered;
      const { id, hash, text } = await mintApiKey(tenant, randomBytes);
      const first = { id, hash, name: "first", scopes, createdAtMs: clock().getTime() };
      const created = await openDirectory(tenant, 0).createTenant(
        settings.value,
        { ...first, expiresAtMs: null, revokedAtMs: null },
        { ...context, tenant, auditSeconds },
      );
      return created.ok ? ok({ settings: settings.value, keyId: id, key: text }) : created;
    },

    async list({ limit, cursor }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor);
      if (after?.ok === false) return after;
      const page = { after: after?.value ?? null, limit: limit + 1 };
      const found = await openDirectory(defaultTenant, 0).listTenants(page);
      const tenants = found.slice(0, limit);
      return ok({
        tenants,
        nextCursor: found.length > limit ? encodeCursor(tenants[limit - 1]) : undefined,
      });
    },

    async changeSettings(caller, change) {
      const rates = checkRates(calibration, change);
      if (!rates.ok) return rates;
      const { tenant } = caller;
      const written = await openDirectory(tenant, 0).changeSettings(change, contextOf(caller, clock()));
      if (!written.ok) return written;
      const settings = written.value;
      const { retentionSeconds: named } = change;
      return ok({
        settings,
        facesBeyondRetention:
          named === undefined || named === null
            ? undefined
            : await countBeyond(tenant, settings.shards, named),
      });
    },
  };
}

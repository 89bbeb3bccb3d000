/** Tenants, which the deployment's own key makes, and the settings that each decides for itself. */
import * as z from "zod";
import type { RandomBytes } from "../crypto/random.ts";
import { fail, ok, type Result } from "../errors.ts";
import type { Calibration } from "../face/decision/calibration.ts";
import { type Caller, contextOf } from "../identity/caller.ts";
import { decodeCursor, encodeCursor } from "../identity/cursor.ts";
import type { Context } from "../identity/directory/data.ts";
import type {
  AdministrationDirectory,
  EnrolmentDirectory,
  OpenDirectory,
  RecordDirectory,
} from "../identity/directory/types.ts";
import { defaultTenant, parseTenantId, type TenantId } from "../identity/ids.ts";
import { type Jurisdiction, type LocationHint, tenantIn } from "../identity/jurisdiction.ts";
import { scopes } from "../identity/scopes.ts";
import {
  applyChange,
  defaultSettings,
  type SettingsChange,
  type TenantSettings,
} from "../identity/settings.ts";
import { countOutliving } from "../identity/store/retention.ts";
import type { TenantRegistry } from "../identity/tenant-registry.ts";
import { mintApiKey } from "./keys/api-key.ts";
import { checkRates } from "./rates/rate-settings.ts";

export interface NewTenant {
  readonly tenant: TenantId;
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
   * a key already. So one of several creators is answered with the key, and the others with `conflict`. What
   * follows writes no key: a location hint and a retention are told to the other directories. An answer that is lost
   * takes the key with it.
   *
   * Fails with `conflict`, or with `invalid_request` for settings that no tenant may have, and for a jurisdiction that the
   * runtime does not have: a tenant is never kept elsewhere than was asked.
   */
  create(
    root: Caller,
    name: TenantId,
    place: TenantPlace,
    settings: NewTenantSettings,
  ): Promise<Result<NewTenant>>;
  /** Lists tenants. Fails with `invalid_request` for a cursor that no listing made. */
  list(page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<Result<TenantPage>>;
  /** Changes settings. Fails with `invalid_request`, or `not_found` for a tenant that nobody made. */
  changeSettings(caller: Caller, change: SettingsChange): Promise<Result<ChangedSettings>>;
}

/** Place where a tenant's objects are to be: by rule, by preference, or neither. */
export interface TenantPlace {
  readonly jurisdiction?: Jurisdiction | undefined;
  /** Region near which the directories are made, if the platform can; not together with a jurisdiction. */
  readonly locationHint?: LocationHint | undefined;
}

export interface NewTenantSettings extends SettingsChange {
  readonly shards?: number | undefined;
}

export interface TenantsDeps {
  readonly openDirectory: OpenDirectory<
    Pick<AdministrationDirectory, "createTenant" | "changeSettings" | "note"> &
      Pick<EnrolmentDirectory, "countOutliving"> &
      Pick<RecordDirectory, "keepUnused">
  >;
  readonly registry: Pick<TenantRegistry, "register" | "list">;
  /** True when the runtime can keep a tenant in the jurisdiction. */
  readonly keepsIn: (jurisdiction: Jurisdiction) => boolean;
  readonly calibration: Calibration;
  readonly randomBytes: RandomBytes;
  readonly clock: () => Date;
}

const cursorSchema = z.string().refine((text): text is TenantId => parseTenantId(text) !== undefined);

/** Checks where a tenant is to be kept. Fails with `invalid_request`. */
function checkPlace(
  { jurisdiction, locationHint }: TenantPlace,
  keepsIn: TenantsDeps["keepsIn"],
): Result<void> {
  if (jurisdiction === undefined) return ok(undefined);
  const refuse = (field: string, reason: string) => fail({ code: "invalid_request", field, reason });
  if (locationHint !== undefined)
    return refuse("location_hint", '"location_hint" is for tenants without a "jurisdiction".');
  if (keepsIn(jurisdiction)) return ok(undefined);
  return refuse(
    "jurisdiction",
    `This runtime has no "jurisdiction" of "${jurisdiction}": Cloudflare's network has, and a workerd of your own has none.`,
  );
}

export function createTenants(deps: TenantsDeps): Tenants {
  const { openDirectory, registry, calibration, randomBytes, clock } = deps;

  function countBeyond(tenant: TenantId, shards: number, seconds: number): Promise<number> {
    const directories = Array.from({ length: shards }, (_, shard) => openDirectory(tenant, shard));
    return countOutliving(directories, seconds, clock().getTime());
  }

  /** Tells every directory of the tenant. A call that breaks off is to be repeated: the settings have the rule already. */
  async function keepUnused(tenant: TenantId, { shards, unusedSeconds }: TenantSettings, context: Context) {
    const directories = Array.from({ length: shards }, (_, shard) => openDirectory(tenant, shard));
    await Promise.all(directories.map((directory) => directory.keepUnused(unusedSeconds, context)));
  }

  return {
    async create(root, name, place, { shards = defaultSettings.shards, ...change }) {
      if (name === defaultTenant) return fail({ code: "conflict", what: "tenant" });
      const allowed = checkPlace(place, deps.keepsIn);
      if (!allowed.ok) return allowed;
      const { jurisdiction, locationHint } = place;
      const tenant = tenantIn(name, jurisdiction);
      const rates = checkRates(calibration, change);
      if (!rates.ok) return rates;
      const fixed = { shards, locationHint: locationHint ?? null };
      const settings = applyChange({ ...defaultSettings, ...fixed }, change);
      if (!settings.ok) return settings;
      const { auditSeconds } = settings.value;
      const context = contextOf(root, clock());
      const registered = await registry.register(tenant, context);
      if (!registered.ok) return registered;
      const own = { ...context, tenant, auditSeconds };
      const { id, hash, text } = await mintApiKey(tenant, randomBytes);
      const first = { id, hash, name: "first", scopes, createdAtMs: clock().getTime() };
      const created = await openDirectory(tenant, 0, locationHint).createTenant(
        settings.value,
        { ...first, expiresAtMs: null, revokedAtMs: null },
        own,
      );
      if (!created.ok) return created;
      // The first write to a directory places it. A shard that was passed over here would be placed by its first caller.
      if (locationHint !== undefined) {
        const others = Array.from({ length: shards - 1 }, (_, i) => i + 1);
        await Promise.all(
          others.map((shard) =>
            openDirectory(tenant, shard, locationHint).note("tenant.place", locationHint, own),
          ),
        );
      }
      if (settings.value.unusedSeconds !== null) await keepUnused(tenant, settings.value, own);
      return ok({ tenant, settings: settings.value, keyId: id, key: text });
    },

    async list({ limit, cursor }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor);
      if (after?.ok === false) return after;
      const page = { after: after?.value ?? null, limit: limit + 1 };
      const found = await registry.list(page);
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
      const context = contextOf(caller, clock());
      const written = await openDirectory(tenant, 0).changeSettings(change, context);
      if (!written.ok) return written;
      const settings = written.value;
      if (change.unusedSeconds !== undefined) await keepUnused(tenant, settings, context);
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

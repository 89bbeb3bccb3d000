/** Tenants, which the deployment's own key makes, and the settings that each decides for itself. */
import type { Context } from "hono";
import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../../identity/cursor.ts";
import type { Context as DirectoryContext } from "../../../identity/directory/data.ts";
import { defaultTenant, parseTenantId, type TenantId } from "../../../identity/ids.ts";
import { countOutliving } from "../../../identity/retention.ts";
import { scopes } from "../../../identity/scopes.ts";
import {
  applyChange,
  defaultSettings,
  type SettingsChange,
  type TenantSettings,
} from "../../../identity/settings.ts";
import { mintApiKey } from "../../../trust/api-key.ts";
import { answer, refuse } from "../../answer.ts";
import { directoryContext } from "../../context.ts";
import type { AppEnv, Deps } from "../../deps.ts";
import { checkQuery } from "../../request/input.ts";
import { readJson } from "../../request/json.ts";
import {
  settingsChangeSchema,
  type settingsSchema,
  tenantRequestSchema,
} from "../../schemas/administration.ts";
import type {
  changedSettingsAnswerSchema,
  newTenantAnswerSchema,
  settingsAnswerSchema,
  tenantListAnswerSchema,
} from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";
import { listQuerySchema } from "../../schemas/requests.ts";
import { checkRates } from "./rate-settings.ts";

const tenantCursorSchema = z.string().refine((text) => parseTenantId(text) !== undefined);

/**
 * POST /v1/tenants
 *
 * The list of tenants and the tenant itself are two objects, and no transaction spans them. First comes the
 * list, where a name may stand that has no tenant yet: what died after that step is found there and can be
 * begun again. Then one transaction of the tenant's own directory writes settings and first key, unless there is
 * a key: of any number of creators one is answered with the key, and the others with `conflict`. Nothing follows
 * it but the answer. An answer that is lost takes the key with it, which is kept nowhere.
 */
export function createTenant(deps: Deps) {
  const { openDirectory, clock, randomBytes, calibration } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const request = await readJson(c, tenantRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const tenant = request.value.tenant_id as TenantId;
    if (tenant === defaultTenant) return refuse(c, { code: "conflict", what: "tenant" });
    const rates = checkRates(calibration, request.value.settings ?? {});
    if (!rates.ok) return refuse(c, rates.failure);
    const { shards = defaultSettings.shards, ...others } = request.value.settings ?? {};
    const settings = applyChange({ ...defaultSettings, shards }, fromWire(others));
    if (!settings.ok) return refuse(c, settings.failure);
    const context: DirectoryContext = {
      ...directoryContext(c, deps),
      tenant,
      auditSeconds: settings.value.auditSeconds,
    };
    const registered = await openDirectory(defaultTenant, 0).registerTenant(
      tenant,
      directoryContext(c, deps),
    );
    if (!registered.ok) return refuse(c, registered.failure);
    const key = await mintApiKey(tenant, randomBytes);
    const row = { id: key.id, hash: key.hash, name: "first", scopes, createdAtMs: clock().getTime() };
    const created = await openDirectory(tenant, 0).createTenant(
      settings.value,
      { ...row, expiresAtMs: null, revokedAtMs: null },
      context,
    );
    if (!created.ok) return refuse(c, created.failure);
    return answer(c, 201, {
      tenant_id: tenant,
      settings: settingsBody(settings.value),
      key: key.text,
      key_id: key.id,
    } satisfies Body<typeof newTenantAnswerSchema>);
  };
}

/** GET /v1/tenants?limit&cursor */
export function listTenants({ openDirectory, config }: Deps) {
  const querySchema = listQuerySchema(config);
  return async (c: Context<AppEnv>): Promise<Response> => {
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const { limit, cursor } = query.value;
    const after = cursor === undefined ? undefined : decodeCursor(tenantCursorSchema, cursor);
    if (after?.ok === false) return refuse(c, after.failure);
    const found = await openDirectory(defaultTenant, 0).listTenants({
      after: after?.value ?? null,
      limit: limit + 1,
    });
    const tenants = found.slice(0, limit);
    return answer(c, 200, {
      tenants: tenants.map((tenant_id) => ({ tenant_id })),
      next_cursor: found.length > limit ? encodeCursor(tenants[limit - 1]) : null,
    } satisfies Body<typeof tenantListAnswerSchema>);
  };
}

/** GET /v1/settings */
export function getSettings(c: Context<AppEnv>): Response {
  return answer(c, 200, settingsBody(c.var.settings) satisfies Body<typeof settingsAnswerSchema>);
}

/** PATCH /v1/settings: where it names a retention, the answer says how many faces outlive that. */
export function changeSettings(deps: Deps) {
  const { openDirectory, calibration } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const change = await readJson(c, settingsChangeSchema);
    if (!change.ok) return refuse(c, change.failure);
    const rates = checkRates(calibration, change.value);
    if (!rates.ok) return refuse(c, rates.failure);
    const { tenant } = c.var.principal;
    const directory = openDirectory(tenant, 0);
    const written = await directory.changeSettings(fromWire(change.value), directoryContext(c, deps));
    if (!written.ok) return refuse(c, written.failure);
    const { retention_seconds: named } = change.value;
    const beyond =
      named === undefined || named === null
        ? {}
        : { faces_beyond_retention: await countBeyond(deps, tenant, written.value.shards, named) };
    return answer(c, 200, {
      ...settingsBody(written.value),
      ...beyond,
    } satisfies Body<typeof changedSettingsAnswerSchema>);
  };
}

function countBeyond({ openDirectory, clock }: Deps, tenant: TenantId, shards: number, seconds: number) {
  const directories = Array.from({ length: shards }, (_, shard) => openDirectory(tenant, shard));
  return countOutliving(directories, seconds, clock().getTime());
}

type WireSettings = z.infer<typeof settingsSchema>;

function settingsBody(settings: TenantSettings): WireSettings {
  const { lockOut } = settings;
  return {
    consistency: settings.consistency,
    edge_seconds: settings.edgeSeconds,
    consent_required: settings.consentRequired,
    retention_seconds: settings.retentionSeconds,
    lock_out: {
      max_in_a_row: lockOut.maxInARow,
      delay_seconds: lockOut.delaySeconds,
      max_total: lockOut.maxTotal,
    },
    audit_retention_seconds: settings.auditSeconds,
    max_fmr: settings.maxFmr,
    max_fmr_with_scores: settings.maxFmrWithScores,
    max_fpir: settings.maxFpir,
    shards: settings.shards,
  };
}

function fromWire(change: z.infer<typeof settingsChangeSchema>): SettingsChange {
  const { lock_out } = change;
  return {
    consistency: change.consistency,
    edgeSeconds: change.edge_seconds,
    consentRequired: change.consent_required,
    retentionSeconds: change.retention_seconds,
    lockOut: lock_out && {
      maxInARow: lock_out.max_in_a_row,
      delaySeconds: lock_out.delay_seconds,
      maxTotal: lock_out.max_total,
    },
    auditSeconds: change.audit_retention_seconds,
    maxFmr: change.max_fmr,
    maxFmrWithScores: change.max_fmr_with_scores,
    maxFpir: change.max_fpir,
  };
}

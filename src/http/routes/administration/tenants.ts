/** Tenants, which the deployment's own key makes, and the settings that each decides for itself. */
import type * as z from "zod";
import type { TenantId } from "../../../identity/ids.ts";
import { jurisdictionOf } from "../../../identity/jurisdiction.ts";
import type { SettingsChange, TenantSettings } from "../../../identity/settings.ts";
import type { Tenants } from "../../../trust/tenants.ts";
import { answer, refuse } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
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
import { listQuerySchema, type PageSizes } from "../../schemas/requests.ts";

export interface TenantsDeps {
  readonly tenants: Tenants;
}

/** POST /v1/tenants */
export function createTenant({ tenants }: TenantsDeps): Handler {
  return async (c) => {
    const request = await readJson(c, tenantRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const { tenant_id: name, jurisdiction, location_hint: locationHint, settings: asked } = request.value;
    const { shards, ...others } = asked ?? {};
    const created = await tenants.create(
      callerOf(c),
      name as TenantId,
      { jurisdiction, locationHint },
      { shards, ...fromWire(others) },
    );
    if (!created.ok) return refuse(c, created.failure);
    const { tenant, settings, keyId, key } = created.value;
    return answer(c, 201, {
      tenant_id: tenant,
      settings: settingsBody(tenant, settings),
      key,
      key_id: keyId,
    } satisfies Body<typeof newTenantAnswerSchema>);
  };
}

interface TenantListDeps extends TenantsDeps {
  readonly config: PageSizes;
}

/** GET /v1/tenants?limit&cursor */
export function listTenants({ tenants, config }: TenantListDeps): Handler {
  const querySchema = listQuerySchema(config);
  return async (c) => {
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const page = await tenants.list(query.value);
    if (!page.ok) return refuse(c, page.failure);
    return answer(c, 200, {
      tenants: page.value.tenants.map((tenant_id) => ({ tenant_id })),
      next_cursor: page.value.nextCursor ?? null,
    } satisfies Body<typeof tenantListAnswerSchema>);
  };
}

/** GET /v1/settings */
export function getSettings(): Handler {
  return async (c) =>
    answer(
      c,
      200,
      settingsBody(c.var.principal.tenant, c.var.settings) satisfies Body<typeof settingsAnswerSchema>,
    );
}

/** PATCH /v1/settings: when the change names a retention, the answer says how many faces outlive it. */
export function changeSettings({ tenants }: TenantsDeps): Handler {
  return async (c) => {
    const change = await readJson(c, settingsChangeSchema);
    if (!change.ok) return refuse(c, change.failure);
    const changed = await tenants.changeSettings(callerOf(c), fromWire(change.value));
    if (!changed.ok) return refuse(c, changed.failure);
    const { settings, facesBeyondRetention } = changed.value;
    return answer(c, 200, {
      ...settingsBody(c.var.principal.tenant, settings),
      ...(facesBeyondRetention === undefined ? {} : { faces_beyond_retention: facesBeyondRetention }),
    } satisfies Body<typeof changedSettingsAnswerSchema>);
  };
}

type WireSettings = z.infer<typeof settingsSchema>;

function settingsBody(tenant: TenantId, settings: TenantSettings): WireSettings {
  const { lockOut, replay, controller } = settings;
  return {
    consistency: settings.consistency,
    edge_seconds: settings.edgeSeconds,
    consent_required: settings.consentRequired,
    retention_seconds: settings.retentionSeconds,
    retention_unused_seconds: settings.unusedSeconds,
    controller: controller && {
      name: controller.name,
      contact: controller.contact,
      notice_url: controller.noticeUrl,
    },
    lock_out: {
      max_in_a_row: lockOut.maxInARow,
      delay_seconds: lockOut.delaySeconds,
      max_total: lockOut.maxTotal,
    },
    audit_retention_seconds: settings.auditSeconds,
    max_fmr: settings.maxFmr,
    max_fmr_with_scores: settings.maxFmrWithScores,
    max_fpir: settings.maxFpir,
    background_face_share: settings.backgroundFaceShare,
    evidence_required: settings.evidenceRequired,
    replay: {
      sessions: replay.sessions,
      keys: replay.keys,
      max_sketches: replay.maxSketches,
      kept_seconds: replay.keptSeconds,
    },
    liveness_required: { ...settings.livenessRequired },
    passive_limit: settings.passiveLimit,
    template_drift_fmr: settings.driftFmr,
    shards: settings.shards,
    jurisdiction: jurisdictionOf(tenant) ?? null,
    location_hint: settings.locationHint,
  };
}

function fromWire(change: z.infer<typeof settingsChangeSchema>): SettingsChange {
  const { lock_out, replay, controller } = change;
  return {
    consistency: change.consistency,
    edgeSeconds: change.edge_seconds,
    consentRequired: change.consent_required,
    retentionSeconds: change.retention_seconds,
    unusedSeconds: change.retention_unused_seconds,
    controller: controller && {
      name: controller.name,
      contact: controller.contact,
      noticeUrl: controller.notice_url,
    },
    lockOut: lock_out && {
      maxInARow: lock_out.max_in_a_row,
      delaySeconds: lock_out.delay_seconds,
      maxTotal: lock_out.max_total,
    },
    auditSeconds: change.audit_retention_seconds,
    maxFmr: change.max_fmr,
    maxFmrWithScores: change.max_fmr_with_scores,
    maxFpir: change.max_fpir,
    backgroundFaceShare: change.background_face_share,
    evidenceRequired: change.evidence_required,
    replay: replay && {
      sessions: replay.sessions,
      keys: replay.keys,
      maxSketches: replay.max_sketches,
      keptSeconds: replay.kept_seconds,
    },
    livenessRequired: change.liveness_required,
    passiveLimit: change.passive_limit,
    driftFmr: change.template_drift_fmr,
  };
}

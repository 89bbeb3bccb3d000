/** Requests and answers of administration: tenants, keys, settings, sessions, the audit trail. */
import * as z from "zod";
import { tenantIdPattern } from "../identity/ids.ts";
import { tenantSettingsSchema } from "../identity/settings.ts";
import { apiKeyIdPattern } from "../trust/api-key.ts";
import { scopes, sessionActions } from "../trust/scopes.ts";
import { maxFmrSchema, subjectIdSchema } from "./schemas.ts";

const requestIdSchema = z.string();
const timeSchema = z.iso.datetime();

export const tenantIdSchema = z
  .string()
  .regex(tenantIdPattern, "must be 1 to 32 of a-z 0-9 -, without - at either end");

export const apiKeyIdSchema = z.string().regex(apiKeyIdPattern, "must be the id of a key");

const { shape } = tenantSettingsSchema;

/** A tenant's settings, on the wire. */
export const settingsSchema = z.strictObject({
  consistency: shape.consistency,
  edge_seconds: shape.edgeSeconds,
  consent_required: shape.consentRequired,
  retention_seconds: shape.retentionSeconds,
  lock_out: z.strictObject({
    max_in_a_row: shape.lockOut.shape.maxInARow,
    delay_seconds: shape.lockOut.shape.delaySeconds,
    max_total: shape.lockOut.shape.maxTotal,
  }),
  shards: shape.shards,
});

/** The shards are fixed: subjects would be looked for where they are not. */
export const settingsChangeSchema = settingsSchema.omit({ shards: true }).partial();

export const settingsAnswerSchema = settingsSchema.extend({ request_id: requestIdSchema });

export const tenantRequestSchema = z.strictObject({
  tenant_id: tenantIdSchema,
  settings: settingsSchema.partial().optional(),
});

const scopesSchema = z.array(z.enum(scopes, `must be of ${scopes.join(", ")}`)).min(1, "must not be empty");

export const keyRequestSchema = z.strictObject({
  name: z.string().max(100, "must be at most 100 letters").default(""),
  scopes: scopesSchema,
  expires_at: z.iso.datetime({ offset: true, error: "must be a time, as 2030-01-31T12:00:00Z" }).optional(),
});

export const rotationRequestSchema = z.strictObject({
  /** For how long the old key goes on. */
  grace_seconds: z.int("must be a whole number").min(0).max(2_592_000).default(0),
});

const keySchema = z.strictObject({
  key_id: apiKeyIdSchema,
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  created_at: timeSchema,
  expires_at: timeSchema.nullable(),
  /** From then on the key is refused; it may lie ahead. */
  revoked_at: timeSchema.nullable(),
});

export const keyListAnswerSchema = z.strictObject({ keys: z.array(keySchema), request_id: requestIdSchema });

/** `key` is shown this once. */
export const newKeyAnswerSchema = keySchema.extend({ key: z.string(), request_id: requestIdSchema });

export const revokedKeyAnswerSchema = z.strictObject({
  key_id: apiKeyIdSchema,
  revoked_at: timeSchema,
  request_id: requestIdSchema,
});

export const newTenantAnswerSchema = z.strictObject({
  tenant_id: tenantIdSchema,
  settings: settingsSchema,
  /** The tenant's first key, with all scopes; shown this once. */
  key: z.string(),
  key_id: apiKeyIdSchema,
  request_id: requestIdSchema,
});

export const tenantListAnswerSchema = z.strictObject({
  tenants: z.array(z.strictObject({ tenant_id: tenantIdSchema })),
  next_cursor: z.string().nullable(),
  request_id: requestIdSchema,
});

export const sessionRequestSchema = z.strictObject({
  subject_id: subjectIdSchema,
  action: z.enum(sessionActions, "must be verify"),
  max_uses: z.int("must be a whole number").min(1).max(100).default(1),
  ttl_seconds: z.int("must be a whole number").min(10).max(3600).default(300),
  max_fmr: maxFmrSchema.optional(),
});

export const sessionAnswerSchema = z.strictObject({
  token: z.string(),
  expires_at: timeSchema,
  nonce: z.string(),
  request_id: requestIdSchema,
});

export const auditAnswerSchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      at: timeSchema,
      actor: z.string(),
      action: z.string(),
      subject_id: z.string().nullable(),
      face_id: z.string().nullable(),
      outcome: z.string(),
      request_id: z.string(),
    }),
  ),
  next_cursor: z.string().nullable(),
  request_id: requestIdSchema,
});

const exportLimitRule = "must be a whole number from 1 to 1000";

export const exportQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, exportLimitRule)
    .transform(Number)
    .pipe(z.int().min(1, exportLimitRule).max(1000, exportLimitRule))
    .default(500),
  cursor: z.string().optional(),
});

export const importAnswerSchema = z.strictObject({
  imported: z.int().min(0),
  /** Already there under the same ids. */
  skipped: z.int().min(0),
  /** Whether the page came whole; send the rest of it, or all of it again. */
  complete: z.boolean(),
  /** Where the export went on after this page. */
  next_cursor: z.string().nullable(),
  request_id: requestIdSchema,
});

export const unlockAnswerSchema = z.strictObject({
  subject_id: subjectIdSchema,
  request_id: requestIdSchema,
});

export const rewrapAnswerSchema = z.strictObject({
  rewrapped: z.int().min(0),
  /** Whether nothing is left that an earlier KEK wraps. */
  done: z.boolean(),
  request_id: requestIdSchema,
});

export const signingKeyAnswerSchema = z.strictObject({ kid: z.string(), request_id: requestIdSchema });

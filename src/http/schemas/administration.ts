/** Requests of administration: tenants, keys, settings, sessions, the audit trail. */
import * as z from "zod";
import { tenantIdPattern } from "../../identity/ids.ts";
import { scopes } from "../../identity/scopes.ts";
import { tenantSettingsSchema } from "../../identity/settings.ts";
import { apiKeyIdPattern } from "../../trust/keys/api-key.ts";
import { sessionActions } from "../../trust/principal.ts";
import { maxFmrSchema, subjectIdSchema } from "./requests.ts";

export const tenantIdSchema = z
  .string()
  .regex(tenantIdPattern, "must be 1 to 32 of a-z 0-9 -, without - at either end");

export const apiKeyIdSchema = z.string().regex(apiKeyIdPattern, "must be the id of a key");

const { shape } = tenantSettingsSchema;

/** A tenant's settings, on the wire. The descriptions are for the API's document. */
export const settingsSchema = z.strictObject({
  consistency: shape.consistency.describe(
    "`strong`: what was deleted, locked or revoked is so at once, everywhere. `edge`: within `edge_seconds`, for a faster answer.",
  ),
  edge_seconds: shape.edgeSeconds,
  consent_required: shape.consentRequired.describe("Whether an enrolment without consent is refused."),
  retention_seconds: shape.retentionSeconds.describe(
    "From enrolment to deletion, when the enrolment does not say; null keeps a face until it is deleted.",
  ),
  lock_out: z
    .strictObject({
      max_in_a_row: shape.lockOut.shape.maxInARow.describe("Failures until further attempts must wait."),
      delay_seconds: shape.lockOut.shape.delaySeconds.describe(
        "The first wait; each further one is twice as long.",
      ),
      max_total: shape.lockOut.shape.maxTotal.describe(
        "Failures without a match until the subject is locked.",
      ),
    })
    .describe("When failed verifications of a subject stop further ones."),
  // Without their defaults: what a change leaves out stays as it is.
  audit_retention_seconds: shape.auditSeconds
    .unwrap()
    .describe(
      "How long the audit trail goes back; each further shard hears of a change with its next entry.",
    ),
  max_fmr: shape.maxFmr
    .unwrap()
    .describe(
      "The false match rate of requests that name none. Callers without the scope `scores` may ask for it, or for it divided by 10, 100 and so on, and for nothing else.",
    ),
  max_fmr_with_scores: shape.maxFmrWithScores
    .unwrap()
    .describe(
      "The laxest rate that callers with the scope `scores` may ask for, though never below `max_fmr`; null for any that was measured.",
    ),
  max_fpir: shape.maxFpir
    .unwrap()
    .describe("The false positive identification rate of searches that name none."),
  shards: shape.shards.describe(
    "Directories and galleries over which the subjects are spread; fixed when the tenant is made. One holds some hundred thousand faces.",
  ),
});

/** The shards are fixed: subjects would be looked for where they are not. */
export const settingsChangeSchema = settingsSchema.omit({ shards: true }).partial();

export const tenantRequestSchema = z.strictObject({
  tenant_id: tenantIdSchema,
  settings: settingsSchema.partial().optional().describe("Those that are not to be as by default."),
});

const scopesSchema = z.array(z.enum(scopes, `must be of ${scopes.join(", ")}`)).min(1, "must not be empty");

export const keyRequestSchema = z.strictObject({
  name: z.string().max(100, "must be at most 100 letters").default(""),
  scopes: scopesSchema,
  expires_at: z.iso.datetime({ offset: true, error: "must be a time, as 2030-01-31T12:00:00Z" }).optional(),
});

export const rotationRequestSchema = z.strictObject({
  grace_seconds: z
    .int("must be a whole number")
    .min(0)
    .max(2_592_000)
    .default(0)
    .describe("For how long the old key goes on."),
});

export const sessionRequestSchema = z.strictObject({
  subject_id: subjectIdSchema,
  action: z.enum(sessionActions, "must be verify"),
  max_uses: z.int("must be a whole number").min(1).max(100).default(1),
  ttl_seconds: z.int("must be a whole number").min(10).max(3600).default(300),
  max_fmr: maxFmrSchema.optional(),
});

const exportLimitRule = "must be a whole number from 1 to 1000";

export const exportQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, exportLimitRule)
    .transform(Number)
    .pipe(z.int().min(1, exportLimitRule).max(1000, exportLimitRule))
    .default(500),
  cursor: z.string().optional().describe("`Sameface-Next-Cursor` of the page before."),
});

/** Answers of administration: tenants, keys, settings, sessions, the audit trail. Types alone, as in answers.ts. */
import * as z from "zod";
import { scopes } from "../../identity/scopes.ts";
import { apiKeyIdSchema, settingsSchema, tenantIdSchema } from "./administration.ts";
import { nextCursorSchema, requestIdSchema, timeSchema } from "./answers.ts";
import { subjectIdSchema } from "./requests.ts";

export const settingsAnswerSchema = settingsSchema
  .extend({ request_id: requestIdSchema })
  .meta({ id: "SettingsAnswer" });

/** Of a change of the settings. */
export const changedSettingsAnswerSchema = settingsSchema
  .extend({
    faces_beyond_retention: z
      .int()
      .min(0)
      .optional()
      .describe(
        "Faces that outlive the `retention_seconds` of the change: enrolled before it, or with an end of their own. Where the change names one.",
      ),
    request_id: requestIdSchema,
  })
  .meta({ id: "ChangedSettings" });

const keySchema = z.strictObject({
  key_id: apiKeyIdSchema,
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  created_at: timeSchema,
  expires_at: timeSchema.nullable(),
  revoked_at: timeSchema.nullable().describe("From then on the key is refused; it may lie ahead."),
});

export const keyListAnswerSchema = z
  .strictObject({
    keys: z.array(keySchema.meta({ id: "ApiKey" })),
    request_id: requestIdSchema,
  })
  .meta({ id: "ApiKeyList" });

export const newKeyAnswerSchema = keySchema
  .extend({ key: z.string().describe("The key itself, shown this once."), request_id: requestIdSchema })
  .meta({ id: "NewApiKey" });

export const revokedKeyAnswerSchema = z
  .strictObject({ key_id: apiKeyIdSchema, revoked_at: timeSchema, request_id: requestIdSchema })
  .meta({ id: "RevokedApiKey" });

export const newTenantAnswerSchema = z
  .strictObject({
    tenant_id: tenantIdSchema,
    settings: settingsSchema,
    key: z.string().describe("The tenant's first key, with all scopes; shown this once."),
    key_id: apiKeyIdSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "NewTenant" });

export const tenantListAnswerSchema = z
  .strictObject({
    tenants: z.array(z.strictObject({ tenant_id: tenantIdSchema })),
    next_cursor: nextCursorSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "TenantList" });

export const sessionAnswerSchema = z
  .strictObject({
    token: z.string().describe("For the phone, in place of an API key."),
    expires_at: timeSchema,
    nonce: z.string().describe("Comes back in a receipt of this session."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Session" });

export const auditAnswerSchema = z
  .strictObject({
    entries: z.array(
      z
        .strictObject({
          at: timeSchema,
          actor: z.string().describe("`root`, `key:<id>` or `session:<id>`."),
          action: z.string(),
          subject_id: z.string().nullable(),
          face_id: z.string().nullable(),
          outcome: z.string(),
          request_id: z.string(),
        })
        .meta({ id: "AuditEntry" }),
    ),
    next_cursor: nextCursorSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "AuditPage" });

export const importAnswerSchema = z
  .strictObject({
    imported: z.int().min(0),
    skipped: z.int().min(0).describe("Already there under the same ids, of the same model."),
    complete: z
      .boolean()
      .describe("Whether the page came whole; if not, send the rest of it, or all of it again."),
    next_cursor: z.string().nullable().describe("Where the export went on after this page."),
    request_id: requestIdSchema,
  })
  .meta({ id: "ImportedPage" });

export const unlockAnswerSchema = z
  .strictObject({ subject_id: subjectIdSchema, request_id: requestIdSchema })
  .meta({ id: "Unlocked" });

export const rewrapAnswerSchema = z
  .strictObject({
    rewrapped: z.int().min(0),
    done: z.boolean().describe("Whether nothing is left that an earlier KEK wraps."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Rewrapped" });

export const doctorAnswerSchema = z
  .strictObject({
    now: timeSchema.describe("The service's clock."),
    environment: z.enum(["development", "production"]),
    tenant_id: tenantIdSchema,
    actor: z.string().describe("`root` or `key:<id>`: whom the key speaks for."),
    scopes: z.array(z.enum(scopes)),
    checks: z
      .array(
        z.strictObject({
          name: z.enum(["secrets", "bindings", "directory", "kv", "models"]),
          status: z.enum(["ok", "warning", "failed"]),
          detail: z.string().nullable().describe("What is wrong, and what to do; null where all is well."),
          ms: z.number().describe("By the service's clock, which a deployed Worker sees move with I/O only."),
        }),
      )
      .optional()
      .describe("For the deployment's own key."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Doctor" });

export const signingKeyAnswerSchema = z
  .strictObject({ kid: z.string().describe("The new key's id in the JWKS."), request_id: requestIdSchema })
  .meta({ id: "SigningKey" });

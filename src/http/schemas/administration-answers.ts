/**
 * Answers of administration: tenants, keys, settings, sessions, the audit trail. The service uses their types alone,
 * as in answers.ts.
 */
import * as z from "zod";
import { jurisdictions } from "../../identity/jurisdiction.ts";
import { scopes } from "../../identity/scopes.ts";
import { apiKeyIdSchema, settingsSchema, tenantIdSchema } from "./administration.ts";
import { nextCursorSchema, requestIdSchema, timeSchema } from "./answers.ts";
import { challengeSchema } from "./liveness.ts";
import { faceIdSchema, subjectIdSchema } from "./requests.ts";

export const settingsAnswerSchema = settingsSchema
  .extend({ request_id: requestIdSchema })
  .meta({ id: "SettingsAnswer" });

export const changedSettingsAnswerSchema = settingsSchema
  .extend({
    faces_beyond_retention: z
      .int()
      .min(0)
      .optional()
      .describe(
        "Number of faces that outlive the `retention_seconds` of the change: enrolled before it, or with an end of their own. Present when the change names a retention.",
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
  revoked_at: timeSchema.nullable().describe("Time from which the key is refused; may be in the future."),
});

export const keyListAnswerSchema = z
  .strictObject({
    keys: z.array(keySchema.meta({ id: "ApiKey" })),
    request_id: requestIdSchema,
  })
  .meta({ id: "ApiKeyList" });

export const newKeyAnswerSchema = keySchema
  .extend({
    key: z.string().describe("The key itself, which is shown only once."),
    request_id: requestIdSchema,
  })
  .meta({ id: "NewApiKey" });

export const revokedKeyAnswerSchema = z
  .strictObject({ key_id: apiKeyIdSchema, revoked_at: timeSchema, request_id: requestIdSchema })
  .meta({ id: "RevokedApiKey" });

export const newTenantAnswerSchema = z
  .strictObject({
    tenant_id: tenantIdSchema,
    settings: settingsSchema,
    key: z.string().describe("The tenant's first key, with all scopes, which is shown only once."),
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
    token: z.string().describe("Token that the phone sends in place of an API key."),
    expires_at: timeSchema,
    nonce: z.string().describe("Random value that comes back in each receipt of this session."),
    challenge: challengeSchema.optional().describe("Present with `liveness`."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Session" });

export const auditEntrySchema = z
  .strictObject({
    at: timeSchema,
    actor: z.string().describe("Name of the caller: `root`, `key:<id>` or `session:<id>`."),
    action: z.string(),
    subject_id: z.string().nullable(),
    face_id: z.string().nullable(),
    outcome: z.string(),
    template: z.string().optional().describe("Version of the template that decided; absent where none did."),
    request_id: z.string(),
  })
  .meta({ id: "AuditEntry" });

export const auditAnswerSchema = z
  .strictObject({
    jurisdiction: z
      .enum(jurisdictions)
      .nullable()
      .describe("Jurisdiction in which the trail is stored; null for none."),
    entries: z.array(auditEntrySchema),
    next_cursor: nextCursorSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "AuditPage" });

export const reviewAnswerSchema = z
  .strictObject({
    faces: z
      .array(
        z
          .strictObject({
            subject_id: subjectIdSchema,
            face_id: faceIdSchema,
            created_at: timeSchema,
            recognisability: z
              .number()
              .min(0)
              .max(1)
              .describe(
                "How sure it is that the face's embedding tells whose it is; below 0.5 for each face here.",
              ),
            judged_by: z
              .enum(["photo", "embedding"])
              .describe(
                "Origin of the number: `photo`, measured at the enrolment, or `embedding`, computed from the stored embedding alone, which is less sure.",
              ),
          })
          .meta({ id: "UnrecognizableFace" }),
      )
      .describe("Faces of this page that should be enrolled again from other photos."),
    looked_at: z.int().min(0).describe("Number of faces that this page looked at."),
    not_judged: z
      .int()
      .min(1)
      .optional()
      .describe(
        "Number of those that were not judged, because another model made them or their records are damaged; absent when there are none.",
      ),
    next_cursor: nextCursorSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "UnrecognizableFaces" });

export const importAnswerSchema = z
  .strictObject({
    imported: z.int().min(0),
    skipped: z
      .int()
      .min(0)
      .describe("Number of faces that were there already, with the same ids and of the same model."),
    complete: z
      .boolean()
      .describe("True when the whole page arrived. When false, send the rest of it, or all of it again."),
    next_cursor: z.string().nullable().describe("Cursor with which the export goes on after this page."),
    request_id: requestIdSchema,
  })
  .meta({ id: "ImportedPage" });

const scoreSchema = z.number().describe("Distance to the template, as if it were one ordinary photo.");

export const ageingAnswerSchema = z
  .strictObject({
    subjects: z.array(
      z
        .strictObject({
          subject_id: subjectIdSchema,
          matches: z.int().min(1).describe("Matches since the subject's faces last changed."),
          first: scoreSchema.describe("Mean distance of the first five."),
          recent: scoreSchema.describe("Mean distance of the latest ones."),
        })
        .meta({ id: "AgeingSubject" }),
    ),
    threshold: z.number().describe("Distance at which the tenant's `max_fmr` refuses."),
    next_cursor: nextCursorSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "AgeingPage" });

export const liveRateAnswerSchema = z
  .strictObject({
    measured_at: timeSchema,
    max_fmr: z.number().describe("False match rate that the tenant's threshold promises."),
    fmr: z
      .number()
      .nullable()
      .describe(
        "Share of the comparisons of two different subjects that match at that threshold; null where every shard has fewer than 50 people.",
      ),
    interval: z
      .strictObject({ low: z.number(), high: z.number() })
      .nullable()
      .describe("95 % interval of the rate, over people and pairs; null with `fmr`."),
    keeps_promise: z
      .boolean()
      .nullable()
      .describe("False when the whole interval lies above `max_fmr`; null with `fmr`."),
    comparisons: z.int().min(0).describe("Number of comparisons. Pairs across shards are left out."),
    people: z.int().min(0).describe("Number of subjects in the galleries that were measured."),
    probes: z.int().min(0).describe("Number of subjects of whom a photo was compared with all others."),
    likely_duplicates: z
      .int()
      .min(0)
      .describe(
        "Matches that are closer than the lowest measured rate allows: more likely one person enrolled twice. They count in `fmr`.",
      ),
    shards_left_out: z.int().min(0).describe("Shards with fewer than 50 people, which are not counted."),
    request_id: requestIdSchema,
  })
  .meta({ id: "LiveRate" });

export const unlockAnswerSchema = z
  .strictObject({ subject_id: subjectIdSchema, request_id: requestIdSchema })
  .meta({ id: "Unlocked" });

export const rewrapAnswerSchema = z
  .strictObject({
    rewrapped: z.int().min(0),
    done: z.boolean().describe("True when an earlier KEK wraps nothing any more."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Rewrapped" });

export const doctorAnswerSchema = z
  .strictObject({
    now: timeSchema.describe("Time by the service's clock."),
    environment: z.enum(["development", "production"]),
    tenant_id: tenantIdSchema,
    actor: z.string().describe("Name of the caller that the key stands for: `root` or `key:<id>`."),
    scopes: z.array(z.enum(scopes)),
    checks: z
      .array(
        z.strictObject({
          name: z.enum(["secrets", "bindings", "directory", "kv", "models", "faces", "rates"]),
          status: z.enum(["ok", "warning", "failed"]),
          detail: z
            .string()
            .nullable()
            .describe(
              "The fault, and what to do about it; when all is well null, or the number of faces that were looked at.",
            ),
          ms: z
            .number()
            .describe(
              "Duration by the service's clock, ms. In a deployed Worker the clock moves with I/O only.",
            ),
        }),
      )
      .optional()
      .describe("Results of all checks; present for the deployment's own key only."),
    request_id: requestIdSchema,
  })
  .meta({ id: "Doctor" });

export const signingKeyAnswerSchema = z
  .strictObject({
    kid: z.string().describe("Id in the JWKS of the new key for tenants without a jurisdiction."),
    keys: z
      .array(z.strictObject({ kid: z.string(), jurisdiction: z.enum(jurisdictions).nullable() }))
      .describe("The new keys: one, and one for each jurisdiction that has tenants."),
    request_id: requestIdSchema,
  })
  .meta({ id: "SigningKey" });

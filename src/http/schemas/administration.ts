/** Requests of administration: tenants, keys, settings, sessions, the audit trail. */
import * as z from "zod";
import { tenantIdPattern, tenantNamePattern } from "../../identity/ids.ts";
import { jurisdictions, locationHints } from "../../identity/jurisdiction.ts";
import { scopes } from "../../identity/scopes.ts";
import { tenantSettingsSchema } from "../../identity/settings.ts";
import { apiKeyIdPattern } from "../../trust/keys/api-key.ts";
import { sessionActions } from "../../trust/principal.ts";
import { maxFmrSchema, subjectIdSchema, visible } from "./requests.ts";

export const tenantIdSchema = z
  .string()
  .regex(tenantIdPattern)
  .describe("The tenant's name and, after `@`, its jurisdiction if it has one.");

const tenantNameSchema = z
  .string()
  .regex(tenantNamePattern, "must be 1 to 32 of a-z 0-9 -, without - at either end");

const jurisdictionSchema = z.enum(jurisdictions, `must be of ${jurisdictions.join(", ")}`);
const locationHintSchema = z.enum(locationHints, `must be of ${locationHints.join(", ")}`);

export const apiKeyIdSchema = z.string().regex(apiKeyIdPattern, "must be the id of a key");

const { shape } = tenantSettingsSchema;

const replayShape = shape.replay.unwrap().shape;

const controllerShape = shape.controller.unwrap().unwrap().shape;

/** Control characters, separators of lines, and characters that turn the direction of the text after them. */
const control = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

const isPlain = (text: string) => !control.test(text);
const plainRule = "must not contain control characters";

/**
 * Name or contact of a controller, which consent receipts and the public policy show. It is checked where it arrives:
 * settings that an earlier version kept stay readable.
 */
function controllerText(text: typeof controllerShape.name) {
  return text.refine(isPlain, plainRule).refine((value) => visible.test(value), "must not be blank");
}

const settingsOfReplay = z
  .strictObject({
    sessions: replayShape.sessions.describe("Treatment of a copy that comes with a session token."),
    keys: replayShape.keys.describe("Treatment of a copy that comes with an API key."),
    max_sketches: replayShape.maxSketches.describe(
      "Largest number of matches of a subject that copies are told by; the oldest go first.",
    ),
    kept_seconds: replayShape.keptSeconds.describe(
      "Seconds from a match for which copies of its photo are told. A change holds for later matches.",
    ),
  })
  .describe(
    "Treatment of a photo that is a copy of one that was enrolled or has matched before: `refuse` answers `replayed_photo`, `warn` marks the decision with `replayed`, `off` does not look.",
  );

/** A tenant's settings, on the wire. The descriptions are for the API's document. */
export const settingsSchema = z.strictObject({
  consistency: shape.consistency.describe(
    "`strong`: a deletion, a lock or a revocation takes effect at once, everywhere. `edge`: it takes effect within `edge_seconds`, and answers are faster.",
  ),
  edge_seconds: shape.edgeSeconds,
  consent_required: shape.consentRequired.describe("True when an enrolment without consent is refused."),
  retention_seconds: shape.retentionSeconds.describe(
    "Seconds from enrolment to deletion, for enrolments without `expires_at`; null keeps a face until it is deleted.",
  ),
  retention_unused_seconds: shape.unusedSeconds
    .unwrap()
    .describe(
      "Seconds from a subject's last use to its deletion: its last enrolment, match, or search that named it. Counted in whole days, from the change on for subjects that are enrolled; null deletes none for that reason.",
    ),
  controller: z
    .strictObject({
      name: controllerText(controllerShape.name).describe("Name of the controller; not blank."),
      contact: controllerText(controllerShape.contact).describe(
        "Address by which people reach the controller; not blank.",
      ),
      notice_url: z
        .url({ protocol: /^https?$/, error: "must be an http or https address" })
        .max(500)
        .refine(isPlain, plainRule)
        .nullable()
        .describe("Address of the privacy notice, http or https; null for none."),
    })
    .nullable()
    .describe("Whoever is responsible for the faces: named in consent receipts and in the public policy."),
  lock_out: z
    .strictObject({
      max_in_a_row: shape.lockOut.shape.maxInARow.describe(
        "Failures in a row after which further attempts must wait.",
      ),
      delay_seconds: shape.lockOut.shape.delaySeconds.describe(
        "Length of the first wait, seconds; each further wait is twice as long.",
      ),
      max_total: shape.lockOut.shape.maxTotal.describe(
        "Failures without a match between them after which the subject is locked.",
      ),
    })
    .describe("Limits at which failed verifications of a subject stop further ones."),
  // The defaults are taken off, since a setting that a change leaves out stays as it is.
  audit_retention_seconds: shape.auditSeconds
    .unwrap()
    .describe(
      "Seconds for which entries of the audit trail are kept. After a change, each further shard learns of it with its next entry.",
    ),
  max_fmr: shape.maxFmr
    .unwrap()
    .describe(
      "False match rate of requests that name none. Callers without the scope `scores` may ask for this rate, or for this rate divided by 10, 100 and so on, and for no other.",
    ),
  max_fmr_with_scores: shape.maxFmrWithScores
    .unwrap()
    .describe(
      "Highest false match rate that callers with the scope `scores` may ask for; they may always ask for `max_fmr`. Null allows every rate that was measured.",
    ),
  max_fpir: shape.maxFpir.unwrap().describe("False positive identification rate of searches that name none."),
  background_face_share: shape.backgroundFaceShare
    .unwrap()
    .describe(
      "Share of the largest face's side from which a further face counts as another person under `face=only`; 0 counts every face that is found.",
    ),
  evidence_required: shape.evidenceRequired
    .unwrap()
    .describe("True when an embedding that is sent without the `evidence` of its photo is refused."),
  replay: settingsOfReplay,
  liveness_required: shape.livenessRequired
    .unwrap()
    .describe(
      "Calls that are refused with `liveness_required` unless they bring the frames of a liveness session. An import is no such call.",
    ),
  passive_limit: shape.passiveLimit
    .unwrap()
    .describe(
      "Least passive score of a photo that is enrolled or verified; a photo below it is refused as `presentation_attack_suspected`. Null, the default, refuses none.",
    ),
  template_drift_fmr: shape.driftFmr
    .unwrap()
    .describe(
      "False match rate, against the enrolled photos alone, at or below which the first frame of a verification with liveness joins the subject's template, so that it ages with the person; at most five frames, which move it by at most 0.3. At most `max_fmr`. Null, the default, joins none.",
    ),
  shards: shape.shards.describe(
    "Number of directories and galleries over which the subjects are spread; fixed when the tenant is made. One shard holds some hundred thousand faces.",
  ),
  jurisdiction: jurisdictionSchema
    .nullable()
    .describe(
      "Jurisdiction in which everything of the tenant is stored; fixed when the tenant is made, and part of its id. Null for none.",
    ),
  location_hint: locationHintSchema
    .nullable()
    .describe(
      "Region near which the tenant's directories were to be made; fixed when the tenant is made. Null for none.",
    ),
});

const placed = { jurisdiction: true, location_hint: true } as const;

/** Change of settings. The shards are fixed: after a change of them subjects would be looked for where they are not. */
export const settingsChangeSchema = settingsSchema.omit({ shards: true, ...placed }).partial();

export const tenantRequestSchema = z.strictObject({
  tenant_id: tenantNameSchema.describe("The tenant's name; the answer has its id."),
  jurisdiction: jurisdictionSchema
    .optional()
    .describe(
      "Jurisdiction in which everything of the tenant is stored. It becomes part of the tenant's id, and never changes; to move, export and import.",
    ),
  location_hint: locationHintSchema
    .optional()
    .describe(
      "Region near which the tenant's directories are made, if the platform can. A hint, and no promise.",
    ),
  settings: settingsSchema
    .omit(placed)
    .partial()
    .optional()
    .describe("Settings that differ from the defaults."),
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
    .describe("Seconds for which the old key stays valid."),
});

export const sessionRequestSchema = z.strictObject({
  subject_id: subjectIdSchema,
  action: z.enum(sessionActions, "must be verify or enrol"),
  liveness: z
    .enum(["challenge"], "must be challenge")
    .optional()
    .describe(
      "`challenge`: the phone must send frames of a person who takes the poses of a challenge. Needed for `enrol`.",
    ),
  max_uses: z
    .int("must be a whole number from 1 to 100")
    .min(1)
    .max(100)
    .default(1)
    .describe("Attempts that the token allows; with `liveness`, tries, each with a challenge of its own."),
  ttl_seconds: z.int("must be a whole number from 10 to 3600").min(10).max(3600).default(300),
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
  cursor: z.string().optional().describe("`Sameface-Next-Cursor` of the previous page."),
});

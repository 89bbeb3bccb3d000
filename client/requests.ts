/** Checks of the requests' fields. The service itself checks which words and numbers a field may have. */
import {
  type Checks,
  fields,
  flag,
  headerText,
  isText,
  maybe,
  number,
  orNull,
  rule,
  someText,
  text,
  texts,
  textsByName,
} from "./check.ts";
import { type UploadOptions, uploadChecks } from "./options.ts";
import type * as wire from "./wire.ts";

export interface EnrolmentCallOptions extends wire.EnrolmentOptions, UploadOptions {
  /** Default: a new key for each call. Your own key makes an enrolment safe to repeat in later calls, for a day. */
  readonly idempotencyKey?: string;
}

export interface VerificationCallOptions extends wire.VerificationOptions, UploadOptions {
  /**
   * Default: a new key for each call. With your own key a later call gets the first one's answer again, for a day, and
   * counts no further attempt.
   */
  readonly idempotencyKey?: string;
}

const time = rule("a time in a string, as 2030-01-31T12:00:00Z", isText);
const wordOf = (words: string) => rule(`a string: ${words}`, isText);

const faceChecks = {
  face: maybe(wordOf("largest, center or only")),
  include: maybe(wordOf("crop")),
};

const embeddingChecks: Checks<wire.EmbeddingOptions> = {
  ...faceChecks,
  quality: maybe(wordOf("warn or refuse")),
};

const decisionChecks: Checks<wire.DecisionOptions> = { ...embeddingChecks, max_fmr: maybe(number) };

export const enrolmentOptions = fields<EnrolmentCallOptions>({
  ...faceChecks,
  passive: maybe(flag),
  duplicates: maybe(wordOf("allow or refuse")),
  conflicts: maybe(wordOf("allow or refuse")),
  expires_at: maybe(time),
  consent_version: maybe(text),
  consent_purpose: maybe(text),
  consent_at: maybe(time),
  consent_receipt: maybe(flag),
  metadata: maybe(textsByName),
  idempotencyKey: maybe(headerText),
  ...uploadChecks,
});

export const verificationOptions = fields<VerificationCallOptions>({
  ...decisionChecks,
  passive: maybe(flag),
  receipt: maybe(flag),
  nonce: maybe(text),
  idempotencyKey: maybe(headerText),
  ...uploadChecks,
});

export const decisionOptions = fields<wire.DecisionOptions & UploadOptions>({
  ...decisionChecks,
  ...uploadChecks,
});

export const identificationOptions = fields<wire.IdentificationOptions & UploadOptions>({
  ...embeddingChecks,
  max_candidates: maybe(number),
  max_fpir: maybe(number),
  ...uploadChecks,
});

export const detectionOptions = fields<wire.DetectionOptions & UploadOptions>({
  ...embeddingChecks,
  passive: maybe(flag),
  ...uploadChecks,
});

export const embeddingOptions = fields<wire.EmbeddingOptions & UploadOptions>({
  ...embeddingChecks,
  ...uploadChecks,
});

export const liveVerificationOptions = fields<wire.LiveVerificationOptions & UploadOptions>({
  receipt: maybe(flag),
  session: maybe(text),
  ...uploadChecks,
});

export const liveEnrolmentOptions = fields<wire.LiveEnrolmentOptions & UploadOptions>({
  duplicates: maybe(wordOf("allow or refuse")),
  conflicts: maybe(wordOf("allow or refuse")),
  expires_at: maybe(time),
  consent_version: maybe(text),
  consent_purpose: maybe(text),
  consent_at: maybe(time),
  consent_receipt: maybe(flag),
  metadata: maybe(textsByName),
  session: maybe(text),
  ...uploadChecks,
});

export const sessionRequest = fields<wire.SessionRequest>({
  subject_id: someText,
  action: wordOf("verify or enrol"),
  liveness: maybe(wordOf("challenge")),
  max_uses: maybe(number),
  ttl_seconds: maybe(number),
  max_fmr: maybe(number),
});

export const faceUpdate = fields<wire.FaceUpdate>({
  expires_at: maybe(orNull(time)),
  metadata: maybe(orNull(textsByName)),
});

export const pageOptions = fields<wire.PageOptions>({ limit: maybe(number), cursor: maybe(text) });

export const keyRequest = fields<wire.NewKeyRequest>({
  name: maybe(text),
  scopes: texts,
  expires_at: maybe(time),
});

export const rotationRequest = fields<wire.RotationRequest>({ grace_seconds: maybe(number) });

const settingsChecks: Checks<wire.SettingsChange> = {
  consistency: maybe(wordOf("strong or edge")),
  edge_seconds: maybe(number),
  consent_required: maybe(flag),
  retention_seconds: maybe(orNull(number)),
  retention_unused_seconds: maybe(orNull(number)),
  controller: maybe(
    orNull(
      fields<NonNullable<wire.Settings["controller"]>>({
        name: someText,
        contact: someText,
        notice_url: orNull(text),
      }),
    ),
  ),
  lock_out: maybe(
    fields<wire.Settings["lock_out"]>({ max_in_a_row: number, delay_seconds: number, max_total: number }),
  ),
  audit_retention_seconds: maybe(number),
  max_fmr: maybe(number),
  max_fmr_with_scores: maybe(orNull(number)),
  max_fpir: maybe(number),
  background_face_share: maybe(number),
  evidence_required: maybe(flag),
  replay: maybe(
    fields<wire.Settings["replay"]>({
      sessions: wordOf("refuse, warn or off"),
      keys: wordOf("refuse, warn or off"),
      max_sketches: number,
      kept_seconds: number,
    }),
  ),
  liveness_required: maybe(fields<wire.Settings["liveness_required"]>({ verify: flag, enrol: flag })),
  passive_limit: maybe(orNull(number)),
  template_drift_fmr: maybe(orNull(number)),
};

export const settingsChange = fields<wire.SettingsChange>(settingsChecks);

export const tenantRequest = fields<wire.NewTenantRequest>({
  tenant_id: someText,
  jurisdiction: maybe(wordOf("eu, us or fedramp")),
  location_hint: maybe(wordOf("a region such as weur")),
  settings: maybe(
    fields<Exclude<wire.NewTenantRequest["settings"], undefined>>({
      ...settingsChecks,
      shards: maybe(number),
    }),
  ),
});

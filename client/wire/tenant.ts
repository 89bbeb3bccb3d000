/** A tenant's keys, settings, audit trail, live rate and transfers. */
import type { Answer, Placed } from "./parts.ts";

export type Scope =
  | "enrol"
  | "verify"
  | "identify"
  | "read"
  | "delete"
  /** Allows distances and false match rates in answers. */
  | "scores"
  /** Allows embeddings in answers and in requests. */
  | "embeddings"
  /** Allows the tenant's keys, settings, audit trail and export. */
  | "admin";

export interface NewKeyRequest {
  readonly name?: string;
  readonly scopes: readonly Scope[];
  readonly expires_at?: string;
}

export interface RotationRequest {
  /** Time for which the old key still works; default 0. */
  readonly grace_seconds?: number;
}

export interface ApiKey {
  key_id: string;
  name: string;
  scopes: Scope[];
  created_at: string;
  expires_at: string | null;
  /** Time from which the key is refused; may be in the future. */
  revoked_at: string | null;
}

export interface ApiKeyList extends Answer {
  keys: ApiKey[];
}

export interface NewApiKey extends ApiKey, Answer {
  /** The key itself, shown only in this answer. */
  key: string;
}

export interface RevokedApiKey extends Answer {
  key_id: string;
  revoked_at: string;
}

/** Place in which everything of a tenant is stored. */
export type Jurisdiction = "eu" | "us" | "fedramp";

export type LocationHint =
  | "wnam"
  | "enam"
  | "sam"
  | "weur"
  | "eeur"
  | "apac"
  | "apac-ne"
  | "apac-se"
  | "oc"
  | "afr"
  | "me";

/** `refuse` fails with `replayed_photo`, `warn` marks the decision with `replayed`, `off` does not look. */
export type ReplayPolicy = "refuse" | "warn" | "off";

export interface Settings {
  consistency: "strong" | "edge";
  edge_seconds: number;
  consent_required: boolean;
  retention_seconds: number | null;
  /** Seconds from a subject's last use to its deletion; null deletes none for that reason. */
  retention_unused_seconds: number | null;
  /** Whoever is responsible for the faces; null where nobody is named. */
  controller: { name: string; contact: string; notice_url: string | null } | null;
  lock_out: { max_in_a_row: number; delay_seconds: number; max_total: number };
  audit_retention_seconds: number;
  /** Rate of requests that name none. Without the scope "scores" a request may not ask for a laxer one. */
  max_fmr: number;
  /** Laxest rate for keys with "scores", never below `max_fmr`; null for no limit. */
  max_fmr_with_scores: number | null;
  max_fpir: number;
  /** Under `face: "only"`, share of the largest face's side from which a further face counts. */
  background_face_share: number;
  /** True when an embedding without its `evidence` is refused. */
  evidence_required: boolean;
  /** Treatment of a photo that was enrolled or has matched before, by the kind of caller. */
  replay: {
    sessions: ReplayPolicy;
    keys: ReplayPolicy;
    /** Largest number of matches of a subject that copies are told by. */
    max_sketches: number;
    /** Seconds from a match for which copies of its photo are told. */
    kept_seconds: number;
  };
  /** Calls that are refused unless they bring the frames of a liveness session. */
  liveness_required: { verify: boolean; enrol: boolean };
  /** Least passive score of a photo that is enrolled or verified; null refuses none. */
  passive_limit: number | null;
  /** Rate at or below which a live verification joins the template; null joins none. */
  template_drift_fmr: number | null;
  /** Fixed when the tenant is made. */
  shards: number;
  /** Fixed when the tenant is made; null for none. */
  jurisdiction: Jurisdiction | null;
  /** Fixed when the tenant is made; null for none. */
  location_hint: LocationHint | null;
}

export type SettingsChange = Readonly<Partial<Omit<Settings, "shards" | Placed>>>;

export interface SettingsAnswer extends Settings, Answer {}

export interface ChangedSettings extends SettingsAnswer {
  /**
   * Number of faces that outlive the `retention_seconds` of the change: enrolled before it, or with an expiry of
   * their own. Absent when the change does not name `retention_seconds`.
   */
  faces_beyond_retention?: number | undefined;
}

export interface AuditEntry {
  at: string;
  /** `root`, `key:<id>` or `session:<id>`. */
  actor: string;
  action: string;
  subject_id: string | null;
  face_id: string | null;
  outcome: string;
  /** Version of the template that decided. */
  template?: string | undefined;
  request_id: string;
}

export interface AuditPage extends Answer {
  jurisdiction: Jurisdiction | null;
  entries: AuditEntry[];
  next_cursor: string | null;
}

export interface LiveRate extends Answer {
  measured_at: string;
  /** Rate that the tenant's threshold promises. */
  max_fmr: number;
  /** Rate among the people enrolled; null where every shard has fewer than 50 of them. */
  fmr: number | null;
  /** 95 % interval. */
  interval: { low: number; high: number } | null;
  /** False when the whole interval lies above `max_fmr`. */
  keeps_promise: boolean | null;
  comparisons: number;
  people: number;
  /** Number of people whose photos were compared with all others. */
  probes: number;
  /** Matches so close that two subjects are more likely one person than two; they count in `fmr`. */
  likely_duplicates: number;
  shards_left_out: number;
}

export interface ImportedPage extends Answer {
  imported: number;
  skipped: number;
  complete: boolean;
  next_cursor: string | null;
}

export interface ExportedPage {
  /** Lines of JSON, sealed with the transfer key. */
  page: string;
  next_cursor: string | null;
}

/** Options and answers as they are on the wire, in its names. A newer service may say more. */

export type Scope =
  | "enrol"
  | "verify"
  | "identify"
  | "read"
  | "delete"
  /** To be told distances and false match rates. */
  | "scores"
  /** To be given embeddings and to send them. */
  | "embeddings"
  /** The tenant's keys, settings, audit trail and export. */
  | "admin";

export type FacePolicy = "largest" | "center" | "only";

export type QualityReason =
  | "face_too_small"
  | "blurred"
  | "too_dark"
  | "too_bright"
  | "extreme_pose"
  | "cut_off"
  /** Its embedding would not tell whose it is; refused whatever `quality` says. */
  | "unrecognizable";

interface FaceOptions {
  /** Which of several faces; `only` refuses a photo that shows more than one. Default `largest`. */
  readonly face?: FacePolicy;
  /** What else the answer is to have: the aligned face as the encoder saw it. */
  readonly include?: "crop";
}

export interface EnrolmentOptions extends FaceOptions {
  /** Whether somebody enrolled as another subject may be enrolled. Default `allow`. */
  readonly duplicates?: "allow" | "refuse";
  /** When the face is to be deleted: a time with its offset, as 2030-01-31T12:00:00Z. */
  readonly expires_at?: string;
  readonly consent_version?: string;
  readonly consent_purpose?: string;
  readonly consent_at?: string;
  /** Your own notes, at most 1 KiB of JSON; kept encrypted. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Of a detection and an embedding. */
export interface EmbeddingOptions extends FaceOptions {
  /** What to do about a photo beyond the limits of quality. Default `warn`. */
  readonly quality?: "warn" | "refuse";
}

export interface DecisionOptions extends EmbeddingOptions {
  /**
   * The false match rate that you can live with; it sets the threshold. Default the tenant's, 1e-4. A key
   * without the scope "scores" may ask for that, or that divided by 10, 100 and so on.
   */
  readonly max_fmr?: number;
}

export interface VerificationOptions extends DecisionOptions {
  /** Asks for a signed receipt. */
  readonly receipt?: boolean;
  /** Your own, for the receipt. */
  readonly nonce?: string;
}

export interface IdentificationOptions extends EmbeddingOptions {
  /** 1 to 50; default 5. The closest, or without the scope "scores" the first by their ids. */
  readonly max_candidates?: number;
  /** How often a search for a stranger may answer with anyone; to choose it a key needs "scores". */
  readonly max_fpir?: number;
}

export interface FaceUpdate {
  readonly expires_at?: string | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

export interface NewKeyRequest {
  readonly name?: string;
  readonly scopes: readonly Scope[];
  readonly expires_at?: string;
}

export interface RotationRequest {
  /** For how long the old key goes on; default 0. */
  readonly grace_seconds?: number;
}

export interface SessionRequest {
  readonly subject_id: string;
  readonly action: "verify";
  /** 1 to 100; default 1. */
  readonly max_uses?: number;
  /** 10 to 3600; default 300. */
  readonly ttl_seconds?: number;
  readonly max_fmr?: number;
}

export interface Settings {
  consistency: "strong" | "edge";
  edge_seconds: number;
  consent_required: boolean;
  retention_seconds: number | null;
  lock_out: { max_in_a_row: number; delay_seconds: number; max_total: number };
  audit_retention_seconds: number;
  /** Of requests that name none. Without the scope "scores" no laxer one may be asked for. */
  max_fmr: number;
  /** The laxest with "scores", though never below `max_fmr`; null for any. */
  max_fmr_with_scores: number | null;
  max_fpir: number;
  /** Fixed when the tenant is made. */
  shards: number;
}

export type SettingsChange = Readonly<Partial<Omit<Settings, "shards">>>;

export interface NewTenantRequest {
  readonly tenant_id: string;
  readonly settings?: Readonly<Partial<Settings>>;
}

interface Answer {
  /** Finds the request in the service's log. */
  request_id: string;
}

/** px of the upright photo; the first pixel's centre is (0.5, 0.5). */
export interface Face {
  box: { x: number; y: number; width: number; height: number };
  /** The detector's confidence, 0 to 1. */
  score: number;
  /** Degrees clockwise by which the photo was turned for the face to stand upright. Coordinates are the photo's as sent. */
  turned: 0 | 90 | 180 | 270;
  landmarks: {
    name: "left_eye" | "right_eye" | "nose" | "left_mouth" | "right_mouth";
    x: number;
    y: number;
  }[];
  quality: {
    eye_distance_px: number;
    sharpness: number;
    brightness: number;
    contrast: number;
    /** Degrees. */
    yaw: number;
    pitch: number;
    roll: number;
    agreement: number;
    in_frame: number;
    /** How sure it is that the embedding tells whose face it is, 0 to 1. */
    recognisability: number;
    /** The limits that this face does not meet; none for a good photo. */
    reasons: QualityReason[];
  };
  /** Base64 of a PNG; with `include: "crop"`. */
  crop?: string | undefined;
}

export interface Image {
  width: number;
  height: number;
  format: "jpeg" | "png" | "webp" | "avif";
}

export interface Enrolment extends Answer {
  face_id: string;
  subject_id: string;
  /** Absent, as the image, when an embedding was sent. */
  face?: Face | undefined;
  image?: Image | undefined;
  model: string;
  created_at: string;
  expires_at?: string | undefined;
}

export interface Decision extends Answer {
  match: boolean;
  /** Of the two embeddings, 0 to 2; for keys with the scope "scores". */
  distance?: number | undefined;
  /** `clear_match`, with "scores" alone: `fmr` is at most a tenth of the rate asked for. */
  band: "clear_match" | "match" | "no_match";
  /** A match is a distance at or below this. */
  threshold: number;
  max_fmr: number;
  /** How often a stranger comes this close; "< x" where the measured data end. With "scores". */
  fmr?: number | string | undefined;
  model: string;
}

export interface Verification extends Decision {
  /** The enrolled face that came closest; with "scores". */
  face_id?: string | undefined;
  face?: Face | undefined;
  image?: Image | undefined;
  /** A JWS, when it was asked for. */
  receipt?: string | undefined;
}

export interface Comparison extends Decision {
  face_a: Face;
  face_b: Face;
  image_a: Image;
  image_b: Image;
}

export interface Candidate {
  subject_id: string;
  face_id?: string | undefined;
  distance?: number | undefined;
  fmr?: number | string | undefined;
}

export interface Identification extends Answer {
  /** Closest first, or without "scores" in the order of their ids; empty when nobody is within the threshold. */
  candidates: Candidate[];
  /** More subjects than were asked for are within the threshold; told without "scores". */
  more_candidates?: true | undefined;
  /** Faces that were compared. */
  gallery_size: number;
  /** Faces that were not, because another model made them. */
  not_compared?: number | undefined;
  threshold: number;
  max_fpir: number;
  face?: Face | undefined;
  image?: Image | undefined;
  model: string;
}

export interface Detection extends Answer {
  face: Face;
  image: Image;
}

export interface Embedding extends Answer {
  model: string;
  dimension: number;
  /** Base64 of float32, little endian. As private as the photo. */
  embedding: string;
  face: Face;
  image: Image;
}

export interface EnrolledFace {
  face_id: string;
  model: string;
  created_at: string;
  expires_at?: string | undefined;
  consent?: { version: string; purpose: string; at: string } | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface Subject extends Answer {
  subject_id: string;
  /** Oldest first. */
  faces: EnrolledFace[];
}

export interface SubjectPage extends Answer {
  subjects: { subject_id: string }[];
  /** Null on the last page. */
  next_cursor: string | null;
}

export interface UpdatedFace extends Answer {
  subject_id: string;
  face_id: string;
}

export interface Deletion extends Answer {
  subject_id: string;
  deleted_faces: string[];
}

export interface Unlocked extends Answer {
  subject_id: string;
}

export interface Session extends Answer {
  /** For the phone, in place of a key. */
  token: string;
  expires_at: string;
  nonce: string;
}

export interface ApiKey {
  key_id: string;
  name: string;
  scopes: Scope[];
  created_at: string;
  expires_at: string | null;
  /** From then on the key is refused; it may lie ahead. */
  revoked_at: string | null;
}

export interface ApiKeyList extends Answer {
  keys: ApiKey[];
}

export interface NewApiKey extends ApiKey, Answer {
  /** Shown this once. */
  key: string;
}

export interface RevokedApiKey extends Answer {
  key_id: string;
  revoked_at: string;
}

export interface SettingsAnswer extends Settings, Answer {}

export interface ChangedSettings extends SettingsAnswer {
  /**
   * Faces that outlive the `retention_seconds` of the change: enrolled before it, or with an end of their own. Where
   * the change names one.
   */
  faces_beyond_retention?: number | undefined;
}

export interface AuditPage extends Answer {
  entries: {
    at: string;
    /** `root`, `key:<id>` or `session:<id>`. */
    actor: string;
    action: string;
    subject_id: string | null;
    face_id: string | null;
    outcome: string;
    request_id: string;
  }[];
  next_cursor: string | null;
}

export interface TenantPage extends Answer {
  tenants: { tenant_id: string }[];
  next_cursor: string | null;
}

export interface NewTenant extends Answer {
  tenant_id: string;
  settings: Settings;
  /** The tenant's first key, with all scopes; shown this once. */
  key: string;
  key_id: string;
}

export interface Rewrapped extends Answer {
  rewrapped: number;
  /** Whether nothing is left that an earlier KEK wraps. */
  done: boolean;
}

export interface SigningKey extends Answer {
  kid: string;
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

export interface Health extends Answer {
  status: "ok";
}

export interface Readiness extends Answer {
  status: "ready";
  models: { id: string; role: string; sha256: string }[];
}

export interface DoctorCheck {
  name: "secrets" | "bindings" | "directory" | "kv" | "models";
  status: "ok" | "warning" | "failed";
  /** What is wrong, and what to do; null where all is well. */
  detail: string | null;
  ms: number;
}

export interface Doctor extends Answer {
  now: string;
  environment: "development" | "production";
  tenant_id: string;
  /** `root` or `key:<id>`. */
  actor: string;
  scopes: Scope[];
  /** For the deployment's own key. */
  checks?: DoctorCheck[] | undefined;
}

export interface JsonWebKeySet {
  keys: Record<string, unknown>[];
}

/** Options and answers as they are on the wire, with the same names. A newer service may add fields. */

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

export type FacePolicy = "largest" | "center" | "only";

export type QualityReason =
  | "face_too_small"
  | "blurred"
  | "too_dark"
  | "too_bright"
  | "extreme_pose"
  | "cut_off"
  /** A mask, sunglasses, a hand or the like covers a part of it. */
  | "occluded"
  /** Its embedding would not tell whose it is; refused whatever `quality` says, and shown by `detect` alone. */
  | "unrecognizable";

interface FaceOptions {
  /** Choice among several faces; `only` refuses a photo that shows more than one. Default `largest`. */
  readonly face?: FacePolicy;
  /** Addition to the answer: `crop` is the aligned face as the encoder saw it. */
  readonly include?: "crop";
}

interface PassiveOption {
  /** True to be told whether the photo shows a person or a picture of one; for keys with the scope "scores". */
  readonly passive?: boolean;
}

export interface EnrolmentOptions extends FaceOptions, PassiveOption {
  /** `refuse` refuses a person who is enrolled as another subject. Default `allow`. */
  readonly duplicates?: "allow" | "refuse";
  /** `allow` enrols a photo of somebody else than the subject's others, which the template leaves out. Default `refuse`. */
  readonly conflicts?: "allow" | "refuse";
  /** Time at which the face is deleted, with its offset, such as 2030-01-31T12:00:00Z. */
  readonly expires_at?: string;
  readonly consent_version?: string;
  readonly consent_purpose?: string;
  readonly consent_at?: string;
  /** Asks for a signed receipt of the consent. */
  readonly consent_receipt?: boolean;
  /** Your own notes, at most 1 KiB of JSON; stored encrypted. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Options of an embedding. */
export interface EmbeddingOptions extends FaceOptions {
  /** Treatment of a photo beyond the limits of quality. Default `warn`. */
  readonly quality?: "warn" | "refuse";
}

export interface DetectionOptions extends EmbeddingOptions, PassiveOption {}

export interface DecisionOptions extends EmbeddingOptions {
  /**
   * False match rate that you accept; it sets the threshold. Default: the tenant's, 1e-4. A key without the scope
   * "scores" may ask only for the tenant's rate, or that divided by 10, 100 and so on.
   */
  readonly max_fmr?: number;
}

export interface VerificationOptions extends DecisionOptions, PassiveOption {
  /** Asks for a signed receipt. */
  readonly receipt?: boolean;
  /** Text of your own that the receipt repeats. */
  readonly nonce?: string;
}

export interface IdentificationOptions extends EmbeddingOptions {
  /** 1 to 50; default 5. The closest are kept, or without the scope "scores" the first by id. */
  readonly max_candidates?: number;
  /** Rate at which a search for a stranger may name anyone; needs the scope "scores". */
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
  /** Time for which the old key still works; default 0. */
  readonly grace_seconds?: number;
}

export interface SessionRequest {
  readonly subject_id: string;
  /** `enrol` needs `liveness` and a key with the scope "enrol". */
  readonly action: "verify" | "enrol";
  /** Asks for frames of a person who takes the poses of a challenge. */
  readonly liveness?: "challenge";
  /** 1 to 100; default 1. With `liveness`, the number of tries. */
  readonly max_uses?: number;
  /** 10 to 3600; default 300. */
  readonly ttl_seconds?: number;
  readonly max_fmr?: number;
}

/** `refuse` fails with `replayed_photo`, `warn` marks the decision with `replayed`, `off` does not look. */
export type ReplayPolicy = "refuse" | "warn" | "off";

/** Where everything of a tenant is stored. */
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

type Placed = "jurisdiction" | "location_hint";

export type SettingsChange = Readonly<Partial<Omit<Settings, "shards" | Placed>>>;

export interface NewTenantRequest {
  /** Name of the tenant. Its id in the answer is the name, with a jurisdiction `name@jurisdiction`. */
  readonly tenant_id: string;
  readonly jurisdiction?: Jurisdiction;
  /** Region near which the tenant's directories are made, if the platform can; not with a jurisdiction. */
  readonly location_hint?: LocationHint;
  readonly settings?: Readonly<Partial<Omit<Settings, Placed>>>;
}

interface Answer {
  /** Finds the request in the service's log. */
  request_id: string;
}

/** A face; px of the upright photo, where the first pixel's centre is (0.5, 0.5). */
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
    /** Rotation of the head to the side, in degrees; `pitch` and `roll` are in degrees too. */
    yaw: number;
    pitch: number;
    roll: number;
    agreement: number;
    in_frame: number;
    /** Probability that the embedding tells whose face it is, 0 to 1. */
    recognisability: number;
    occlusion: number;
    /** Limits that this face does not meet; empty for a good photo. */
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

/** Signs of a picture of a person instead of a person. */
export interface Passive {
  /** Evidence of a person against a picture of one, 0 to 1: a rank, and no probability. */
  score: number;
  /** True below the tenant's `passive_limit`, or below the published one. */
  suspected: boolean;
  /** Measures that the score is made of. */
  signals: {
    live: number;
    attack: number;
    grid: number;
    detail: number;
    highlights: number;
    saturation: number;
    black: number;
    edges: number;
  };
}

export interface Enrolment extends Answer {
  face_id: string;
  subject_id: string;
  /** Absent, as is `image`, when an embedding was sent. */
  face?: Face | undefined;
  image?: Image | undefined;
  /** Present when it was asked for and a photo was sent. */
  passive?: Passive | undefined;
  model: string;
  created_at: string;
  expires_at?: string | undefined;
  /** The photo shows somebody else than the subject's others; with `conflicts: "allow"`. */
  conflicting_face?: true | undefined;
  /** Present when it was asked for and the enrolment states a consent. */
  consent_receipt?: string | undefined;
}

export interface Decision extends Answer {
  match: boolean;
  /** Distance between the two embeddings, 0 to 2; for keys with the scope "scores". */
  distance?: number | undefined;
  /** `clear_match`, only with "scores": `fmr` is at most a tenth of the rate asked for. */
  band: "clear_match" | "match" | "no_match";
  /** A distance at or below this is a match. */
  threshold: number;
  max_fmr: number;
  /** Probability that a stranger comes this close; "< x" below the lowest measured rate. Only with "scores". */
  fmr?: number | string | undefined;
  model: string;
}

/** Template of the subject that the photo was compared with. */
export interface Template {
  /** Changes when a face joins or leaves, and with the model. */
  version: string;
  /** Number of enrolled photos in it. */
  photos: number;
  /** Time since which a deletion or an enrolment may be missing in it; with `consistency: "edge"`. */
  as_of?: string | undefined;
}

export interface Verification extends Decision {
  template?: Template | undefined;
  /** Enrolled face in the template that came closest by itself; only with "scores". */
  face_id?: string | undefined;
  /** True when the scores have fallen: enrol a new photo before the person is refused. Only with "scores". */
  new_photo_suggested?: true | undefined;
  /** True for a match whose photo was enrolled or has matched before, where the tenant's `replay` says `warn`. */
  replayed?: true | undefined;
  face?: Face | undefined;
  image?: Image | undefined;
  /** Present when it was asked for and a photo was sent. */
  passive?: Passive | undefined;
  /** A JWS, if the request asked for a receipt. */
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
  template?: Template | undefined;
  distance?: number | undefined;
  fmr?: number | string | undefined;
}

export interface Identification extends Answer {
  /** Closest first, or without "scores" in the order of their ids; empty when nobody is within the threshold. */
  candidates: Candidate[];
  /** True when more subjects than asked for are within the threshold; only without "scores". */
  more_candidates?: true | undefined;
  /** Number of templates that were compared: one for each subject. */
  gallery_size: number;
  /** Number of faces that were not compared, because another model made them. */
  not_compared?: number | undefined;
  threshold: number;
  max_fpir: number;
  face?: Face | undefined;
  image?: Image | undefined;
  model: string;
}

export interface FoundFace {
  box: Face["box"];
  score: number;
  /** True when it counts as a person before the camera, by the tenant's `background_face_share`. */
  counted: boolean;
}

export interface Detection extends Answer {
  face: Face;
  /** Every face that was found, largest first. */
  faces: FoundFace[];
  image: Image;
  /** Present when it was asked for. */
  passive?: Passive | undefined;
}

export interface Embedding extends Answer {
  model: string;
  dimension: number;
  /** Base64 of float32, little endian; as private as the photo. */
  embedding: string;
  /** The photo's measures, signed for this embedding: keep both together. */
  evidence: string;
  face: Face;
  image: Image;
}

export interface EnrolledFace {
  face_id: string;
  model: string;
  created_at: string;
  /** True for a face that joined by a verification with liveness, and was not enrolled. */
  joined?: true | undefined;
  /** True for a face that showed somebody else than the subject's others as it was enrolled: the template leaves it out. */
  conflicting_face?: true | undefined;
  expires_at?: string | undefined;
  consent?: { version: string; purpose: string; at: string } | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface RecordedFace extends EnrolledFace {
  consent_receipt?: string | undefined;
  /** The embedding, without its numbers. */
  template: { numbers: number; key_id: string; wrapped_by: string };
  /** Measures of the photo that are kept. */
  quality?: { [Name in Exclude<keyof Face["quality"], "reasons">]?: number | undefined } | undefined;
}

export interface SubjectRecord extends Answer {
  subject_id: string;
  tenant_id: string;
  jurisdiction: Jurisdiction | null;
  faces: RecordedFace[];
  attempts: { failures: number; last_failure_at: string | null };
  /** Null before the first match; the distances are present with the scope "scores". */
  score_trend: { matches: number; first?: number | undefined; recent?: number | undefined } | null;
  last_used_on: string | null;
  kept_beside: { sketches: number; requests: number; sessions: number };
  copies: string[];
  /** Entries about the subject, oldest first. */
  audit: AuditEntry[];
  next_cursor: string | null;
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

export interface UnrecognizableFace {
  subject_id: string;
  face_id: string;
  created_at: string;
  /** 0 to 1; below 0.5 for each face listed. */
  recognisability: number;
  /** `photo`: measured at the enrolment. `embedding`: computed from the stored embedding alone, which is less sure. */
  judged_by: "photo" | "embedding";
}

export interface UnrecognizableFaces extends Answer {
  faces: UnrecognizableFace[];
  /** Number of faces that this page looked at. */
  looked_at: number;
  /** Number of those that another model made, or whose records are damaged; absent when there are none. */
  not_judged?: number | undefined;
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
  /** Signed certificate of the deletion; null where the deployment's signing key does not open. */
  certificate: string | null;
}

export interface Unlocked extends Answer {
  subject_id: string;
}

export interface Session extends Answer {
  /** Given to the phone in place of a key. */
  token: string;
  expires_at: string;
  nonce: string;
  /** Present with `liveness`. */
  challenge?: Challenge | undefined;
}

export type PoseName = "left" | "right" | "up" | "down" | "closer";

export interface Challenge {
  /** Poses to take in this order; `left` and `right` are the person's own. */
  poses: PoseName[];
  /** Photos to send: one that looks into the camera, then one for each pose. */
  frames: number;
  deadline: string;
  /** Tries that the session allows, this challenge's included. */
  tries_left: number;
}

export interface LiveVerificationOptions {
  /** Asks for a signed receipt. */
  readonly receipt?: boolean;
  /** Token of the session, for a client with an API key; a phone's client has the token as its key. */
  readonly session?: string;
}

export interface LiveEnrolmentOptions extends Omit<EnrolmentOptions, "face" | "include" | "passive"> {
  /** Token of the session, for a client with an API key. */
  readonly session?: string;
}

/** Tests of a liveness session that failed. */
export type LivenessReason =
  | "not_frontal"
  | "wrong_pose"
  | "identity_changed"
  | "repeated_frame"
  | "no_relief"
  | "scene_changed"
  | "picture_suspected"
  /** A frame shows no face that can be used, or several. */
  | "unfit_frame";

/** Findings of the judge, for keys with the scope "scores". */
export interface Liveness {
  live: boolean;
  reasons: LivenessReason[];
  relief?: number | null | undefined;
  distance_to_first?: number | undefined;
  distance?: number | undefined;
  surroundings?: number | undefined;
  clothes?: number | undefined;
  light?: number | undefined;
  passive?: number | undefined;
}

interface LiveAnswer extends Answer {
  model: string;
  tries_left: number;
  /** Challenge of the next try; absent when none is left or needed. */
  challenge?: Challenge | undefined;
  liveness?: Liveness | undefined;
}

export interface LiveVerification extends LiveAnswer {
  /** True when a living person answered the challenge, and that person is enrolled. */
  match: boolean;
  max_fmr: number;
  distance?: number | undefined;
  fmr?: number | string | undefined;
  template?: Template | undefined;
  face_id?: string | undefined;
  new_photo_suggested?: true | undefined;
  /** The first frame, or a copy of it, was enrolled or has matched before. */
  replayed?: true | undefined;
  receipt?: string | undefined;
}

export interface LiveEnrolment extends LiveAnswer {
  enrolled: boolean;
  subject_id: string;
  face_id?: string | undefined;
  created_at?: string | undefined;
  expires_at?: string | undefined;
  conflicting_face?: true | undefined;
  consent_receipt?: string | undefined;
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

/** Subject whose matches have come closer to the threshold. */
export interface AgeingSubject {
  subject_id: string;
  /** Matches since the subject's faces last changed. */
  matches: number;
  /** Mean distance of the first five. */
  first: number;
  /** Mean distance of the latest ones. */
  recent: number;
}

export interface AgeingPage extends Answer {
  subjects: AgeingSubject[];
  threshold: number;
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

export interface TenantPage extends Answer {
  tenants: { tenant_id: string }[];
  next_cursor: string | null;
}

export interface NewTenant extends Answer {
  tenant_id: string;
  settings: Settings;
  /** The tenant's first key, with all scopes; shown only in this answer. */
  key: string;
  key_id: string;
}

export interface Rewrapped extends Answer {
  rewrapped: number;
  /** True when no key is left that is wrapped by an earlier KEK. */
  done: boolean;
}

export interface SigningKey extends Answer {
  /** Id of the new key for tenants without a jurisdiction. */
  kid: string;
  keys: { kid: string; jurisdiction: Jurisdiction | null }[];
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
  name: "secrets" | "bindings" | "directory" | "kv" | "models" | "faces" | "rates";
  status: "ok" | "warning" | "failed";
  /** The fault and its remedy; when the check passed null, or the number of faces that were looked at. */
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
  /** Present for the deployment's own key. */
  checks?: DoctorCheck[] | undefined;
}

export interface JsonWebKeySet {
  keys: Record<string, unknown>[];
}

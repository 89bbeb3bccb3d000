/**
 * Data that a directory is given and gives. It crosses an object's boundary, so it is plain: times are ms since 1970, and
 * absent values are null. The directory sees sealed records and wrapped keys alone; it can open neither.
 */

import type { WrappedKey } from "../../crypto/key-ring.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import type { Challenge } from "../../face/liveness/challenge.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";
import type { Scope } from "../scopes.ts";
import type { ScoreTrend } from "../score-trend.ts";

/** Caller and time of a call, for the audit trail. */
export interface Context {
  readonly tenant: TenantId;
  readonly actor: string;
  readonly requestId: string;
  readonly nowMs: number;
  /** Seconds for which the audit trail is kept; null leaves the retention as it is. */
  readonly auditSeconds: number | null;
}

export interface Consent {
  readonly version: string;
  readonly purpose: string;
  readonly atMs: number;
}

/** Key of a face's record, and the names that the record must have in it. */
export interface FaceKey extends WrappedKey {
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
  readonly model: string;
  readonly createdAtMs: number;
  /** Name of the data key; it stays when the key is wrapped anew. */
  readonly keyId: string;
}

export interface AttemptFace extends FaceKey {
  readonly sealed: Bytes | null;
}

/** Sketch of a capture, sealed with the data key of a face. */
export interface SealedSketch {
  /** Number that grows with each sketch of the subject. */
  readonly seq: number;
  readonly faceId: FaceId;
  readonly sealed: Bytes;
}

/** Sketch of a match, to be kept. */
export interface KeptSketch {
  readonly sealed: Bytes;
  readonly expiresAtMs: number;
  /** Largest number of such sketches of the subject; the oldest go first. */
  readonly most: number;
}

/** Answer to an earlier request, sealed with the data key of the face that came closest. */
export interface SealedAnswer {
  /** Hash of the request's key, photo and options, hex. */
  readonly contentHash: string;
  readonly faceId: FaceId;
  readonly sealed: Bytes;
}

/** A verification under a key of the caller's own, with its answer; hashes as hex. */
export interface VerificationRequest {
  readonly keyHash: string;
  readonly contentHash: string;
  readonly sealed: Bytes;
}

/** Question with which an attempt begins. */
export interface AttemptQuery {
  readonly subjectId: SubjectId;
  readonly sessionId: string | null;
  readonly nowMs: number;
  /** True to be given the faces' records, which spares another call. */
  readonly withRecords: boolean;
  /** True to be given the subject's sketches. */
  readonly withSketches: boolean;
  /** Hash of the request's own key; null without one. */
  readonly keyHash: string | null;
}

export interface BegunAttempt {
  readonly faces: readonly AttemptFace[];
  readonly sketches: readonly SealedSketch[];
  /** Trend of the subject's scores; null before the first match since its faces changed. */
  readonly trend: ScoreTrend | null;
  /** Answer to an earlier request under the same key; no attempt may be made then. */
  readonly answered: SealedAnswer | null;
}

/** Subject whose scores have fallen. */
export interface AgeingSubject {
  readonly subjectId: SubjectId;
  readonly trend: ScoreTrend;
}

/** Counting of an attempt. With `newer` or `answered` nothing was counted. */
export type SettledAttempt =
  | { readonly kind: "counted" }
  /** Another attempt has matched since: its sketch is to be compared before this one may match. */
  | { readonly kind: "newer"; readonly sketches: readonly SealedSketch[] }
  /** Another request under the same key was counted since. */
  | { readonly kind: "answered"; readonly answer: SealedAnswer };

export interface FaceRow extends FaceKey {
  readonly expiresAtMs: number | null;
  readonly consent: Consent | null;
  readonly sealed: Bytes;
  /** Metadata as JSON, sealed with the face's data key. */
  readonly sealedMetadata: Bytes | null;
}

/** A face as its enrolment is answered. */
export type EnrolledFace = Pick<FaceRow, "faceId" | "model" | "createdAtMs" | "expiresAtMs">;

/** An enrolment under a key of the caller's own; hashes as hex. */
export interface EnrolmentRequest {
  readonly keyHash: string;
  /** Hash of the key, the photo and all options. */
  readonly contentHash: string;
}

export type FaceDetails = Omit<FaceRow, "sealed">;

/** Account of a deletion: the keys and records that it destroyed. */
export interface Erasure {
  /** Deleted faces with the names of their data keys, which are gone. */
  readonly faces: readonly Pick<FaceKey, "faceId" | "model" | "createdAtMs" | "keyId" | "kekId">[];
  readonly sketches: number;
  /** Number of answers that were kept under keys of the callers'. */
  readonly answers: number;
  /** Number of sessions that ended. */
  readonly sessions: number;
  /** True when nothing of the subject is left but the audit trail. */
  readonly isWhole: boolean;
  /** True while copies are still to be removed elsewhere: their keys are gone already. */
  readonly outstanding: boolean;
}

/** Everything that a directory keeps about a subject. The faces' records and metadata are sealed. */
export interface SubjectRecord {
  readonly faces: readonly FaceRow[];
  /** Failed attempts that count towards a lock. */
  readonly failures: number;
  readonly lastFailureAtMs: number | null;
  /** Begin of the day of the last use, where the tenant has uses recorded. */
  readonly lastUseMs: number | null;
  readonly trend: ScoreTrend | null;
  readonly sketches: number;
  /** Number of requests that are remembered under keys of the callers'. */
  readonly keptRequests: number;
  readonly sessions: number;
  readonly audit: readonly AuditEntry[];
}

/** Change of a face. Undefined leaves a value as it is. */
export interface FaceChange {
  readonly expiresAtMs?: number | null;
  /** Sealed metadata, and the name of the data key that sealed them: they fit the face only while it has that key. */
  readonly sealedMetadata?: { readonly sealed: Bytes; readonly keyId: string } | null;
}

export interface Attempt {
  readonly subjectId: SubjectId;
  /** Face that came closest, for the audit trail. */
  readonly faceId: FaceId;
  /** Version of the template that decided, for the audit trail. */
  readonly template: string;
  /** All faces that were compared. Each must still be enrolled, or the refusal would tell which came closest. */
  readonly compared: readonly FaceId[];
  readonly match: boolean;
  /** Score of a match that is no copy, for the subject's trend; null for none. */
  readonly score: number | null;
  /** True when a match starts the count of failures anew. */
  readonly resetsLockOut: boolean;
  readonly sessionId: string | null;
  /** True when the photo is a copy of one that was seen. */
  readonly replayed: boolean;
  /** Last sketch that was compared; null where the caller compares none. */
  readonly seenThrough: number | null;
  /** Sketch of the capture, sealed with the data key of `faceId`; null where none is to be kept. */
  readonly sketch: KeptSketch | null;
  readonly request: VerificationRequest | null;
}

/** Kind of embeddings that can be compared with each other. */
export interface SearchKind {
  readonly model: string;
  readonly dimension: number;
}

export type SearchAction = "identify" | "duplicate_check";

export interface SearchQuery {
  readonly model: string;
  /** The probe's embedding. */
  readonly values: Float32Array;
  /** Largest number of closest subjects; null for everybody within `maxDistance`. */
  readonly limit: number | null;
  readonly maxDistance: number;
  /** Distance by which a template of ever more photos must come closer than `maxDistance`, as in `TemplateShift`. */
  readonly nearer: number;
}

export interface FoundFaces {
  readonly faces: readonly AttemptFace[];
  /** True when there are more than an answer holds. */
  readonly more: boolean;
}

/** Subject that a search found, for the audit trail. */
export interface NamedSubject {
  readonly subjectId: SubjectId;
  /** Faces that were compared, the closest first. */
  readonly faces: readonly FaceId[];
  /** Version of the template that was compared. */
  readonly template: string;
}

export interface SearchState {
  /** Number of templates of the kind, one for each subject. */
  readonly templates: number;
  /** Number of faces of other kinds, and of damaged ones. */
  readonly notCompared: number;
  /** Number of changes that the gallery does not have yet. */
  readonly behind: number;
}

/** Question how often enrolled people come within a threshold of each other. */
export interface RateQuery extends SearchKind, Pick<SearchQuery, "maxDistance" | "nearer"> {
  /** Distance, held as `maxDistance` is, below which two subjects are more likely one person than two. */
  readonly duplicateDistance: number;
  /** Number of comparisons that is aimed at. */
  readonly comparisons: number;
}

/** Counts over random enrolled people, each against all others of the shard. */
export interface RateCounts {
  /** Templates in the galleries that were measured. */
  readonly people: number;
  /** People of whom one photo was compared with all other templates. */
  readonly probes: number;
  readonly comparisons: number;
  readonly matches: number;
  /** Sum over the probes of their squared numbers of matches, from which the counts' variance follows. */
  readonly squaredMatches: number;
  /** Matches that are closer than `duplicateDistance`. */
  readonly likelyDuplicates: number;
  /** Shards with too few people for a count that names nobody. */
  readonly shardsLeftOut: number;
}

export interface SessionRow {
  readonly id: string;
  readonly subjectId: SubjectId;
  readonly usesLeft: number;
  readonly expiresAtMs: number;
  /** True when the subject must have a face already. */
  readonly needsFace: boolean;
  /** Poses that the next use must show; null for a session without liveness. */
  readonly challenge: Challenge | null;
}

/** One use of a liveness session, taken. */
export interface Try {
  /** Poses that its frames must show. */
  readonly challenge: Challenge;
  /** Uses that are left after this one. */
  readonly triesLeft: number;
}

export type LivenessAction = "verify" | "face.enrol";

export interface ApiKeyRow {
  readonly id: string;
  readonly hash: Bytes;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
}

export interface AuditEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subjectId: string | null;
  readonly faceId: string | null;
  readonly outcome: string;
  /** Version of the template that decided; null where none did, or an earlier service wrote the entry. */
  readonly template: string | null;
  readonly requestId: string;
}

/** A pair of Ed25519 keys; the private half is wrapped by the KEK. */
export interface SigningKeyRow extends WrappedKey {
  readonly id: string;
  /** The raw public key, 32 bytes. */
  readonly publicKey: Bytes;
  readonly createdAtMs: number;
}

export type FaceName = readonly [SubjectId, FaceId];

/** Count of one page of faces. */
export interface Outliving {
  readonly faces: number;
  /** Last face of this page, after which the next one starts; null after the last page. */
  readonly next: FaceName | null;
}

export interface Page {
  /** Last entry that was already given out. */
  readonly after: string | null;
  readonly limit: number;
}

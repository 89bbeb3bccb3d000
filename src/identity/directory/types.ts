/**
 * What a tenant's directory is asked: the interface that its Durable Object offers.
 *
 * Everything crosses an object's boundary, so it is plain data: times are ms since 1970, and absent
 * values are null. The directory sees sealed records and wrapped keys alone; it can open neither.
 */

import type { WrappedKey } from "../../crypto/key-ring.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import type { Result } from "../../errors.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";
import type { LockOutPolicy } from "../lock-out.ts";
import type { Scope } from "../scopes.ts";
import type { SettingsChange, TenantSettings } from "../settings.ts";

/** Who asks, for the audit trail, and when. */
export interface Context {
  readonly tenant: TenantId;
  readonly actor: string;
  readonly requestId: string;
  readonly nowMs: number;
  /** For how long the audit trail is kept; null leaves that as it is. */
  readonly auditSeconds: number | null;
}

export interface Consent {
  readonly version: string;
  readonly purpose: string;
  readonly atMs: number;
}

/** What opens a face's record, and what it must say. */
export interface FaceKey extends WrappedKey {
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
  readonly model: string;
  readonly createdAtMs: number;
  /** Names the data key; it stays when the key is wrapped anew. */
  readonly keyId: string;
}

export interface AttemptFace extends FaceKey {
  readonly sealed: Bytes | null;
}

export interface FaceRow extends FaceKey {
  readonly expiresAtMs: number | null;
  readonly consent: Consent | null;
  readonly sealed: Bytes;
  /** JSON, sealed with the face's data key. */
  readonly sealedMetadata: Bytes | null;
}

/** A face as its enrolment is answered. */
export type EnrolledFace = Pick<FaceRow, "faceId" | "model" | "createdAtMs" | "expiresAtMs">;

/** An enrolment under a key of the caller's own; hashes as hex. */
export interface EnrolmentRequest {
  readonly keyHash: string;
  /** Of all that was asked for. */
  readonly contentHash: string;
}

export type FaceDetails = Omit<FaceRow, "sealed">;

/** Undefined leaves a value as it is. */
export interface FaceChange {
  readonly expiresAtMs?: number | null;
  /** With the name of the data key that sealed them: they are for the face that still has it. */
  readonly sealedMetadata?: { readonly sealed: Bytes; readonly keyId: string } | null;
}

export interface Attempt {
  readonly subjectId: SubjectId;
  /** The one that came closest, for the audit trail. */
  readonly faceId: FaceId;
  /** All that were compared: each must still be there, or the refusal would say which came closest. */
  readonly compared: readonly FaceId[];
  readonly match: boolean;
  /** Whether a match starts the count of failures anew. */
  readonly resetsLockOut: boolean;
  readonly sessionId: string | null;
}

/** What can be compared with each other. */
export interface SearchKind {
  readonly model: string;
  readonly dimension: number;
}

export type SearchAction = "identify" | "duplicate_check";

export interface SearchQuery {
  readonly model: string;
  /** The probe's embedding. */
  readonly values: Float32Array;
  /** That many of the closest subjects; null for everybody within `maxDistance`. */
  readonly limit: number | null;
  readonly maxDistance: number;
}

export interface FoundFaces {
  readonly faces: readonly AttemptFace[];
  /** Whether there are more than an answer holds. */
  readonly more: boolean;
}

export interface SearchState {
  /** Of the kind. */
  readonly faces: number;
  /** Of other kinds, or damaged. */
  readonly notCompared: number;
  /** Changes that the gallery has not heard of. */
  readonly behind: number;
}

export interface SessionRow {
  readonly id: string;
  readonly subjectId: SubjectId;
  readonly usesLeft: number;
  readonly expiresAtMs: number;
}

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

/** Of one page of faces. */
export interface Outliving {
  readonly faces: number;
  /** Where the next page starts; null after the last. */
  readonly next: FaceName | null;
}

export interface Page {
  /** The last one already given out. */
  readonly after: string | null;
  readonly limit: number;
}

export interface Directory {
  /** Settings of a tenant that exists, and the key of this id if it has one. */
  admit(keyId: string | null): Promise<{ settings: TenantSettings | null; key: ApiKeyRow | null }>;
  /** Settings and first key, or neither. Fails with `conflict` for a tenant that has a key. */
  createTenant(settings: TenantSettings, firstKey: ApiKeyRow, context: Context): Promise<Result<void>>;
  /** Answers all of the settings. Fails with `invalid_request`, or `not_found` for a tenant that nobody made. */
  changeSettings(change: SettingsChange, context: Context): Promise<Result<TenantSettings>>;
  addApiKey(key: ApiKeyRow, context: Context): Promise<Result<void>>;
  listApiKeys(): Promise<readonly ApiKeyRow[]>;
  /** From `atMs` on the key is refused, or from an earlier time that was said before: answers which. Fails with `not_found`. */
  revokeApiKey(id: string, atMs: number, context: Context): Promise<Result<number>>;
  /**
   * Another key with the same name, scopes and end, while the old one goes on until `oldEndsAtMs`; both or
   * neither. Fails with `not_found` for a key that is not there, has expired, or has its end already.
   */
  rotateApiKey(
    id: string,
    next: Pick<ApiKeyRow, "id" | "hash">,
    oldEndsAtMs: number,
    context: Context,
  ): Promise<Result<ApiKeyRow>>;
  /** Of the root tenant's directory: the others. */
  registerTenant(id: TenantId, context: Context): Promise<Result<void>>;
  listTenants(page: Page): Promise<readonly TenantId[]>;
  /** Oldest first. */
  listSigningKeys(): Promise<readonly SigningKeyRow[]>;
  /** Fails with `conflict` where it was to be the first, and there is one. */
  addSigningKey(key: SigningKeyRow, first: boolean, context: Context): Promise<Result<void>>;
  rewrapSigningKey(id: string, before: WrappedKey, after: WrappedKey): Promise<boolean>;

  /**
   * Answers the face that an earlier request with the same key made, if there was one, and adds
   * nothing. Fails with `conflict`, or `idempotency_key_reused`.
   */
  addFace(row: FaceRow, context: Context, request: EnrolmentRequest | null): Promise<Result<EnrolledFace>>;
  /**
   * Those that are not there yet, or there as another model's, whose place they take; all or none. Answers
   * how many they were.
   */
  importFaces(rows: readonly FaceRow[], context: Context): Promise<number>;
  /** Fails with `not_found`, or `not_ready` where another record has taken the face's place. */
  updateFace(
    subjectId: SubjectId,
    faceId: FaceId,
    change: FaceChange,
    context: Context,
  ): Promise<Result<void>>;
  deleteFaces(
    subjectId: SubjectId,
    faceIds: readonly FaceId[] | "all",
    context: Context,
  ): Promise<Result<readonly FaceId[]>>;
  /** Oldest first; empty for a subject that is not known. */
  describeFaces(subjectId: SubjectId, nowMs: number): Promise<readonly FaceDetails[]>;
  /** The records themselves, for what the edge copy does not have (yet). */
  readRecords(subjectId: SubjectId, faceIds: readonly FaceId[]): Promise<readonly [FaceId, Bytes][]>;
  listSubjects(page: Page, nowMs: number): Promise<readonly SubjectId[]>;
  /** Whole faces in the order of subject and face, for an export. */
  listFaces(
    after: readonly [SubjectId, FaceId] | null,
    limit: number,
    nowMs: number,
  ): Promise<readonly FaceRow[]>;
  /** Of a page of faces, those that such a retention would not end. */
  countOutliving(retentionSeconds: number, after: FaceName | null, nowMs: number): Promise<Outliving>;

  /**
   * Whether an attempt may be made, and with which faces: their records too where `withRecords` says
   * so, which spares the caller another journey. Fails with `subject_has_no_faces`,
   * `locked`, or `unauthorized` for a session that is used up, expired or unknown.
   */
  beginAttempt(
    subjectId: SubjectId,
    sessionId: string | null,
    policy: LockOutPolicy,
    nowMs: number,
    withRecords: boolean,
  ): Promise<Result<readonly AttemptFace[]>>;
  /**
   * Counts a scored attempt, uses the session once, and writes the audit trail, all or nothing. No
   * decision may leave the Worker before this has agreed: it fails as `beginAttempt` does, whatever
   * happened since.
   */
  settleAttempt(attempt: Attempt, policy: LockOutPolicy, context: Context): Promise<Result<void>>;
  /** Brings the gallery up to date, as far as that goes within some seconds. */
  prepareSearch(kind: SearchKind): Promise<SearchState>;
  /**
   * Every face that may belong to one of the subjects asked for within `maxDistance`, and by a hair more:
   * with its record, for an exact comparison. Each of them is enrolled. Fails with `not_ready` when the
   * gallery cannot answer, or has to be built anew.
   */
  search(query: SearchQuery, nowMs: number): Promise<Result<FoundFaces>>;
  /**
   * Writes who was found into the audit trail, each subject once, by the first of its faces that is still
   * there. Answers which of the faces are.
   */
  settleSearch(
    found: readonly (readonly [SubjectId, FaceId])[],
    action: SearchAction,
    context: Context,
  ): Promise<readonly FaceId[]>;
  /** Starts the count of failures anew. Fails with `not_found`. */
  unlock(subjectId: SubjectId, context: Context): Promise<Result<void>>;
  addSession(session: SessionRow, context: Context): Promise<Result<void>>;

  listAudit(page: { after: number; limit: number }): Promise<readonly AuditEntry[]>;
  note(action: string, outcome: string, context: Context): Promise<void>;

  /** Faces whose data key another KEK wraps. */
  listWrappedByOthers(kekId: string, limit: number): Promise<readonly FaceKey[]>;
  /** Replaces a wrapped key if it is still the one that was read. Answers how many were. */
  rewrap(keys: readonly { face: FaceKey; wrapped: WrappedKey }[]): Promise<number>;

  /** The keys of the gallery's blocks, likewise: answers how many, and whether all are. Fails with `not_ready`. */
  rewrapGallery(kekId: string): Promise<Result<{ readonly rewrapped: number; readonly done: boolean }>>;

  /** Removes what has expired, and brings copies and gallery up to date. */
  maintain(nowMs: number): Promise<void>;
}

/** The directory of a tenant's shard; shard 0 also holds its settings and keys. */
export type OpenDirectory = (tenant: TenantId, shard: number) => Directory;

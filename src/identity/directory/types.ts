/**
 * Interfaces of a tenant's directory, one for each kind of caller. Its Durable Object offers the methods of all five,
 * each under its own name.
 */

import type { WrappedKey } from "../../crypto/key-ring.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import type { Result } from "../../errors.ts";
import type { Challenge } from "../../face/liveness/challenge.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";
import type { LocationHint } from "../jurisdiction.ts";
import type { LockOutPolicy } from "../lock-out.ts";
import type { SettingsChange, TenantSettings } from "../settings.ts";
import type {
  AgeingSubject,
  ApiKeyRow,
  Attempt,
  AttemptFace,
  AttemptQuery,
  AuditEntry,
  BegunAttempt,
  Context,
  EnrolledFace,
  EnrolmentRequest,
  Erasure,
  FaceChange,
  FaceDetails,
  FaceKey,
  FaceName,
  FaceRow,
  FoundFaces,
  LivenessAction,
  NamedSubject,
  Outliving,
  Page,
  RateCounts,
  RateQuery,
  SearchAction,
  SearchKind,
  SearchQuery,
  SearchState,
  SessionRow,
  SettledAttempt,
  SigningKeyRow,
  SubjectRecord,
  Try,
} from "./data.ts";

/**
 * Administration of the tenant: settings, keys, the audit trail. The root tenant's directory has the deployment's own
 * data too.
 */
export interface AdministrationDirectory {
  /** Answers the settings of a tenant that exists, and the key of this id if there is one. */
  admit(keyId: string | null): Promise<{ settings: TenantSettings | null; key: ApiKeyRow | null }>;
  /** Writes settings and first key, or neither. Fails with `conflict` for a tenant that has a key. */
  createTenant(settings: TenantSettings, firstKey: ApiKeyRow, context: Context): Promise<Result<void>>;
  /**
   * Changes settings and answers all of them. Fails with `invalid_request`, or `not_found` for a tenant that nobody
   * made.
   */
  changeSettings(change: SettingsChange, context: Context): Promise<Result<TenantSettings>>;
  addApiKey(key: ApiKeyRow, context: Context): Promise<Result<void>>;
  listApiKeys(): Promise<readonly ApiKeyRow[]>;
  /** Refuses the key from `atMs` on, or from an earlier time set before; answers that time. Fails with `not_found`. */
  revokeApiKey(id: string, atMs: number, context: Context): Promise<Result<number>>;
  /**
   * Makes another key with the same name, scopes and end, and lets the old one go on until `oldEndsAtMs`; both or
   * neither. Fails with `not_found` for a key that does not exist, has expired, or was revoked or rotated before.
   */
  rotateApiKey(
    id: string,
    next: Pick<ApiKeyRow, "id" | "hash">,
    oldEndsAtMs: number,
    context: Context,
  ): Promise<Result<ApiKeyRow>>;
  /** Adds a tenant to the list of tenants, which the root tenant's directory keeps. */
  registerTenant(id: TenantId, context: Context): Promise<Result<void>>;
  listTenants(page: Page): Promise<readonly TenantId[]>;
  /** Lists the keys, oldest first. */
  listSigningKeys(): Promise<readonly SigningKeyRow[]>;
  /** Adds a key. Fails with `conflict` when `first` is true and there is a key already. */
  addSigningKey(key: SigningKeyRow, first: boolean, context: Context): Promise<Result<void>>;
  rewrapSigningKey(id: string, before: WrappedKey, after: WrappedKey): Promise<boolean>;
  /** Keeps what a measurement of the live rate found, in place of the one before; `json` names nobody. */
  keepRate(json: string, context: Context): Promise<void>;
  /** Reads what the last measurement of the live rate found; null before the first. */
  readRate(): Promise<string | null>;
  listAudit(page: { after: number; limit: number }): Promise<readonly AuditEntry[]>;
  note(action: string, outcome: string, context: Context): Promise<void>;
}

/** Adds, changes, removes and describes faces. */
export interface EnrolmentDirectory {
  /**
   * Adds a face. When an earlier request with the same key made one, answers that face and adds nothing. Fails with
   * `conflict`, or `idempotency_key_reused`.
   */
  addFace(
    row: FaceRow,
    context: Context,
    request: EnrolmentRequest | null,
    sealedSketch: Bytes | null,
  ): Promise<Result<EnrolledFace>>;
  /**
   * Adds the faces that are not there yet, and replaces those of another model; all or none. Answers the number of
   * added and replaced faces together.
   */
  importFaces(rows: readonly FaceRow[], context: Context): Promise<number>;
  /** Changes a face. Fails with `not_found`, or `not_ready` where another record has taken the face's place. */
  updateFace(
    subjectId: SubjectId,
    faceId: FaceId,
    change: FaceChange,
    context: Context,
  ): Promise<Result<void>>;
  /** Deletes faces with their data keys. Fails with `not_found` where there is none of them. */
  deleteFaces(
    subjectId: SubjectId,
    faceIds: readonly FaceId[] | "all",
    context: Context,
  ): Promise<Result<Erasure>>;
  /** Removes the faces of a subject that joined by a verification. Fails with `not_found` where there is none. */
  deleteJoined(subjectId: SubjectId, context: Context): Promise<Result<Erasure>>;
  /**
   * Adds a face that joins the template, with the consent and the end of the enrolled face that is closest to it; false
   * when that face is gone. The oldest that joined give way.
   */
  joinFace(row: FaceRow, closest: FaceId, template: string, context: Context): Promise<boolean>;
  /** Reads a subject's faces with their records; empty for a subject that is not known. */
  readFaces(subjectId: SubjectId, nowMs: number): Promise<readonly AttemptFace[]>;
  /** Writes into the audit trail that a photo of somebody else was refused; false where its request was answered before. */
  noteConflict(subjectId: SubjectId, request: EnrolmentRequest | null, context: Context): Promise<boolean>;
  /** Describes a subject's faces, oldest first; empty for a subject that is not known. */
  describeFaces(subjectId: SubjectId, nowMs: number): Promise<readonly FaceDetails[]>;
  listSubjects(page: Page, nowMs: number): Promise<readonly SubjectId[]>;
  /** Lists whole faces in the order of subject and face, for an export. */
  listFaces(after: FaceName | null, limit: number, nowMs: number): Promise<readonly FaceRow[]>;
  /** Counts the faces on a page that such a retention would not end. */
  countOutliving(retentionSeconds: number, after: FaceName | null, nowMs: number): Promise<Outliving>;
  /** Lists faces whose data key a KEK other than `kekId` wraps. */
  listWrappedByOthers(kekId: string, limit: number): Promise<readonly FaceKey[]>;
  /** Replaces each wrapped key that is still the one that was read. Answers how many were replaced. */
  rewrap(keys: readonly { face: FaceKey; wrapped: WrappedKey }[]): Promise<number>;
  /** Removes what has expired, and brings copies and gallery up to date. */
  maintain(nowMs: number): Promise<void>;
}

/** Attempts at one subject, from their admission to their count, and the sessions that allow them. */
export interface VerificationDirectory {
  /**
   * Lets an attempt begin, and answers the faces and the sketches to compare with, or the answer that an earlier
   * request under the same key was given. Fails with `subject_has_no_faces`, `locked`, or `unauthorized` for a session
   * that is used up, expired or unknown.
   */
  beginAttempt(query: AttemptQuery, policy: LockOutPolicy): Promise<Result<BegunAttempt>>;
  /** Reads records that the copies at the edge lack. */
  readRecords(subjectId: SubjectId, faceIds: readonly FaceId[]): Promise<readonly [FaceId, Bytes][]>;
  /**
   * Counts a scored attempt, uses the session once, and writes the audit trail, all or nothing. A decision may leave
   * the Worker only after this has counted it. A match is not counted while there are sketches that the caller has not
   * compared: of two attempts with one photo, one matches. Fails as `beginAttempt` does, for anything that happened
   * since.
   */
  settleAttempt(attempt: Attempt, policy: LockOutPolicy, context: Context): Promise<Result<SettledAttempt>>;
  /** Lists subjects whose scores have fallen so far that they should enrol a new photo, in the order of their ids. */
  listAgeing(threshold: number, page: Page): Promise<readonly AgeingSubject[]>;
  /** Starts the count of failures anew. Fails with `not_found`. */
  unlock(subjectId: SubjectId, context: Context): Promise<Result<void>>;
  addSession(session: SessionRow, context: Context): Promise<Result<void>>;
}

/** Uses of liveness sessions. */
export interface LivenessDirectory {
  /**
   * Says whether the session allows one more try. Fails with `locked`, or `unauthorized` for a session that is used up,
   * expired or unknown.
   */
  checkTry(
    subjectId: SubjectId,
    sessionId: string,
    policy: LockOutPolicy,
    nowMs: number,
  ): Promise<Result<void>>;
  /**
   * Uses the session once: answers its challenge, and puts `next` in its place, all or nothing. Fails as `checkTry`
   * does.
   */
  takeTry(
    subjectId: SubjectId,
    sessionId: string,
    next: Challenge,
    policy: LockOutPolicy,
    context: Context,
  ): Promise<Result<Try>>;
  /** Counts a failure of the subject, if it is enrolled, and writes the audit trail. Fails with `locked`. */
  countNotLive(
    subjectId: SubjectId,
    action: LivenessAction,
    policy: LockOutPolicy,
    context: Context,
  ): Promise<Result<void>>;
}

/** Searches over all faces of the shard, and its gallery. */
export interface SearchDirectory {
  /**
   * Brings the gallery up to date, as far as that goes within some seconds. Faces that have expired are removed first: a
   * template is that of the others.
   */
  prepareSearch(kind: SearchKind, nowMs: number): Promise<SearchState>;
  /**
   * Finds every template that may be one of the requested ones within `maxDistance`, with a small margin, and the records
   * of its faces for an exact comparison. Each of them is enrolled. Fails with `not_ready` when the gallery cannot
   * answer, or has to be built anew.
   */
  search(query: SearchQuery, nowMs: number): Promise<Result<FoundFaces>>;
  /**
   * Writes each subject that was found into the audit trail once, by the first of its faces that is still enrolled.
   * Answers which of the faces still are.
   */
  settleSearch(
    found: readonly NamedSubject[],
    action: SearchAction,
    context: Context,
  ): Promise<readonly FaceId[]>;
  /**
   * Counts how often random enrolled people come within a threshold of the others of this shard; nothing of it says who.
   * Fails with `not_ready`.
   */
  measureRate(query: RateQuery, nowMs: number): Promise<Result<RateCounts>>;
  /**
   * Wraps the keys of the gallery's blocks by `kekId`. Answers how many were wrapped, and whether all are. Fails with
   * `not_ready`.
   */
  rewrapGallery(kekId: string): Promise<Result<{ readonly rewrapped: number; readonly done: boolean }>>;
}

/** A person's rights: the whole record, and an end when nobody uses it. */
export interface RecordDirectory {
  /**
   * Reads everything that is kept about a subject, with a page of its audit trail. The reading is in the audit trail.
   * Fails with `not_found`.
   */
  showRecord(
    subjectId: SubjectId,
    page: { readonly after: number; readonly limit: number },
    context: Context,
  ): Promise<Result<SubjectRecord>>;
  /** Ends subjects that were not used for so many seconds from now on; null ends none. */
  keepUnused(seconds: number | null, context: Context): Promise<void>;
}

export type Directory = AdministrationDirectory &
  RecordDirectory &
  EnrolmentDirectory &
  VerificationDirectory &
  LivenessDirectory &
  SearchDirectory;

/**
 * Opens the directory of a tenant's shard, or the part that a caller needs; shard 0 also holds its settings and keys.
 * `hint` is for the first call to a directory, which places it.
 */
export type OpenDirectory<Part = Directory> = (tenant: TenantId, shard: number, hint?: LocationHint) => Part;

/**
 * What the service asks of the place where a tenant's faces are kept. A subject is its faces: it
 * exists while it has one.
 */
import type { Result } from "../../errors.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { Quality } from "../../face/quality.ts";
import type { Caller } from "../caller.ts";
import type { EnrolmentRequest, SearchAction } from "../directory/data.ts";
import type { FaceId, SubjectId } from "../ids.ts";

export interface StoredFace {
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
  readonly embedding: Embedding;
  readonly createdAt: Date;
  /** Measures of the photo; absent for a face that came as an embedding, or was stored before they were kept. */
  readonly quality?: StoredQuality;
}

/** Each measure to the precision of float32; one that is missing is not known. */
export type StoredQuality = Partial<Quality>;

export interface Consent {
  readonly version: string;
  readonly purpose: string;
  readonly at: Date;
}

/** The caller's own notes; sealed like the embedding. */
export type Metadata = Readonly<Record<string, string>>;

export interface EnrolmentDetails {
  /** Undefined for the tenant's default; null for never. */
  readonly expiresAt?: Date | null | undefined;
  readonly consent?: Consent | undefined;
  readonly metadata?: Metadata | undefined;
  /** Repeated, it enrols nothing and answers what the first one did. */
  readonly request?: EnrolmentRequest | undefined;
}

/** What an enrolment made. */
export interface EnrolledFace {
  readonly faceId: FaceId;
  readonly model: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
}

/** A face without its embedding. */
export interface FaceSummary {
  readonly faceId: FaceId;
  readonly model: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly consent: Consent | undefined;
  readonly metadata: Metadata | undefined;
}

/** Undefined leaves a value as it is; null removes it. */
export interface FaceUpdate {
  readonly expiresAt?: Date | null | undefined;
  readonly metadata?: Metadata | null | undefined;
}

/** An attempt that was let in: what to compare with, and the only way to a decision. */
export interface Attempt {
  /** Every face of the subject, in no promised order; at least one. */
  readonly faces: readonly StoredFace[];
  /**
   * Counts the attempt. Nothing of its outcome may be told unless this is ok: it fails with `locked`,
   * `unauthorized`, `not_found` or `subject_has_no_faces` for what happened since it was let in.
   */
  settle(outcome: AttemptOutcome): Promise<Result<void>>;
}

export interface AttemptOutcome {
  readonly closest: FaceId;
  readonly match: boolean;
  /** Whether a match starts the count of failures anew. */
  readonly resetsLockOut: boolean;
}

/** A subject as a search found it. */
export interface Candidate {
  readonly subjectId: SubjectId;
  /** The one of its faces that came closest. */
  readonly faceId: FaceId;
  /** As `distance` of the stored embedding and the probe has it. */
  readonly distance: number;
}

export interface SearchOptions {
  /** Subjects, at most. */
  readonly limit: number;
  /**
   * Of the answer, and of those that the limit leaves: the closest ones first, or by their ids, where
   * closeness decides nothing but who is within `maxDistance`.
   */
  readonly order: "closest" | "subject_id";
  readonly maxDistance: number;
  /** A subject that does not count. */
  readonly except?: SubjectId;
  /** What it is for, in the audit trail. */
  readonly action: SearchAction;
}

export interface Found {
  readonly candidates: readonly Candidate[];
  /** Whether more subjects are within the distance, as far as that was looked for. */
  readonly more: boolean;
}

/** A gallery that is up to date with everything that was done before it was opened. */
export interface GallerySearch {
  /** That are compared: made by the probe's model. */
  readonly faces: number;
  /** Made by other models, or damaged. */
  readonly notCompared: number;
  /**
   * The subjects with a face at or below `maxDistance`, at most `limit`. Exhaustive and exact, and every
   * one of them is still enrolled. The search is in the audit trail before it is told.
   */
  find(probe: Embedding, options: SearchOptions): Promise<Result<Found>>;
}

export interface SubjectPage {
  readonly subjectIds: readonly SubjectId[];
  /** Where the next page starts; undefined after the last. */
  readonly nextCursor: string | undefined;
}

export interface TenantStore {
  /**
   * Never disturbs another face of the subject, however many are added at the same moment. Fails with
   * `invalid_request` where the tenant requires consent, and with `idempotency_key_reused`.
   */
  addFace(face: StoredFace, details: EnrolmentDetails): Promise<Result<EnrolledFace>>;
  /**
   * Fails with `subject_has_no_faces`, `locked` or `unauthorized` (the session), and as a whole with
   * `corrupt_record` or `model_mismatch` when one record cannot be read: a face that silently drops
   * out would turn a match into a refusal that nobody can explain.
   */
  beginAttempt(subjectId: SubjectId, sessionId?: string): Promise<Result<Attempt>>;
  /** Fails with `not_ready` while the gallery is being built. */
  beginSearch(kind: { model: string; dimension: number }): Promise<Result<GallerySearch>>;
  /** Oldest first. Fails with `not_found` or `corrupt_record`. */
  describeFaces(subjectId: SubjectId): Promise<Result<readonly FaceSummary[]>>;
  /** Fails with `not_found`, `corrupt_record`, or `not_ready` where the face is replaced again and again. */
  updateFace(subjectId: SubjectId, faceId: FaceId, update: FaceUpdate): Promise<Result<void>>;
  /** Works on a damaged record too. Fails with `not_found`. */
  deleteFace(subjectId: SubjectId, faceId: FaceId): Promise<Result<void>>;
  /** Answers with what was deleted. Works on damaged records too. Fails with `not_found`. */
  deleteSubject(subjectId: SubjectId): Promise<Result<readonly FaceId[]>>;
  /** In the byte order of their ids. Fails with `invalid_request` for a cursor it did not give out. */
  listSubjects(page: { limit: number; cursor?: string | undefined }): Promise<Result<SubjectPage>>;
  /** Starts the count of failures anew. Fails with `not_found`. */
  unlock(subjectId: SubjectId): Promise<Result<void>>;
}

/** Opens the store on behalf of a caller: a tenant that was let in, and what goes into its audit trail. */
export type OpenStore = (caller: Caller) => TenantStore;

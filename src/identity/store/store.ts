/** Interface of the store of a tenant's faces. A subject is its faces: it exists while it has one. */
import type { Result } from "../../errors.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { Challenge } from "../../face/liveness/challenge.ts";
import type { Quality } from "../../face/quality/quality.ts";
import type { Capture } from "../../face/replay/capture.ts";
import type { Caller } from "../caller.ts";
import type {
  AgeingSubject,
  EnrolmentRequest,
  Erasure,
  LivenessAction,
  SearchAction,
  Try,
} from "../directory/data.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import type { ScoreTrend } from "../score-trend.ts";
import type { ReplayPolicy } from "../settings.ts";
import type { Comparison } from "../templates/comparison.ts";

export interface StoredFace {
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
  readonly embedding: Embedding;
  readonly createdAt: Date;
  /** Measures of the photo; absent for a face that came as an embedding, or was stored before measures were kept. */
  readonly quality?: StoredQuality;
}

/** Measures with the precision of float32; a missing one is not known. */
export type StoredQuality = Partial<Quality>;

export interface Consent {
  readonly version: string;
  readonly purpose: string;
  readonly at: Date;
}

/** Notes of the caller; sealed like the embedding. */
export type Metadata = Readonly<Record<string, string>>;

export interface EnrolmentDetails {
  /** Time of deletion; undefined for the tenant's default, null for never. */
  readonly expiresAt?: Date | null | undefined;
  readonly consent?: Consent | undefined;
  readonly metadata?: Metadata | undefined;
  /** Request under the caller's own key. Repeated, it enrols nothing and answers what the first one did. */
  readonly request?: EnrolmentRequest | undefined;
  /** Capture whose copies are to be recognised; undefined where none is, or the tenant keeps no sketches. */
  readonly capture?: Capture | undefined;
}

/** Face that an enrolment made. */
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

/** Change of a face. Undefined leaves a value as it is; null removes it. */
export interface FaceUpdate {
  readonly expiresAt?: Date | null | undefined;
  readonly metadata?: Metadata | null | undefined;
}

/** Question with which an attempt begins. */
export interface AttemptOptions {
  readonly sessionId?: string | undefined;
  /** Treatment of copies for this caller; default `off`. */
  readonly replay?: ReplayPolicy;
  /** Hash of the caller's own key for this request. */
  readonly keyHash?: string | undefined;
}

/** Answer of an earlier request under the same key. */
export interface KeptAnswer {
  /** Hash of the request's key, photo and options, hex. */
  readonly contentHash: string;
  readonly answer: string;
}

/** Attempt that was let in: the faces to compare with, and the only way to a decision. */
export interface Attempt {
  /** Every face of the subject, in no promised order; at least one, unless the attempt was answered before. */
  readonly faces: readonly StoredFace[];
  /** Time at which the directory named the faces, where it was not asked for this attempt itself. */
  readonly facesAsOf: Date | undefined;
  /** Trend of the subject's scores before this attempt, as far as it was asked for. */
  readonly trend: ScoreTrend | undefined;
  /** Answer of an earlier request under the same key; no decision can be made then. */
  readonly answered: KeptAnswer | undefined;
  /**
   * True when the capture was enrolled or has matched before, as far as is known until now. Always false where the
   * replay policy is `off`.
   */
  isCopy(capture: Capture): boolean;
  /**
   * Counts the attempt. Nothing of its outcome may be told unless this has counted it. Fails with `locked`,
   * `unauthorized`, `not_found` or `subject_has_no_faces` for what happened since it was let in.
   */
  settle(outcome: AttemptOutcome): Promise<Result<Settled>>;
}

/** Most times that an attempt is settled again because another photo of the subject matched meanwhile. */
export const maxDecisions = 100;

/** Failure of an attempt that was still not counted after `maxDecisions`. */
export const countedAgainAndAgain = {
  code: "not_ready",
  reason: "other attempts at the subject were counted again and again",
} as const;

/** Counting of an attempt. */
export type Settled =
  | { readonly kind: "counted" }
  /** Nothing was counted: another photo has matched since. Ask `isCopy` again, and settle again. */
  | { readonly kind: "again" }
  /** Nothing was counted: a request under the same key was answered since. */
  | { readonly kind: "answered"; readonly answered: KeptAnswer };

export interface AttemptOutcome {
  readonly closest: FaceId;
  /** Version of the template that decided. */
  readonly template: string;
  readonly match: boolean;
  /** Score of a match that is no copy, for the subject's trend. */
  readonly score?: number | undefined;
  /** True when a match starts the count of failures anew. */
  readonly resetsLockOut: boolean;
  /** True when the photo is a copy; default false. */
  readonly replayed?: boolean;
  /** Capture of a match whose copies are to be recognised from now on. */
  readonly capture?: Capture | undefined;
  /** Request under a key of the caller's own, and the answer that a repetition is to be given. */
  readonly request?: (KeptAnswer & { readonly keyHash: string }) | undefined;
  /** True when the session's use was counted before. */
  readonly sessionIsSpent?: boolean;
}

/** Subject that a search found. */
export interface Candidate extends Comparison {
  readonly subjectId: SubjectId;
}

/** Distance by which a face must come closer than an ordinary one, for a probe that is hard to recognise. */
export type CloserBy = (face: Pick<StoredFace, "embedding" | "quality">) => number;

export interface SearchOptions {
  /** Largest number of subjects. */
  readonly limit: number;
  /**
   * Order of the answer, which also decides whom the limit keeps: the closest first, where a template counts as farther by
   * what it must come closer, or by their ids, where closeness decides only who is within `maxDistance`.
   */
  readonly order: "closest" | "subject_id";
  readonly maxDistance: number;
  /** Distance by which a template of ever more photos must come closer than `maxDistance`, as in `TemplateShift`. */
  readonly nearer: number;
  /** Distance by which each face of a template must come closer than that; the template, by their mean. */
  readonly closerBy?: CloserBy | undefined;
  /** Subject that is left out. */
  readonly except?: SubjectId;
  /** Purpose of the search, for the audit trail. */
  readonly action: SearchAction;
}

export interface Found {
  readonly candidates: readonly Candidate[];
  /** True when more subjects are within the distance, as far as that was looked for. */
  readonly more: boolean;
}

/** Gallery that is up to date with everything that was done before it was opened. */
export interface GallerySearch {
  /** Number of templates that are compared, one for each subject with faces of the probe's model. */
  readonly templates: number;
  /** Number of faces made by other models, or damaged. */
  readonly notCompared: number;
  /**
   * Finds the subjects with a template at or below `maxDistance`, at most `limit`. The search is exhaustive and exact,
   * and every subject found is still enrolled. The search is in the audit trail before its result is told.
   */
  find(probe: Embedding, options: SearchOptions): Promise<Result<Found>>;
}

export interface SubjectPage {
  readonly subjectIds: readonly SubjectId[];
  /** Cursor of the next page; undefined after the last. */
  readonly nextCursor: string | undefined;
}

export interface AgeingPage {
  readonly subjects: readonly AgeingSubject[];
  /** Cursor of the next page; undefined after the last. */
  readonly nextCursor: string | undefined;
}

export interface TenantStore {
  /**
   * Adds a face. Never disturbs another face of the subject, however many are added at the same moment. Fails with
   * `invalid_request` where the tenant requires consent, and with `idempotency_key_reused`.
   */
  addFace(face: StoredFace, details: EnrolmentDetails): Promise<Result<EnrolledFace>>;
  /** Reads the faces of a subject whose records open; none of a subject that has none. It counts no attempt. */
  readFaces(subjectId: SubjectId): Promise<readonly StoredFace[]>;
  /**
   * Lets the face of a verification join the subject's template; false when the enrolled face that is closest to it is
   * gone.
   */
  joinFace(face: StoredFace, closest: FaceId, template: string): Promise<boolean>;
  /** Deletes the faces that joined the subject's template. Fails with `not_found` where there is none. */
  deleteJoined(subjectId: SubjectId): Promise<Result<Erasure>>;
  /** Writes into the audit trail that a photo of somebody else was refused; false where its request was answered before. */
  noteConflict(subjectId: SubjectId, request: EnrolmentRequest | undefined): Promise<boolean>;
  /**
   * Begins an attempt. Fails with `subject_has_no_faces`, `locked` or `unauthorized` (the session), and as a whole
   * with `corrupt_record` or `model_mismatch` when one record cannot be read: a face that is left out silently would
   * turn a match into a refusal that nobody can explain.
   */
  beginAttempt(subjectId: SubjectId, options?: AttemptOptions): Promise<Result<Attempt>>;
  /** Says whether a liveness session allows one more try. Fails with `locked` or `unauthorized`. */
  checkTry(subjectId: SubjectId, sessionId: string): Promise<Result<void>>;
  /** Uses a liveness session once, and gives it the next challenge. Fails with `locked` or `unauthorized`. */
  takeTry(subjectId: SubjectId, sessionId: string, next: Challenge): Promise<Result<Try>>;
  /** Counts a try that showed no living person. Nothing may be told unless this succeeds. Fails with `locked`. */
  countNotLive(subjectId: SubjectId, action: LivenessAction): Promise<Result<void>>;
  /** Begins a search. Fails with `not_ready` while the gallery is being built. */
  beginSearch(kind: { model: string; dimension: number }): Promise<Result<GallerySearch>>;
  /** Describes a subject's faces, oldest first. Fails with `not_found` or `corrupt_record`. */
  describeFaces(subjectId: SubjectId): Promise<Result<readonly FaceSummary[]>>;
  /**
   * Changes a face. Fails with `not_found`, `corrupt_record`, or `not_ready` where the face is replaced again and
   * again.
   */
  updateFace(subjectId: SubjectId, faceId: FaceId, update: FaceUpdate): Promise<Result<void>>;
  /** Deletes a face, also one with a damaged record. Fails with `not_found`. */
  deleteFace(subjectId: SubjectId, faceId: FaceId): Promise<Result<Erasure>>;
  /** Deletes a subject, also one with damaged records. Fails with `not_found`. */
  deleteSubject(subjectId: SubjectId): Promise<Result<Erasure>>;
  /**
   * Lists subjects in the byte order of their ids. Fails with `invalid_request` for a cursor that the store did not
   * make.
   */
  listSubjects(page: { limit: number; cursor?: string | undefined }): Promise<Result<SubjectPage>>;
  /**
   * Lists subjects that should enrol a new photo, in the byte order of their ids, by the threshold of single photos. Fails
   * as `listSubjects` does.
   */
  listAgeing(
    threshold: number,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Result<AgeingPage>>;
  /** Starts the count of failures anew. Fails with `not_found`. */
  unlock(subjectId: SubjectId): Promise<Result<void>>;
}

/** Opens the store on behalf of a caller: a tenant that was let in, and the entries of its audit trail. */
export type OpenStore = (caller: Caller) => TenantStore;

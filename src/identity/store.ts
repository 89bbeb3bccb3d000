/** What the service asks of the place where faces are kept. A subject is its faces: it exists while it has one. */
import type { Result } from "../errors.ts";
import type { Embedding } from "../face/embedding.ts";
import type { FaceId, SubjectId } from "./ids.ts";

export interface StoredFace {
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
  readonly embedding: Embedding;
  readonly createdAt: Date;
}

/** A face without its embedding. */
export interface FaceSummary {
  readonly faceId: FaceId;
  readonly model: string;
  readonly createdAt: Date;
}

export interface SubjectPage {
  readonly subjectIds: readonly SubjectId[];
  /** Where the next page starts; undefined after the last. A page may be short and yet not the last. */
  readonly nextCursor: string | undefined;
}

export interface FaceStore {
  /** Never disturbs another face of the subject, however many are added at the same moment. */
  addFace(face: StoredFace): Promise<void>;
  /**
   * Every face of a subject, in no promised order; empty for a subject that is not known.
   * Fails as a whole with `corrupt_record` or `model_mismatch` when one record cannot be read: a
   * face that silently drops out would turn a match into a refusal that nobody can explain.
   */
  listFaces(subjectId: SubjectId): Promise<Result<readonly StoredFace[]>>;
  /** Oldest first. Fails with `not_found` or `corrupt_record`. */
  describeFaces(subjectId: SubjectId): Promise<Result<readonly FaceSummary[]>>;
  /** Works on a damaged record too. Fails with `not_found`. */
  deleteFace(subjectId: SubjectId, faceId: FaceId): Promise<Result<void>>;
  /** Answers with what was deleted. Works on damaged records too. Fails with `not_found`. */
  deleteSubject(subjectId: SubjectId): Promise<Result<readonly FaceId[]>>;
  /** In the byte order of their ids. Fails with `invalid_request` for a cursor it did not give out. */
  listSubjects(page: { limit: number; cursor?: string | undefined }): Promise<Result<SubjectPage>>;
}

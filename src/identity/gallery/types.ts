/**
 * Interface between a shard's gallery and the directory of that shard, which alone calls it. Everything crosses an
 * object's boundary, so it is plain data.
 */
import type { Bytes } from "../../crypto/sealing.ts";
import type { FaceKey, FaceName, RateCounts, RateQuery, SearchKind, SearchQuery } from "../directory/data.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";

/** A subject as it is after a change; `seq` grows with every change of the directory. */
export interface GalleryChange {
  readonly seq: number;
  readonly subjectId: SubjectId;
  /** Every face of the subject with its record; none for a subject that is gone. */
  readonly faces: readonly { readonly key: FaceKey; readonly sealed: Bytes }[];
}

export interface GalleryChanges {
  readonly tenant: TenantId;
  /** Name of a history of changes. A gallery that receives another name begins anew, empty. */
  readonly epoch: string;
  /** `seq` of the last change that the gallery has, as far as the directory knows; 0 at the history's beginning. */
  readonly appliedThrough: number;
  /** Changes in their order, with nothing left out between what was applied and the last of them. */
  readonly changes: readonly GalleryChange[];
}

export interface GalleryState {
  /** Name of the history; null for a gallery that was never written to. */
  readonly epoch: string | null;
  /** `seq` of the last change. */
  readonly appliedThrough: number;
  /** Number of templates of the kind, one for each subject. */
  readonly templates: number;
  /** Number of faces of other kinds, and of damaged ones. */
  readonly notCompared: number;
}

/** Subject whose template a query may mean, and the faces that the template was built of. */
export interface NamedTemplate {
  readonly subjectId: SubjectId;
  readonly faces: readonly FaceId[];
}

export interface NamedTemplates {
  readonly names: readonly NamedTemplate[];
  /** True when there are more than an answer holds. */
  readonly more: boolean;
}

export interface Gallery {
  /**
   * Applies all changes or none. Changes that were applied before are skipped, so a batch may come twice, or late.
   * False when a block does not open, or the gallery lacks changes that came before: it must be built anew. Throws where a KEK is not available: the batch
   * is to be sent again.
   */
  apply(batch: GalleryChanges): Promise<boolean>;
  state(kind: SearchKind): Promise<GalleryState>;
  /** Finds every template that the query may mean. Answers null where `apply` answers false, and throws as it does. */
  search(query: SearchQuery): Promise<NamedTemplates | null>;
  /** Draws people at random, at most `count`, and a random face of each. */
  draw(kind: SearchKind, count: number): Promise<readonly FaceName[]>;
  /**
   * Counts how often these faces come within a threshold of other people's templates. Answers null where `apply` answers
   * false, and throws as it does.
   */
  measureRate(
    query: RateQuery,
    faces: readonly { readonly key: FaceKey; readonly sealed: Bytes }[],
  ): Promise<Omit<RateCounts, "people" | "shardsLeftOut"> | null>;
  /**
   * Wraps the blocks' keys by `kekId`, if that is the KEK in use here. Answers how many were wrapped, and whether all
   * are. Answers null where `apply` answers false, and throws as it does.
   */
  rewrap(kekId: string): Promise<{ readonly rewrapped: number; readonly done: boolean } | null>;
}

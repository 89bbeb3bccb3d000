/**
 * Interface between a shard's gallery and the directory of that shard, which alone calls it. Everything crosses an
 * object's boundary, so it is plain data.
 */
import type { Bytes } from "../../crypto/sealing.ts";
import type { FaceKey, FaceName, SearchKind, SearchQuery } from "../directory/data.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";

export type { FaceName } from "../directory/data.ts";

/** Change of a face; `seq` grows with every change of the directory. */
export type GalleryChange =
  | { readonly seq: number; readonly operation: "add"; readonly key: FaceKey; readonly sealed: Bytes }
  | {
      readonly seq: number;
      readonly operation: "remove";
      readonly subjectId: SubjectId;
      readonly faceId: FaceId;
    };

export interface GalleryChanges {
  readonly tenant: TenantId;
  /** Name of a history of changes. A gallery that receives another name begins anew, empty. */
  readonly epoch: string;
  /** Changes in their order, with nothing left out between what was applied and the last of them. */
  readonly changes: readonly GalleryChange[];
}

export interface GalleryState {
  /** Name of the history; null for a gallery that was never written to. */
  readonly epoch: string | null;
  /** `seq` of the last change. */
  readonly appliedThrough: number;
  /** Number of faces of the kind. */
  readonly faces: number;
  /** Number of faces of other kinds, and of damaged ones. */
  readonly notCompared: number;
}

export interface NamedFaces {
  readonly names: readonly FaceName[];
  /** True when there are more than an answer holds. */
  readonly more: boolean;
}

export interface Gallery {
  /**
   * Applies all changes or none. Changes that were applied before are skipped, so a batch may come twice, or late.
   * False when a block does not open: the gallery must be built anew. Throws where a KEK is not available: the batch
   * is to be sent again.
   */
  apply(batch: GalleryChanges): Promise<boolean>;
  state(kind: SearchKind): Promise<GalleryState>;
  /** Finds every face that the query may mean. Answers null where `apply` answers false, and throws as it does. */
  search(query: SearchQuery): Promise<NamedFaces | null>;
  /**
   * Wraps the blocks' keys by `kekId`, if that is the KEK in use here. Answers how many were wrapped, and whether all
   * are. Answers null where `apply` answers false, and throws as it does.
   */
  rewrap(kekId: string): Promise<{ readonly rewrapped: number; readonly done: boolean } | null>;
}

/**
 * What a shard's gallery is asked by the directory of that shard, and by nobody else. Everything
 * crosses an object's boundary, so it is plain data.
 */
import type { Bytes } from "../../crypto/sealing.ts";
import type { FaceKey, FaceName, SearchKind, SearchQuery } from "../directory/data.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";

export type { FaceName } from "../directory/data.ts";

/** `seq` grows with every change of the directory. */
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
  /** Names a history of changes: with another one the gallery begins anew, empty. */
  readonly epoch: string;
  /** In their order, and nothing left out between what was applied and the last of them. */
  readonly changes: readonly GalleryChange[];
}

export interface GalleryState {
  /** Null for a gallery that was never written to. */
  readonly epoch: string | null;
  /** The `seq` of the last change. */
  readonly appliedThrough: number;
  /** Of the kind. */
  readonly faces: number;
  /** Of other kinds, or damaged. */
  readonly notCompared: number;
}

export interface NamedFaces {
  readonly names: readonly FaceName[];
  /** Whether there are more than an answer holds. */
  readonly more: boolean;
}

export interface Gallery {
  /**
   * All or nothing. Changes that were applied before are passed over, so a batch may come twice, or
   * late. False when a block does not open: the gallery must be built anew. Throws where a KEK is not
   * at hand: the changes are to be brought again.
   */
  apply(batch: GalleryChanges): Promise<boolean>;
  state(kind: SearchKind): Promise<GalleryState>;
  /** Every face that the query may mean. Null and throws as `apply` does. */
  search(query: SearchQuery): Promise<NamedFaces | null>;
  /**
   * Wraps the blocks' keys by `kekId`, if that is the KEK in use here. Answers how many were, and
   * whether all are. Null and throws as `apply` does.
   */
  rewrap(kekId: string): Promise<{ readonly rewrapped: number; readonly done: boolean } | null>;
}

/** Copies of sealed records near the callers. They may be missing, late or stale: no decision depends on them. */
import type { Bytes } from "../../crypto/sealing.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";

export interface RecordCopies {
  /** @param expiresAtMs ms since 1970; null for never */
  write(
    tenant: TenantId,
    subjectId: SubjectId,
    faceId: FaceId,
    sealed: Bytes,
    expiresAtMs: number | null,
  ): Promise<void>;
  remove(tenant: TenantId, subjectId: SubjectId, faceId: FaceId): Promise<void>;
  /** Reads the copies that exist and are base64; the others are left out. */
  read(
    tenant: TenantId,
    subjectId: SubjectId,
    faceIds: readonly FaceId[],
  ): Promise<ReadonlyMap<FaceId, Bytes>>;
}

/** No copies at all: every record is read from its directory. */
export const noCopies: RecordCopies = {
  write: async () => undefined,
  remove: async () => undefined,
  read: async () => new Map(),
};

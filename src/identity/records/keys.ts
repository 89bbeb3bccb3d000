/**
 * Names of the copies in KV: `f!<tenant>!<subject>!<face>`.
 *
 * `!` (0x21) is in no id's alphabet, so no two faces share a name and none reaches into another
 * tenant's. At most 355 of KV's 512 bytes: 32 of the tenant, 255 of the subject in UTF-8, 64 of the face.
 */
import type { FaceId, SubjectId, TenantId } from "../ids.ts";

export function faceKey(tenant: TenantId, subjectId: SubjectId, faceId: FaceId): string {
  return `f!${tenant}!${subjectId}!${faceId}`;
}

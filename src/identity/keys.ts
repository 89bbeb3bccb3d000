/**
 * Names of the copies in KV: `f!<tenant>!<subject>!<face>`.
 *
 * `!` (0x21) is in no id's alphabet, so no two faces share a name and none reaches into another
 * tenant's. At most 228 of KV's 512 bytes.
 */
import type { FaceId, SubjectId, TenantId } from "./ids.ts";

export function faceKey(tenant: TenantId, subjectId: SubjectId, faceId: FaceId): string {
  return `f!${tenant}!${subjectId}!${faceId}`;
}

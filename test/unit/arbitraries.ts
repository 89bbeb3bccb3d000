/** Random ids of the alphabets in `identity/ids.ts`, written apart from its patterns. */
import fc from "fast-check";
import type { FaceId, SubjectId, TenantId } from "../../src/identity/ids.ts";

export const tenantId = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/) as fc.Arbitrary<TenantId>;

export const subjectId = fc
  .stringMatching(/^[A-Za-z0-9._~:@-]{1,128}$/)
  .filter((text) => text !== "." && text !== "..") as fc.Arbitrary<SubjectId>;

export const faceId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/) as fc.Arbitrary<FaceId>;

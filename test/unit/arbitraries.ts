/**
 * Random ids of the alphabets in `identity/ids.ts`, written independently of its patterns; subject ids by examples.
 */
import fc from "fast-check";
import type { FaceId, SubjectId, TenantId } from "../../src/identity/ids.ts";

export const tenantId = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/) as fc.Arbitrary<TenantId>;

/** Letters of 1 to 4 bytes of UTF-8, below and above the surrogates, and a mark that has no letter to join. */
const letters = [..."azAZ09._~:@+=|-éßøжЯλעب٣²中文가ￚａ𠀀𝒜", "x\u0301", "क्"];

export const subjectId = fc
  .oneof(
    fc.stringMatching(/^[A-Za-z0-9._~:@-]{1,128}$/),
    fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 64 }).map((parts) => parts.join("")),
  )
  .filter((text) => text !== "." && text !== "..")
  .filter((text) => Buffer.byteLength(text) <= 255) as fc.Arbitrary<SubjectId>;

export const faceId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/) as fc.Arbitrary<FaceId>;

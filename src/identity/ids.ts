/**
 * Names of subjects and faces. The brands make sure that a key is only ever built from a name that
 * was parsed: neither alphabet has a separator, a percent sign or a control character.
 */
declare const subjectBrand: unique symbol;
declare const faceBrand: unique symbol;

export type SubjectId = string & { readonly [subjectBrand]: true };
export type FaceId = string & { readonly [faceBrand]: true };

/** The caller's own name for a person; `.` and `..` would be eaten as steps of a path. */
export const subjectIdPattern = /^(?!\.{1,2}$)[A-Za-z0-9._~:@-]{1,128}$/;

/** Made here, by `randomId`. */
export const faceIdPattern = /^[A-Za-z0-9_-]{1,64}$/;

export function parseSubjectId(text: string): SubjectId | undefined {
  return subjectIdPattern.test(text) ? (text as SubjectId) : undefined;
}

export function parseFaceId(text: string): FaceId | undefined {
  return faceIdPattern.test(text) ? (text as FaceId) : undefined;
}

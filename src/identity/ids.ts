/**
 * Names of tenants, subjects and faces. The brands make sure that a key is only ever built from a
 * name that was parsed: no alphabet has a separator, a percent sign or a control character.
 */
declare const tenantBrand: unique symbol;
declare const subjectBrand: unique symbol;
declare const faceBrand: unique symbol;

export type TenantId = string & { readonly [tenantBrand]: true };
export type SubjectId = string & { readonly [subjectBrand]: true };
export type FaceId = string & { readonly [faceBrand]: true };

/** As a label of a host name (RFC 1123, section 2.1), up to 32 letters. */
export const tenantIdPattern = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** The caller's own name for a person; `.` and `..` would be eaten as steps of a path. */
export const subjectIdPattern = /^(?!\.{1,2}$)[A-Za-z0-9._~:@-]{1,128}$/;

/** Made here, by `randomId`. */
export const faceIdPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** The tenant of the key that the deployment was given; it is always there. */
export const defaultTenant = "default" as TenantId;

export function parseTenantId(text: string): TenantId | undefined {
  return tenantIdPattern.test(text) ? (text as TenantId) : undefined;
}

export function parseSubjectId(text: string): SubjectId | undefined {
  return subjectIdPattern.test(text) ? (text as SubjectId) : undefined;
}

export function parseFaceId(text: string): FaceId | undefined {
  return faceIdPattern.test(text) ? (text as FaceId) : undefined;
}

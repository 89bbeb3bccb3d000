/**
 * Names of tenants, subjects and faces. The brands make sure that a key is only ever built from a
 * name that was parsed: no alphabet has a separator, a percent sign or a control character.
 *
 * A subject's name is the caller's own, and may be in any script. It stays what the caller wrote, byte for byte,
 * wherever it is used:
 *
 * - Bytes. At most 255 of UTF-8, which is what a record's one byte of length holds (record.ts) and leaves a
 *   key in KV at 355 of its 512 (keys.ts). That is 128 Latin letters, 127 Greek or Cyrillic ones, 85 Chinese ones.
 * - Equality. Stores compare bytes, so a text must have one form: NFC (UAX 15), and another is refused. To
 *   change it silently would answer with a name that the caller did not send, and could make one person of two
 *   whom the caller's own database tells apart.
 * - Order. SQLite compares TEXT by its UTF-8 bytes, which is the order of code points; `compareNames` is the same.
 * - Separators. `!` of KV's keys, `/` `\` `%` of paths, quotes and line ends are in no name, so joined names come
 *   apart in one way. JSON carries names in associated data, tokens (`sub`), cursors and exports, and well-formed
 *   text goes through it unchanged; a lone surrogate is no letter. Shards and the gallery's owners are
 *   CRC-32 of the UTF-8 bytes.
 * - Sight. What cannot be seen is refused: spaces, controls, marks of direction, and letters and marks that
 *   Unicode ignores by default, such as variation selectors and Hangul fillers. Letters that look alike in two
 *   scripts are two names: whether "Alice" and one with a Cyrillic A may both be, is for the caller to say.
 *
 * A letter that Unicode has not assigned yet is refused. A text in the form NFC stays in it (Unicode's stability
 * policy); that a letter stays a letter, Unicode does not promise, and has hardly ever changed.
 */
declare const tenantBrand: unique symbol;
declare const subjectBrand: unique symbol;
declare const faceBrand: unique symbol;

export type TenantId = string & { readonly [tenantBrand]: true };
export type SubjectId = string & { readonly [subjectBrand]: true };
export type FaceId = string & { readonly [faceBrand]: true };

/** Pattern of a tenant's name: a label of a host name (RFC 1123, section 2.1), up to 32 letters. */
export const tenantNamePattern = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** Pattern of a tenant's id: its name and, after `@`, the jurisdiction that it is kept in (jurisdiction.ts). */
export const tenantIdPattern = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?(@(eu|us|fedramp))?$/;

/** Alphabet and length of a subject's name. Clients would drop `.` and `..` as steps of a path. */
export const subjectIdPattern =
  /^(?!\.{1,2}$)(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}._~:@+=|-]){1,128}$/u;

export const maxSubjectIdBytes = 255;

/** Pattern of a face's id, which `randomId` makes. */
export const faceIdPattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Beginning of the id of a face that joined its subject's template by a verification. The id is in the sealed record, so that
 * exports, copies and galleries know such a face as one.
 */
const joinedPrefix = "joined-";

/** Makes the id of a face that joins a template, of another new id; undefined for one that is too long. */
export function joinedFaceId(newId: string): FaceId | undefined {
  return parseFaceId(`${joinedPrefix}${newId}`);
}

/** True for a face that joined by a verification, and was not enrolled. */
export function hasJoined(faceId: FaceId): boolean {
  return faceId.startsWith(joinedPrefix);
}

/**
 * Beginning of the id of a face that showed somebody else than its subject's others when it was enrolled, and was admitted
 * all the same. It never outvotes the others.
 */
const conflictingPrefix = "conflicting-";

/** Makes the id of a face that conflicts with its subject's others, of another new id; undefined for one that is too long. */
export function conflictingFaceId(newId: string): FaceId | undefined {
  return parseFaceId(`${conflictingPrefix}${newId}`);
}

/** True for a face that showed somebody else than its subject's others when it was enrolled. */
export function wasConflicting(faceId: FaceId): boolean {
  return faceId.startsWith(conflictingPrefix);
}

/** Tenant of the key that the deployment was given; it always exists. */
export const defaultTenant = "default" as TenantId;

export function parseTenantId(text: string): TenantId | undefined {
  return tenantIdPattern.test(text) ? (text as TenantId) : undefined;
}

export function parseSubjectId(text: string): SubjectId | undefined {
  const fits = subjectIdPattern.test(text) && isNormal(text) && fitsBytes(text);
  return fits ? (text as SubjectId) : undefined;
}

/** True when a text is in the one form that its letters have (NFC). */
export function isNormal(text: string): boolean {
  return text.normalize("NFC") === text;
}

export function fitsBytes(text: string): boolean {
  return new TextEncoder().encode(text).length <= maxSubjectIdBytes;
}

/**
 * Compares names by code points, the order of UTF-8 bytes and so of the directories. UTF-16 puts letters beyond
 * U+FFFF too early.
 */
export function compareNames(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  // Inside a pair the first halves are equal, and the second ones decide in the order of their code points.
  const [left, right] = [a.codePointAt(i) ?? -1, b.codePointAt(i) ?? -1];
  return left - right;
}

export function parseFaceId(text: string): FaceId | undefined {
  return faceIdPattern.test(text) ? (text as FaceId) : undefined;
}

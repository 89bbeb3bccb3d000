/**
 * Names of the records: `f!<subject>!<face>`.
 *
 * `!` (0x21) is in neither id's alphabet and sorts below all of both, so the keys of a subject are
 * one run, and the runs are in the byte order of the subjects' ids. At most 195 of KV's 512 bytes.
 */
import { type FaceId, parseFaceId, parseSubjectId, type SubjectId } from "./ids.ts";

export const facePrefix = "f!";

export function subjectPrefix(subjectId: SubjectId): string {
  return `${facePrefix}${subjectId}!`;
}

export function faceKey(subjectId: SubjectId, faceId: FaceId): string {
  return `${subjectPrefix(subjectId)}${faceId}`;
}

/** Undefined for a key that `faceKey` cannot have made. */
export function parseFaceKey(key: string): { subjectId: SubjectId; faceId: FaceId } | undefined {
  const parts = key.split("!");
  if (parts.length !== 3 || parts[0] !== "f") return undefined;
  const subjectId = parseSubjectId(parts[1]);
  const faceId = parseFaceId(parts[2]);
  return subjectId === undefined || faceId === undefined ? undefined : { subjectId, faceId };
}

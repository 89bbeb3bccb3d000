/** The template that a decision was made with, in its wire form. */

/** @param asOf time at which the directory named the faces, where it was not asked for this decision itself */
export function templateBody(
  { version, photos }: { readonly version: string; readonly photos: number },
  asOf: Date | undefined,
) {
  return { version, photos, ...(asOf === undefined ? {} : { as_of: asOf.toISOString() }) };
}

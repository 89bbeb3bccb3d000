/**
 * Mutants that change nothing that a test could see, each with the reason. They are named by what stands on their
 * lines, so that an entry holds until that line changes.
 */
import type { Mutant } from "./mutants.ts";

export interface Equivalent {
  readonly file: string;
  /** As in `Mutant`. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [];

export function equivalentTo(
  { file, before, after }: Mutant,
  known: readonly Equivalent[] = equivalents,
): Equivalent | undefined {
  return known.find((each) => each.file === file && each.before === before && each.after === after);
}

/**
 * Commands declare the words and flags that they take; any other word or flag is refused by name before anything is
 * sent.
 */
import type { Flag, Options } from "./options.ts";
import type { ExitCode } from "./output.ts";
import { shownStray } from "./shown.ts";
import { UsageError } from "./usage.ts";

export interface Command {
  /** Largest number of words after the command's name; absent for no limit. */
  readonly maxWords?: number;
  readonly flags: readonly Flag[];
  readonly run: (words: readonly string[], options: Options) => Promise<ExitCode>;
}

/** Flags of every command that calls the service. */
export const serviceFlags = ["url", "key", "timeout", "json"] as const satisfies readonly Flag[];

/** Refuses words and flags that the command does not use. Fails with a `UsageError`. */
export function refuseUnused(
  name: string,
  { maxWords = Number.POSITIVE_INFINITY, flags }: Pick<Command, "maxWords" | "flags">,
  words: readonly string[],
  given: readonly Flag[],
): void {
  const unused = [
    ...words.slice(maxWords).map(shownStray),
    ...given.filter((flag) => !flags.includes(flag)).map((flag) => `--${flag}`),
  ];
  if (unused.length > 0) throw new UsageError(`${name} does not use ${unused.join(", ")}`);
}

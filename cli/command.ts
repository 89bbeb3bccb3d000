/** Commands state the words and flags that they take; the rest of their line is refused by name before anything is sent. */
import type { Flag, Options } from "./options.ts";
import type { ExitCode } from "./output.ts";
import { shownStray } from "./shown.ts";
import { UsageError } from "./usage.ts";

export interface Command {
  /** The most words after its name; without it any number. */
  readonly maxWords?: number;
  readonly flags: readonly Flag[];
  readonly run: (words: readonly string[], options: Options) => Promise<ExitCode>;
}

/** Flags that every command that asks the service takes. */
export const serviceFlags = ["url", "key", "timeout", "json"] as const satisfies readonly Flag[];

/** Fails with a `UsageError`. */
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

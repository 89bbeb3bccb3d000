/** The result of a run, as JSON and in words. */
import type { Verdict } from "./judge.ts";
import type { Mutant } from "./mutants.ts";

export type Tried = Pick<Mutant, "file" | "line" | "before" | "after"> & { readonly seconds: number } & (
    | Verdict
    | { readonly verdict: "equivalent"; readonly reason: string }
  );

export interface Report {
  readonly seed: number;
  readonly count: number;
  readonly paths: readonly string[];
  /** Test files that fail without a mutant. */
  readonly broken: readonly string[];
  readonly tried: readonly Tried[];
}

/** States the share killed of the mutants that change something, and the survivors with their changes. */
export function summary({ seed, broken, tried }: Report): string {
  const of = (verdict: Tried["verdict"]) => tried.filter((each) => each.verdict === verdict);
  const [killed, survived] = [of("killed").length, of("survived")];
  const changing = killed + survived.length;
  const share = changing === 0 ? "none" : `${((100 * killed) / changing).toFixed(1)} %`;
  return [
    ...survived.map(
      (each) =>
        `\n${each.file}:${each.line} survived${each.verdict === "survived" ? ` ${each.run} of ${each.tests} test files` : ""}` +
        `\n  - ${each.before}\n  + ${each.after}`,
    ),
    ...broken.map((name) => `\nfails without a mutant: ${name}`),
    `\nseed ${seed}: ${killed} of ${changing} killed (${share}), ${of("equivalent").length} equivalent`,
  ].join("\n");
}

/** Whether the tests notice a mutant: written into the copy, run against the tests of its file, taken back. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RelatedTest, TestFile } from "../related/imports.ts";
import { apply, type Mutant } from "./mutants.ts";
import type { Runs } from "./runs.ts";

export type Verdict =
  | { readonly verdict: "killed"; readonly by: string; readonly failure: string }
  /** Of `tests` that reach the file, `run` ran before the time was over. */
  | { readonly verdict: "survived"; readonly run: number; readonly tests: number };

export interface Judge {
  judge(mutant: Mutant): Promise<Verdict & { readonly seconds: number }>;
  /** Tests that fail without a mutant, and so tell nothing. */
  readonly broken: ReadonlySet<string>;
}

/** How much longer than unchanged a test may take: others use the machine too. */
const patience = 5;
const leastPatienceSeconds = 30;
const firstPatienceSeconds = 120;

/** Node's tests first: workerd takes seconds to start. */
const kind = ({ project }: TestFile) => (project === "unit" ? 0 : 1);
const nameOf = ({ project, path }: TestFile, copy: string) => `${project} ${path.slice(copy.length + 1)}`;

/** Begins no further test file once a mutant has taken `maxSeconds`. */
export function createJudge(runs: Runs, copy: string, maxSeconds: number): Judge {
  const testsByFile = new Map<string, readonly RelatedTest[]>();
  const kills = new Map<string, number>();
  /** Of runs that passed, by the name of the test file. */
  const passedSeconds = new Map<string, number>();
  const broken = new Set<string>();

  /** Runs without a mutant where that was not seen yet, as a test that fails all the time kills none. */
  async function passes(test: TestFile, changed: string): Promise<boolean> {
    const name = nameOf(test, copy);
    if (passedSeconds.has(name)) return true;
    const { failure, seconds } = await runs.run(test, changed, firstPatienceSeconds);
    if (failure === undefined) passedSeconds.set(name, seconds);
    else broken.add(name);
    return failure === undefined;
  }

  async function testsOf(file: string): Promise<readonly RelatedTest[]> {
    const tests = testsByFile.get(file) ?? (await runs.testsOf(file));
    testsByFile.set(file, tests);
    const killsOf = (test: RelatedTest) => kills.get(`${file} ${nameOf(test, copy)}`) ?? 0;
    return tests
      .filter((test) => !broken.has(nameOf(test, copy)))
      .toSorted((a, b) => kind(a) - kind(b) || killsOf(b) - killsOf(a) || cost(a) - cost(b));
  }

  /** An import further away costs as much as this many seconds. */
  function cost(test: RelatedTest): number {
    return test.distance + (passedSeconds.get(nameOf(test, copy)) ?? 0) / 5;
  }

  async function judge(mutant: Mutant): Promise<Verdict> {
    const path = join(copy, mutant.file);
    const source = readFileSync(path, "utf8");
    const tests = await testsOf(path);
    const start = performance.now();
    let run = 0;
    for (const test of tests) {
      if (performance.now() - start > maxSeconds * 1000) break;
      run++;
      const name = nameOf(test, copy);
      const usual = passedSeconds.get(name);
      const limit =
        usual === undefined ? firstPatienceSeconds : Math.max(leastPatienceSeconds, patience * usual);
      let outcome: Awaited<ReturnType<Runs["run"]>>;
      writeFileSync(path, apply(source, mutant));
      try {
        outcome = await runs.run(test, path, limit);
      } finally {
        writeFileSync(path, source);
      }
      if (outcome.failure === undefined) {
        passedSeconds.set(name, Math.max(usual ?? 0, outcome.seconds));
      } else if (await passes(test, path)) {
        kills.set(`${path} ${name}`, (kills.get(`${path} ${name}`) ?? 0) + 1);
        return { verdict: "killed", by: name, failure: outcome.failure };
      }
    }
    return { verdict: "survived", run, tests: tests.length };
  }

  return {
    broken,
    async judge(mutant) {
      const start = performance.now();
      const verdict = await judge(mutant);
      return { ...verdict, seconds: Math.round((performance.now() - start) / 100) / 10 };
    },
  };
}

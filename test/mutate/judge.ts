/**
 * Judges whether the tests notice a mutant: writes it into the copy, runs the tests of its file, and takes it back.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { RelatedTest, TestFile } from "../related/imports.ts";
import { apply, type Mutant } from "./mutants.ts";
import type { Runs } from "./runs.ts";
import type { Outcome } from "./session.ts";

export type Verdict =
  | { readonly verdict: "killed"; readonly by: string; readonly failure: string }
  /** `run` of the `tests` that reach the file ran before the time was over. */
  | { readonly verdict: "survived"; readonly run: number; readonly tests: number };

export interface Judge {
  judge(mutant: Mutant): Promise<Verdict & { readonly seconds: number }>;
  /** Tests that fail without a mutant, and so prove nothing. */
  readonly broken: ReadonlySet<string>;
}

/** Guessed duration of a test that has not run yet. */
const guessedSeconds = { node: 2, workerd: 8 };
/** Projects whose tests need no workerd. */
const inNode: ReadonlySet<string> = new Set(["unit", "worker-in-node"]);

/** Factor by which a test may exceed its unchanged duration, since others use the machine too. */
const patience = 5;
const leastPatienceSeconds = 30;
const firstPatienceSeconds = 120;

/** Number of imports between a test and its file that cost as much as starting workerd. */
const workerdImports = 1;
/** Seconds of a test that cost as much as one more import. */
const secondsAnImport = 6;
/** Number of imports by which a test counts as nearer when its name has a word of the file's. */
const namesakeImports = 3;
const nameOf = ({ project, path }: TestFile, copy: string) => `${project} ${path.slice(copy.length + 1)}`;
const wordsOf = (path: string) =>
  basename(path)
    .split(/[-.]/)
    .filter((word) => word !== "ts" && word !== "test");

/** Starts no test file that would take a mutant past `maxSeconds`, judged by the file's last duration. */
export function createJudge(runs: Runs, copy: string, maxSeconds: number): Judge {
  const testsByFile = new Map<string, readonly RelatedTest[]>();
  const kills = new Map<string, number>();
  /** Shortest run that passed, by the name of the test file. */
  const passedSeconds = new Map<string, number>();
  const broken = new Set<string>();

  /** Runs a test without a mutant if that was not done yet, since a test that always fails kills no mutant. */
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
      .toSorted((a, b) => killsOf(b) - killsOf(a) || cost(a, file) - cost(b, file));
  }

  function lasts(test: RelatedTest): number {
    const guess = inNode.has(test.project) ? guessedSeconds.node : guessedSeconds.workerd;
    return passedSeconds.get(nameOf(test, copy)) ?? guess;
  }

  /** Returns a test's cost: the likelier it is to notice and the shorter it is, the earlier it runs. */
  function cost(test: RelatedTest, file: string): number {
    const words = new Set(wordsOf(file));
    const isNamesake = wordsOf(test.path).some((word) => words.has(word));
    return (
      test.distance +
      lasts(test) / secondsAnImport +
      (inNode.has(test.project) ? 0 : workerdImports) -
      (isNamesake ? namesakeImports : 0)
    );
  }

  async function runOn(mutant: Mutant, test: RelatedTest): Promise<Outcome> {
    const path = join(copy, mutant.file);
    const source = readFileSync(path, "utf8");
    const usual = passedSeconds.get(nameOf(test, copy));
    const limit =
      usual === undefined ? firstPatienceSeconds : Math.max(leastPatienceSeconds, patience * usual);
    writeFileSync(path, apply(source, mutant));
    try {
      return await runs.run(test, path, limit);
    } finally {
      writeFileSync(path, source);
    }
  }

  /**
   * True when the test fails twice and passes in between: a test that fails by chance, or always, notices nothing.
   */
  async function notices(mutant: Mutant, test: RelatedTest): Promise<string | undefined> {
    const { failure, seconds } = await runOn(mutant, test);
    if (failure === undefined) {
      const name = nameOf(test, copy);
      passedSeconds.set(name, Math.min(passedSeconds.get(name) ?? seconds, seconds));
      return undefined;
    }
    if (!(await passes(test, join(copy, mutant.file)))) return undefined;
    return (await runOn(mutant, test)).failure;
  }

  async function judge(mutant: Mutant): Promise<Verdict> {
    const path = join(copy, mutant.file);
    const tests = await testsOf(path);
    const start = performance.now();
    let run = 0;
    for (const test of tests) {
      if ((performance.now() - start) / 1000 + lasts(test) > maxSeconds) continue;
      run++;
      const failure = await notices(mutant, test);
      if (failure === undefined) continue;
      const by = nameOf(test, copy);
      kills.set(`${path} ${by}`, (kills.get(`${path} ${by}`) ?? 0) + 1);
      return { verdict: "killed", by, failure };
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

/**
 * A process that keeps vitest warm in the current folder and runs one test file at a time, as its parent asks.
 * A test that never ends is ended by ending this process with all that it started.
 */
import { join } from "node:path";
import { createVitest, type TestModule } from "vitest/node";
import { type RelatedTest, relatedTests, type TestFile } from "../related/imports.ts";
import { quickProjects } from "../related/projects.ts";

export type Question =
  | { readonly ask: "tests"; readonly of: string }
  /** Reads `changed` anew first. */
  | { readonly ask: "run"; readonly test: TestFile; readonly changed: string };

export interface Outcome {
  /** The first test that failed, or what did instead of one. */
  readonly failure: string | undefined;
  readonly seconds: number;
}

const root = process.cwd();
const vitest = await createVitest("test", {
  root,
  watch: false,
  // As `vitest.config.ts` names it in this mode.
  mode: "mutate",
  project: [...quickProjects, "worker-in-node"],
  reporters: [{}],
  bail: 1,
  maxWorkers: 1,
  // Mutants stay out of the cache in node_modules, which is the checkout's.
  fsModuleCachePath: join(root, ".vitest-cache"),
});
const specifications = await vitest.globTestSpecifications();
const tests = specifications.map(({ project, moduleId }) => ({ project: project.name, path: moduleId }));

process.on("message", async (question: Question) => {
  process.send!(question.ask === "tests" ? testsOf(question.of) : await run(question.test, question.changed));
});
process.on("disconnect", () => process.exit());
process.send!("ready");

function testsOf(file: string): RelatedTest[] {
  return relatedTests([file], tests, root);
}

/** The file that was changed last is its own again by the time that another is. */
let changedBefore: string | undefined;

async function run({ project, path }: TestFile, changed: string): Promise<Outcome> {
  if (changedBefore !== undefined) vitest.invalidateFile(changedBefore);
  vitest.invalidateFile(changed);
  changedBefore = changed;
  // The failures that `bail` counts are those of all runs.
  vitest.state.idMap.clear();
  vitest.state.filesMap.clear();
  vitest.state.clearErrors();
  const start = performance.now();
  const asked = specifications.filter((each) => each.project.name === project && each.moduleId === path);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(asked, false);
  return {
    failure: testModules.map(failureOf).find(Boolean) ?? unhandledErrors.map(String)[0],
    seconds: (performance.now() - start) / 1000,
  };
}

function failureOf(module: TestModule): string | undefined {
  for (const { fullName } of module.children.allTests("failed")) return fullName;
  if (module.ok()) return undefined;
  return module.errors()[0]?.message ?? "it failed outside of its tests";
}

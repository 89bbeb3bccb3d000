/**
 * A process that keeps vitest warm in the current folder and runs one test file at a time, on request of its parent.
 * A test that never ends is ended by ending this process with all that it started.
 */
import { join } from "node:path";
import { createVitest, type TestModule } from "vitest/node";
import { type RelatedTest, relatedTests, type TestFile } from "../related/imports.ts";
import { quickProjects } from "../related/projects.ts";

export type Question =
  | { readonly ask: "tests"; readonly of: string }
  /** Reads `changed` again before the run. */
  | { readonly ask: "run"; readonly test: TestFile; readonly changed: string };

export interface Outcome {
  /** Name of the first test that failed, or another reason. */
  readonly failure: string | undefined;
  readonly seconds: number;
}

const root = process.cwd();
const vitest = await createVitest("test", {
  root,
  watch: false,
  // Named as in `vitest.config.ts` for this mode.
  mode: "mutate",
  project: [...quickProjects, "worker-in-node"],
  reporters: [{}],
  bail: 1,
  maxWorkers: 1,
  // Mutants must stay out of the cache in node_modules, which is the checkout's.
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

/** The file that was changed last has its own text again when another is changed. */
let changedBefore: string | undefined;

async function run({ project, path }: TestFile, changed: string): Promise<Outcome> {
  if (changedBefore !== undefined) vitest.invalidateFile(changedBefore);
  vitest.invalidateFile(changed);
  changedBefore = changed;
  // `bail` counts the failures of all runs.
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

/** `npm run test:related -- FILE...` runs the tests that reach these files, in Node and in workerd. */
import { join, resolve } from "node:path";
import { createVitest } from "vitest/node";
import { relatedTests } from "./imports.ts";
import { quickProjects } from "./projects.ts";

const files = process.argv.slice(2).map((file) => resolve(file));
if (files.length === 0) throw new Error("npm run test:related -- FILE...");

const vitest = await createVitest("test", { watch: false, project: [...quickProjects] });
await vitest.standalone();
const all = await vitest.globTestSpecifications();
const tests = all.map(({ project, moduleId }) => ({ project: project.name, path: moduleId }));
const related = new Set(
  relatedTests(files, tests, join(import.meta.dirname, "../..")).map(
    ({ project, path }) => `${project} ${path}`,
  ),
);
const specifications = all.filter(({ project, moduleId }) => related.has(`${project.name} ${moduleId}`));
if (specifications.length === 0) console.log("No test reaches these files.");
else {
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, false);
  if (unhandledErrors.length > 0 || !testModules.every((module) => module.ok())) process.exitCode = 1;
}
await vitest.close();

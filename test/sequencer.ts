/** Orders the files: long ones first and the many short ones last, so that no core waits for another at the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes in the exhaustive run, where the last run's times are not known. */
const longest = ["jpeg-libjpeg.test.ts", "climbing.test.ts", "engines.test.ts"];
const projects = ["worker", "worker-onnxruntime", "browser", "e2e", "accuracy", "unit"];

export class LongestFirst extends BaseSequencer {
  /** Sorts within a project by the last run's times, or by size, as Vitest does. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = (file: TestSpecification) => longest.some((name) => file.moduleId.endsWith(name));
    return sorted.toSorted(
      (a, b) =>
        Number(isLongest(b)) - Number(isLongest(a)) ||
        projects.indexOf(a.project.name) - projects.indexOf(b.project.name),
    );
  }
}

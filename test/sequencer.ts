/**
 * Orders the files for three workers on two cores: one worker takes the files that wait, for a browser's camera, a process
 * or the clock, and two take the files that compute. Long ones come first and the many short ones last, so that no core
 * waits for another at the end.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Number of workers. With two, both cores idle while both files wait: a sixth of their time in the whole run. */
export const workers = 3;

/** Seconds of the files that take longest with their whole sweeps, where the last run's times are not known. */
const wholeSeconds: Readonly<Record<string, number>> = {
  "accuracy/engines": 85,
  "worker/trust/climbing": 170,
  "accuracy/recognisability": 90,
  "worker/templates/many-verifications": 90,
  "jpeg/jpeg-libjpeg": 70,
  "accuracy/quantization": 57,
  "accuracy/replay": 52,
  "accuracy/decoders": 47,
  "jpeg/jpeg-fuzz": 42,
  "accuracy/passive": 41,
  "engine/memory": 37,
  "accuracy/every-face": 35,
  "identity/person-template": 34,
  "accuracy/hard-photos": 32,
  "storage/upgrade": 25,
  "accuracy/occlusion": 23,
  "storage/gallery": 21,
  "templates/drift": 17,
  "browser/live": 95,
  "browser/capture": 67,
  "e2e/memory": 65,
  "browser/demo": 57,
  "own-machine/serve": 48,
  "e2e/install": 42,
  "own-machine/container": 39,
  "e2e/training": 35,
  "releases/takeover": 26,
  "deploy/deploy": 22,
  "e2e/docs": 22,
  "browser/engine": 21,
  "e2e/cli": 19,
  "e2e/cli-refusals": 17,
  "e2e/package": 16,
  "e2e/request-forms": 15,
};
/** Seconds of any other file: from how many on it is a long one, and how many where nothing is known. */
const [longSeconds, otherSeconds] = [20, 2];

/** Projects in order; the embeddings that the first file leaves in the cache serve others. */
const computing = ["worker", "worker-onnxruntime", "accuracy", "unit"];
const waiting = ["browser", "e2e"];

export class LongestFirst extends BaseSequencer {
  /** Sorts within a project by the last run's times, or by size, as Vitest does. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const queueOf = (projects: readonly string[]) => {
      const own = sorted.filter(({ project }) => projects.includes(project.name));
      const place = ({ project }: TestSpecification) => projects.indexOf(project.name);
      const length = (file: TestSpecification) => {
        const seconds = this.#secondsOf(file);
        return seconds < longSeconds ? 0 : seconds;
      };
      return own.toSorted(
        (a, b) => Number(isFirst(b)) - Number(isFirst(a)) || length(b) - length(a) || place(a) - place(b),
      );
    };
    return merge(queueOf(computing), queueOf(waiting), (file) => this.#secondsOf(file));
  }

  #secondsOf(file: TestSpecification): number {
    const known = this.ctx.cache.getTestSpecificationResult(file);
    if (known !== undefined) return known.duration / 1000;
    const long = Object.keys(wholeSeconds).find((name) => file.moduleId.endsWith(`/${name}.test.ts`));
    return long === undefined ? otherSeconds : wholeSeconds[long];
  }
}

/** The file whose embeddings of a data set others take from the cache. */
const isFirst = ({ moduleId }: TestSpecification) => moduleId.endsWith("/accuracy/engines.test.ts");

/** Merges the queues so that of the workers, each of which takes the next file once it is free, one always waits. */
function merge(
  computing: TestSpecification[],
  waiting: TestSpecification[],
  secondsOf: (file: TestSpecification) => number,
): TestSpecification[] {
  const merged: TestSpecification[] = [];
  /** Time at which each worker is free, s. */
  const free = Array.from({ length: workers }, () => 0);
  let waited = 0;
  while (computing.length + waiting.length > 0) {
    const now = Math.min(...free);
    const waitsNext = computing.length === 0 || (waiting.length > 0 && waited <= now);
    const file = (waitsNext ? waiting : computing).shift()!;
    const ends = now + secondsOf(file);
    free[free.indexOf(now)] = ends;
    if (waitsNext) waited = ends;
    merged.push(file);
  }
  return merged;
}

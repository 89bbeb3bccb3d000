/**
 * Runs seeded inputs one after the other. Every input must end in an answer; an input that throws, takes longer than
 * the bound or breaks a rule is reported with the seed that makes it again.
 */
import { type Random, seededRandom } from "./mutate.ts";

export interface FuzzReport {
  readonly inputs: number;
  /** Number of inputs by answer: the format that was read, or a failure code. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly slowest: string;
  readonly problems: readonly string[];
}

export interface FuzzOptions {
  readonly firstSeed: number;
  readonly inputs: number;
  readonly maxMsPerInput: number;
  readonly onProgress?: (done: number) => Promise<void>;
}

export interface FuzzInput {
  readonly how: string;
  /** The part that is timed. */
  run(): Promise<FuzzAnswer> | FuzzAnswer;
}

export interface FuzzAnswer {
  readonly answer: string;
  /** Names a broken rule, if there is one. */
  readonly problem?: () => Promise<string | undefined> | string | undefined;
}

export async function fuzzInputs(
  { firstSeed, inputs, maxMsPerInput, onProgress }: FuzzOptions,
  makeInput: (random: Random) => FuzzInput,
): Promise<FuzzReport> {
  const answers: Record<string, number> = {};
  const problems: string[] = [];
  let slowestMs = 0;
  let slowest = "";
  for (let seed = firstSeed; seed < firstSeed + inputs; seed++) {
    const { how, run } = makeInput(seededRandom(seed));
    const start = performance.now();
    let answer = "threw";
    let ms = 0;
    try {
      const ended = await run();
      ms = performance.now() - start;
      answer = ended.answer;
      const problem = await ended.problem?.();
      if (problem !== undefined) problems.push(`seed ${seed} (${how}): ${problem}`);
    } catch (error) {
      problems.push(`seed ${seed} (${how}): ${error instanceof Error ? error.stack : error}`);
    }
    if (ms > maxMsPerInput) problems.push(`seed ${seed} (${how}): took ${ms.toFixed(0)} ms`);
    if (ms > slowestMs) [slowestMs, slowest] = [ms, `seed ${seed} (${how}): ${answer}`];
    answers[answer] = (answers[answer] ?? 0) + 1;
    await onProgress?.(seed - firstSeed + 1);
  }
  return { inputs, answers, slowestMs, slowest, problems };
}

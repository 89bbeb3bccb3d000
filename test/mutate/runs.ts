/** Runs test files in a copy of the checkout, in a process of `session.ts` that is restarted after a hang. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { RelatedTest, TestFile } from "../related/imports.ts";
import type { Outcome, Question } from "./session.ts";

export interface Runs {
  /** Returns the tests that reach a file of the copy, in the order in which they run. */
  testsOf(file: string): Promise<readonly RelatedTest[]>;
  /** Runs a test file; one that takes longer than `maxSeconds` fails as hanging. */
  run(test: TestFile, changed: string, maxSeconds: number): Promise<Outcome>;
  stop(): void;
}

const hung = Symbol("hung");

export function openRuns(copy: string): Runs {
  let session: ChildProcess | undefined;

  async function started(): Promise<ChildProcess> {
    if (session?.connected) return session;
    const log = openSync(join(copy, "session.log"), "a");
    // The process has a group of its own, so that the processes of vitest and workerd end with it.
    session = spawn(process.execPath, [join(copy, "test/mutate/session.ts")], {
      cwd: copy,
      detached: true,
      env: { ...process.env, NODE_OPTIONS: "--max-old-space-size=2048", WRANGLER_SEND_METRICS: "false" },
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    const [first] = await Promise.race([once(session, "message"), once(session, "exit")]);
    if (first !== "ready") throw new Error(`vitest does not start; see ${join(copy, "session.log")}`);
    return session;
  }

  function stop(): void {
    if (session?.pid && session.exitCode === null && session.signalCode === null) {
      process.kill(-session.pid, "SIGKILL");
    }
    session = undefined;
  }

  async function ask<Answer>(question: Question, maxSeconds: number): Promise<Answer | typeof hung> {
    const asked = await started();
    const done = new AbortController();
    const { signal } = done;
    const timer = AbortSignal.timeout(Math.ceil(maxSeconds * 1000));
    try {
      asked.send(question);
      const either = AbortSignal.any([signal, timer]);
      const [answer] = await Promise.race([
        once(asked, "message", { signal: either }),
        once(asked, "exit", { signal: either }).then(() => [hung]),
      ]);
      return answer;
    } catch (error) {
      if (!timer.aborted) throw error;
      return hung;
    } finally {
      done.abort();
    }
  }

  return {
    async testsOf(file) {
      const tests = await ask<RelatedTest[]>({ ask: "tests", of: file }, 120);
      if (tests === hung) throw new Error(`the imports of the tests of ${file} could not be read`);
      return tests;
    },
    async run(test, changed, maxSeconds) {
      const outcome = await ask<Outcome>({ ask: "run", test, changed }, maxSeconds);
      if (outcome !== hung) return outcome;
      stop();
      return { failure: `it did not end within ${Math.round(maxSeconds)} s`, seconds: maxSeconds };
    },
    stop,
  };
}

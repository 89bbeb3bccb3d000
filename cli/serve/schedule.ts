/**
 * Runs the Worker's schedule where no platform does: at the times of its cron triggers, and, after a time in which the
 * service or the machine did not run, those of the last seven days that were missed. Each is run at most once: its time is
 * on the disk before it begins, so that a run that ends the process is not repeated at the next start.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { lockSocket } from "./config.ts";
import { dueTimes } from "./cron.ts";

/** File, in the folder of the data, of the time until which every run has begun: ISO 8601. */
const lastFile = "last-schedule";

/** Time between two looks at the clock, ms: a trigger's resolution. A machine that slept is noticed by it, too. */
const lookMs = 60_000;
const weekMs = 7 * 24 * 3600 * 1000;

export interface Schedule {
  /** Begins no further run. */
  readonly stop: () => void;
}

/** Starts the schedule in the working directory, which is the folder of the data. `say` is told of runs that failed. */
export function startSchedule(crons: readonly string[], say: (text: string) => void): Schedule {
  const schedule = createSchedule(crons, {
    nowMs: Date.now,
    readLastMs,
    writeLastMs,
    run: runInWorkerd,
    say,
  });
  schedule.look();
  const timer = setInterval(schedule.look, lookMs);
  return {
    stop() {
      clearInterval(timer);
      schedule.stop();
    },
  };
}

export interface ScheduleDeps {
  readonly nowMs: () => number;
  /** Returns the time until which every run has begun, ms since 1970; undefined before the first look. */
  readonly readLastMs: () => number | undefined;
  readonly writeLastMs: (ms: number) => void;
  /** Runs the Worker's handler. Rejects where it failed. */
  readonly run: (cron: string, scheduledTime: number) => Promise<void>;
  readonly say: (text: string) => void;
}

/** Makes a schedule that looks at the clock when told. A look during another one does nothing. Throws for a wrong trigger. */
export function createSchedule(
  crons: readonly string[],
  { nowMs, readLastMs, writeLastMs, run, say }: ScheduleDeps,
): Schedule & { readonly look: () => Promise<void> } {
  // Read once, so that a wrong one is refused at the start.
  for (const cron of crons) dueTimes(cron, 0, 0);
  let isLooking = false;
  let isStopped = false;

  async function runDue(): Promise<void> {
    const now = nowMs();
    const last = readLastMs();
    // At the first start there is nothing to make up for. A clock that was put back repeats nothing.
    if (last === undefined) return writeLastMs(now);
    const after = Math.max(last, now - weekMs);
    const due = crons
      .flatMap((cron) => dueTimes(cron, after, now).map((time) => ({ cron, time })))
      .sort((a, b) => a.time - b.time);
    for (const { cron, time } of due) {
      if (isStopped) return;
      writeLastMs(time);
      try {
        await run(cron, time);
      } catch (error) {
        if (!isStopped)
          say(`The schedule of ${new Date(time).toISOString()} failed: ${(error as Error).message}`);
      }
    }
  }

  return {
    async look() {
      if (isLooking || isStopped) return;
      isLooking = true;
      try {
        await runDue();
      } catch (error) {
        say(`The schedule cannot be kept: ${(error as Error).message}`);
      } finally {
        isLooking = false;
      }
    },
    stop() {
      isStopped = true;
    },
  };
}

/** Reads the file; one that is missing or damaged counts as none. */
function readLastMs(): number | undefined {
  try {
    const ms = Date.parse(readFileSync(lastFile, "utf8").trim());
    return Number.isNaN(ms) ? undefined : ms;
  } catch {
    return undefined;
  }
}

function writeLastMs(ms: number): void {
  const beside = `${lastFile}.new`;
  writeFileSync(beside, `${new Date(ms).toISOString()}\n`, { mode: 0o600 });
  renameSync(beside, lastFile);
}

function runInWorkerd(cron: string, scheduledTime: number): Promise<void> {
  const path = `/scheduled?${new URLSearchParams({ cron, time: String(scheduledTime) })}`;
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: lockSocket, path, method: "POST", agent: false }, (answer) => {
      answer.resume();
      if (answer.statusCode === 204) resolve();
      else reject(new Error(`workerd answered ${answer.statusCode}`));
    });
    asked.once("error", reject);
    asked.end();
  });
}

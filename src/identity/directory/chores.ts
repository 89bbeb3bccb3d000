/**
 * Work outside the directory that follows a change: copies at the edge, the gallery, and the removal of what has
 * expired. The alarm is set with the change itself, before anything is awaited, and stands until all is done. Should
 * the object die in between, the alarm wakes it up to finish.
 */
import type { RecordCopies } from "../records/record-copies.ts";
import type { GalleryFeed } from "./gallery-feed.ts";
import type { DirectoryStorage, Ledger } from "./ledger.ts";
import { auditEnd } from "./tables/audit.ts";
import * as faces from "./tables/faces.ts";
import { unusedEnd } from "./tables/last-use.ts";
import { flushCopies, hasTasks } from "./tables/outbox.ts";
import { sketchEnd } from "./tables/sketches.ts";

/** Time after which work that failed is tried again, ms. */
const retryMs = 10_000;

/** Longest time that a change waits for the work that follows it, ms. */
const maxWaitMs = 2_000;

const never = Number.POSITIVE_INFINITY;

/** Time after which a run of the alarm ends and leaves the rest to the next one, ms. */
const maxRunMs = 20_000;

export interface Chores {
  /** Does the work that follows a change. Waits for it within bounds, and does not wait for what failed. */
  follow(): Promise<void>;
  /** Does all outstanding work, and sets the alarm for the rest. */
  run(): Promise<void>;
  /** Sets the alarm to finish what a search began. */
  schedule(): Promise<void>;
  /** Sets the alarm at `atMs`, unless it is set earlier. */
  wakeBy(atMs: number): Promise<void>;
}

export interface ChoresDeps {
  readonly storage: DirectoryStorage;
  readonly ledger: Ledger;
  readonly copies: RecordCopies;
  readonly feed: GalleryFeed;
  readonly clock: () => number;
}

export function createChores({ storage, ledger, copies, feed, clock }: ChoresDeps): Chores {
  const { sql } = ledger;
  let flushing = Promise.resolve();

  /** Runs one flush at a time, each after the one before, whether that succeeded or not. */
  function flush(): Promise<void> {
    const tenant = ledger.owner();
    flushing = flushing.catch(() => undefined).then(() => flushCopies(sql, tenant, copies));
    return flushing;
  }

  async function arm(): Promise<void> {
    const next = Math.min(
      ...[faces.nextExpiry(sql), auditEnd(sql), sketchEnd(sql), unusedEnd(sql)].map((end) => end ?? never),
    );
    if (hasTasks(sql)) await storage.setAlarm(clock() + retryMs);
    else if (next === never) await storage.deleteAlarm();
    else await storage.setAlarm(Math.max(next, clock()));
  }

  async function finish(maxMs: number): Promise<void> {
    await Promise.allSettled([flush(), feed.flush(clock() + maxMs)]);
    await arm();
  }

  return {
    async follow() {
      const alarm = storage.setAlarm(clock() + retryMs);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, maxWaitMs);
      });
      const finished = finish(maxWaitMs).catch(() => undefined);
      await Promise.all([alarm, Promise.race([finished, patience])]).finally(() =>
        clearTimeout(timer ?? null),
      );
    },
    async run() {
      await storage.setAlarm(clock() + retryMs);
      await finish(maxRunMs);
    },
    async schedule() {
      await storage.setAlarm(clock() + retryMs);
    },
    async wakeBy(atMs) {
      const set = await storage.getAlarm();
      if (set === null || set > atMs) await storage.setAlarm(Math.max(atMs, clock()));
    },
  };
}

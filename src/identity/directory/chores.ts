/**
 * What follows a change outside the directory: copies at the edge, the gallery, and the removal of what
 * has expired. The alarm is set with the change itself, before anything is awaited, and stands until all
 * is done: should the object die in between, it wakes up to finish.
 */
import type { RecordCopies } from "../records/record-copies.ts";
import type { GalleryFeed } from "./gallery-feed.ts";
import type { DirectoryStorage, Ledger } from "./ledger.ts";
import { auditEnd } from "./tables/audit.ts";
import * as faces from "./tables/faces.ts";
import { flushCopies, hasTasks } from "./tables/outbox.ts";

/** Until what could not be done is tried again. */
const retryMs = 10_000;

/** A change does not wait longer than this for what follows it. */
const maxWaitMs = 2_000;

const never = Number.POSITIVE_INFINITY;

/** The alarm's own run ends here and goes on with the next. */
const maxRunMs = 20_000;

export interface Chores {
  /** After a change: waits for what follows it, within bounds, and for nothing that failed. */
  follow(): Promise<void>;
  /** Does what is outstanding, and sets the alarm for the rest. */
  run(): Promise<void>;
  /** Has the alarm finish what a search began. */
  schedule(): Promise<void>;
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

  /** One run at a time, each after the one before, whatever became of that. */
  function flush(): Promise<void> {
    const tenant = ledger.owner();
    flushing = flushing.catch(() => undefined).then(() => flushCopies(sql, tenant, copies));
    return flushing;
  }

  async function arm(): Promise<void> {
    const next = Math.min(faces.nextExpiry(sql) ?? never, auditEnd(sql) ?? never);
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
  };
}

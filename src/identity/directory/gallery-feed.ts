/**
 * Tells the gallery of the subjects whose faces were added or removed, until it has all of them. The gallery must hold what
 * the directory holds. Where the two do not fit (a gallery that is new, lost or damaged, or a directory set back to
 * an earlier day), the gallery is built anew from the first face on.
 */
import type { Gallery, GalleryChange, GalleryState } from "../gallery/types.ts";
import type { SubjectId } from "../ids.ts";
import type { SearchKind } from "./data.ts";
import type { DirectoryStorage, Ledger } from "./ledger.ts";
import { readWholeFaces } from "./tables/face-queries.ts";
import { enqueueAll, hasTasks, lastTask, readGalleryTasks, removeGalleryTasks } from "./tables/outbox.ts";

/** Most subjects in one call, and most of their faces unless one subject has more: about 1.2 MB of sealed records. */
const subjectsPerCall = 100;
const facesPerCall = 1000;

export interface GalleryFeed {
  /** Sends changes until the gallery has all of them, or until that time. Throws when the gallery cannot be reached. */
  flush(untilMs: number): Promise<void>;
  /** State of the gallery for the kind, once it fits the directory; undefined while it is being built. */
  settledState(kind: SearchKind, untilMs: number): Promise<GalleryState | undefined>;
  /**
   * Name of the history from which the gallery was built; undefined while it is being built, or may be: a search of
   * it would miss somebody then. Two equal answers mean that it was complete for the time between them.
   */
  builtEpoch(): string | undefined;
  /** Has the gallery drop everything, and sends it every face again. */
  rebuild(): void;
}

export interface FeedDeps {
  readonly storage: DirectoryStorage;
  readonly ledger: Ledger;
  readonly openGallery: () => Gallery;
  readonly clock: () => number;
  readonly newEpoch: () => string;
}

export function createGalleryFeed({ storage, ledger, openGallery, clock, newEpoch }: FeedDeps): GalleryFeed {
  const { sql } = ledger;
  let flushing = Promise.resolve();
  /** False in a directory that has just woken up, since it may have been told to build. */
  let built = false;

  function readFeed(): { epoch: string; appliedThrough: number } | undefined {
    const [row] = sql.exec("SELECT epoch, applied_through FROM gallery").toArray();
    return row && { epoch: row.epoch as string, appliedThrough: row.applied_through as number };
  }

  function rebuild(): void {
    built = false;
    storage.transactionSync(() => {
      sql.exec("INSERT OR REPLACE INTO gallery (id, epoch, applied_through) VALUES (1, ?, 0)", newEpoch());
      enqueueAll(sql);
    });
  }

  async function flushNow(untilMs: number): Promise<void> {
    while (ledger.present && hasTasks(sql, "gallery")) {
      const feed = readFeed();
      if (feed === undefined) {
        rebuild();
        continue;
      }
      const changes = readChanges();
      const { epoch, appliedThrough } = feed;
      if (await openGallery().apply({ tenant: ledger.owner(), epoch, appliedThrough, changes }))
        finish(
          epoch,
          changes.reduce((last, { seq }) => Math.max(last, seq), 0),
        );
      else rebuild();
      if (clock() >= untilMs) return;
    }
    built = true;
  }

  /** Reads the next subjects that have tasks, each once, as they are now. */
  function readChanges(): GalleryChange[] {
    const changes = new Map<SubjectId, GalleryChange>();
    let faces = 0;
    for (const { seq, subjectId } of readGalleryTasks(sql, subjectsPerCall)) {
      const known = changes.get(subjectId);
      if (known === undefined && faces >= facesPerCall) break;
      // A task's own operation does not matter: the faces that are there now decide.
      const own = known?.faces ?? readWholeFaces(sql, subjectId);
      if (known === undefined) faces += own.length;
      changes.set(subjectId, { seq, subjectId, faces: own });
    }
    return [...changes.values()];
  }

  function finish(epoch: string, through: number): void {
    storage.transactionSync(() => {
      if (readFeed()?.epoch !== epoch) return;
      removeGalleryTasks(sql, through);
      sql.exec("UPDATE gallery SET applied_through = ?", through);
    });
  }

  /** Runs one flush at a time, each after the one before, whether that succeeded or not. */
  function flush(untilMs: number): Promise<void> {
    flushing = flushing.catch(() => undefined).then(() => flushNow(untilMs));
    return flushing;
  }

  return {
    flush,
    rebuild,
    builtEpoch: () => (built ? (readFeed()?.epoch ?? "") : undefined),
    async settledState(kind, untilMs) {
      if (ledger.present && readFeed() === undefined && hasFaces(sql)) rebuild();
      for (;;) {
        await flush(untilMs);
        if (hasTasks(sql, "gallery")) return undefined;
        const before = readFeed();
        const state = await openGallery().state(kind);
        const after = readFeed();
        // Another flush may have moved the gallery meanwhile: it was somewhere between the two.
        const most = Math.max(after?.appliedThrough ?? 0, lastTask(sql));
        const fits = state.appliedThrough >= (before?.appliedThrough ?? 0) && state.appliedThrough <= most;
        if (before === undefined) return { ...state, templates: 0, notCompared: 0 };
        if (state.epoch === after?.epoch && fits) return state;
        if (before.epoch === after?.epoch) rebuild();
        if (clock() >= untilMs) return undefined;
      }
    },
  };
}

function hasFaces(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM face LIMIT 1").toArray().length > 0;
}

/** Searches over all faces: the gallery names who may be meant, and here is said who is enrolled. */
import { fail, ok } from "../../errors.ts";
import type { Gallery } from "../gallery/types.ts";
import type { SubjectId } from "../ids.ts";
import { writeAudit } from "./audit.ts";
import type { Chores } from "./chores.ts";
import * as queries from "./face-queries.ts";
import * as faces from "./faces.ts";
import type { GalleryFeed } from "./gallery-feed.ts";
import type { Ledger } from "./ledger.ts";
import { countGalleryTasks } from "./outbox.ts";
import type { Directory } from "./types.ts";

/** A search that meets a gallery which is far behind brings it up to date for so long. */
const maxFlushMs = 10_000;

export type Searches = Pick<Directory, "prepareSearch" | "search" | "settleSearch" | "rewrapGallery">;

export interface SearchesDeps {
  readonly ledger: Ledger;
  readonly gallery: Gallery;
  readonly feed: GalleryFeed;
  readonly chores: Chores;
  readonly clock: () => number;
}

export function createSearches({ ledger, gallery, feed, chores, clock }: SearchesDeps): Searches {
  const { sql, read, write } = ledger;

  async function rebuild() {
    feed.rebuild();
    await chores.schedule();
    return notReady("a block of the gallery does not open: it is being built anew");
  }

  return {
    async prepareSearch(kind) {
      if (!ledger.present) return { faces: 0, notCompared: 0, behind: 0 };
      const state = await feed.settledState(kind, clock() + maxFlushMs).catch(() => undefined);
      if (state !== undefined) return { faces: state.faces, notCompared: state.notCompared, behind: 0 };
      await chores.schedule();
      return { faces: 0, notCompared: 0, behind: Math.max(1, countGalleryTasks(sql)) };
    },

    async search(query, nowMs) {
      if (!ledger.present) return ok({ faces: [], more: false });
      let found: Awaited<ReturnType<Gallery["search"]>>;
      try {
        if (feed.builtEpoch() === undefined) await feed.flush(clock() + maxFlushMs);
        const epoch = feed.builtEpoch();
        found = await gallery.search(query);
        // Another search may have had it built anew meanwhile.
        if (epoch === undefined || feed.builtEpoch() !== epoch) return notReady("the gallery is being built");
      } catch (error) {
        return notReady(`the gallery does not answer: ${(error as Error).message}`);
      }
      if (found === null) return rebuild();
      // One whose record was replaced by another model's in this moment is not compared any more.
      const named = queries.readNamedFaces(sql, found.names, nowMs);
      return ok({ faces: named.filter(({ model }) => model === query.model), more: found.more });
    },

    async settleSearch(found, action, context) {
      return write(context, () => {
        const present = found.filter(([subjectId, faceId]) =>
          faces.hasFace(sql, subjectId, faceId, context.nowMs),
        );
        const named = new Set<SubjectId>();
        for (const [subjectId, faceId] of present) {
          if (named.has(subjectId)) continue;
          named.add(subjectId);
          writeAudit(sql, { action, outcome: "candidate", subjectId, faceId }, context);
        }
        if (found.length === 0) writeAudit(sql, { action, outcome: "nobody" }, context);
        return present.map(([, faceId]) => faceId);
      });
    },

    async rewrapGallery(kekId) {
      if (!read(() => true, false)) return ok({ rewrapped: 0, done: true });
      try {
        const answer = await gallery.rewrap(kekId);
        return answer === null ? rebuild() : ok(answer);
      } catch (error) {
        return notReady(`the gallery's keys cannot be wrapped: ${(error as Error).message}`);
      }
    },
  };
}

function notReady(reason: string) {
  return fail({ code: "not_ready", reason, retryAfterSeconds: 5 });
}

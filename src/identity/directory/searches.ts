/**
 * Searches over all faces: the gallery names faces that may match, and the directory says which of them are enrolled.
 */
import { fail, ok } from "../../errors.ts";
import type { Gallery } from "../gallery/types.ts";
import type { SubjectId } from "../ids.ts";
import type { Context, FaceName, SearchAction, SearchKind, SearchQuery } from "./data.ts";
import type { DirectoryParts, HoldsParts } from "./parts.ts";
import { writeAudit } from "./tables/audit.ts";
import * as queries from "./tables/face-queries.ts";
import * as faces from "./tables/faces.ts";
import { noteUse } from "./tables/last-use.ts";
import { countGalleryTasks } from "./tables/outbox.ts";
import type { SearchDirectory } from "./types.ts";

/** Longest time that a search spends on bringing a gallery up to date, ms. */
const maxFlushMs = 10_000;

export function withSearches<Base extends HoldsParts>(base: Base) {
  return class Searches extends base implements SearchDirectory {
    async prepareSearch(kind: SearchKind) {
      const { ledger, feed, chores, clock } = this.parts;
      const { sql } = ledger;
      if (!ledger.present) return { faces: 0, notCompared: 0, behind: 0 };
      const state = await feed.settledState(kind, clock() + maxFlushMs).catch(() => undefined);
      if (state !== undefined) return { faces: state.faces, notCompared: state.notCompared, behind: 0 };
      await chores.schedule();
      return { faces: 0, notCompared: 0, behind: Math.max(1, countGalleryTasks(sql)) };
    }

    async search(query: SearchQuery, nowMs: number) {
      const { ledger, feed, clock, openGallery } = this.parts;
      const { sql } = ledger;
      if (!ledger.present) return ok({ faces: [], more: false });
      let found: Awaited<ReturnType<Gallery["search"]>>;
      try {
        if (feed.builtEpoch() === undefined) await feed.flush(clock() + maxFlushMs);
        const epoch = feed.builtEpoch();
        found = await openGallery().search(query);
        // Another search may have had the gallery built anew meanwhile.
        if (epoch === undefined || feed.builtEpoch() !== epoch) return notReady("the gallery is being built");
      } catch (error) {
        return notReady(`the gallery does not answer: ${(error as Error).message}`);
      }
      if (found === null) return rebuild(this.parts);
      // A face whose record was just replaced by another model's is not compared any more.
      const named = queries.readNamedFaces(sql, found.names, nowMs);
      return ok({ faces: named.filter(({ model }) => model === query.model), more: found.more });
    }

    async settleSearch(found: readonly FaceName[], action: SearchAction, context: Context) {
      const { sql, write } = this.parts.ledger;
      return write(context, () => {
        const present = found.filter(([subjectId, faceId]) =>
          faces.hasFace(sql, subjectId, faceId, context.nowMs),
        );
        const named = new Set<SubjectId>();
        for (const [subjectId, faceId] of present) {
          if (named.has(subjectId)) continue;
          named.add(subjectId);
          if (action === "identify") noteUse(sql, subjectId, context.nowMs);
          writeAudit(sql, { action, outcome: "candidate", subjectId, faceId }, context);
        }
        if (found.length === 0) writeAudit(sql, { action, outcome: "nobody" }, context);
        return present.map(([, faceId]) => faceId);
      });
    }

    async rewrapGallery(kekId: string) {
      const { openGallery } = this.parts;
      const { sql, read } = this.parts.ledger;
      if (!read(() => true, false)) return ok({ rewrapped: 0, done: true });
      try {
        const answer = await openGallery().rewrap(kekId);
        return answer === null ? rebuild(this.parts) : ok(answer);
      } catch (error) {
        // Blocks may be wrapped by a key that is lost. Where no face needs it any more, nothing does.
        if (queries.readWrappedByOthers(sql, kekId, 1).length === 0) return rebuild(this.parts);
        return notReady(`the gallery's keys cannot be wrapped: ${(error as Error).message}`);
      }
    }
  };
}

async function rebuild({ feed, chores }: DirectoryParts) {
  feed.rebuild();
  await chores.schedule();
  return notReady("a block of the gallery does not open: it is being built anew");
}

function notReady(reason: string) {
  return fail({ code: "not_ready", reason, retryAfterSeconds: 5 });
}

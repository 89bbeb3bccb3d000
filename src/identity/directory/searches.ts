/**
 * Searches over all faces: the gallery names faces that may match, and the directory says which of them are enrolled.
 */
import { fail, ok } from "../../errors.ts";
import type { Gallery } from "../gallery/types.ts";
import type {
  Context,
  NamedSubject,
  RateCounts,
  RateQuery,
  SearchAction,
  SearchKind,
  SearchQuery,
} from "./data.ts";
import { removeExpired } from "./enrolments.ts";
import type { DirectoryParts, HoldsParts } from "./parts.ts";
import { writeAudit } from "./tables/audit.ts";
import * as queries from "./tables/face-queries.ts";
import * as faces from "./tables/faces.ts";
import { noteUse } from "./tables/last-use.ts";
import { countGalleryTasks } from "./tables/outbox.ts";
import type { SearchDirectory } from "./types.ts";

/** Fewest people of a shard of whom counts are told: among fewer a count could name two of them. */
const leastPeople = 50;

/** Fewest and most people of a shard whose faces a measurement of the live rate compares with all others. */
const fewestProbes = 50;
const mostProbes = 500;

const noCounts: RateCounts = {
  people: 0,
  probes: 0,
  comparisons: 0,
  matches: 0,
  squaredMatches: 0,
  likelyDuplicates: 0,
  shardsLeftOut: 0,
};

/** Longest time that a search spends on bringing a gallery up to date, ms. */
const maxFlushMs = 10_000;

export function withSearches<Base extends HoldsParts>(base: Base) {
  return class Searches extends base implements SearchDirectory {
    async prepareSearch(kind: SearchKind, nowMs: number) {
      const { ledger, feed, chores, clock } = this.parts;
      const { sql } = ledger;
      if (!ledger.present) return { templates: 0, notCompared: 0, behind: 0 };
      removeExpired(ledger, nowMs);
      const state = await feed.settledState(kind, clock() + maxFlushMs).catch(() => undefined);
      if (state !== undefined)
        return { templates: state.templates, notCompared: state.notCompared, behind: 0 };
      await chores.schedule();
      return { templates: 0, notCompared: 0, behind: Math.max(1, countGalleryTasks(sql)) };
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
      const names = found.names.flatMap(({ subjectId, faces }) =>
        faces.map((faceId) => [subjectId, faceId] as const),
      );
      const named = queries.readNamedFaces(sql, names, nowMs);
      return ok({ faces: named.filter(({ model }) => model === query.model), more: found.more });
    }

    async settleSearch(found: readonly NamedSubject[], action: SearchAction, context: Context) {
      const { sql, write } = this.parts.ledger;
      return write(context, () => {
        const present = found.flatMap(({ subjectId, faces: compared, template }) => {
          const own = compared.filter((faceId) => faces.hasFace(sql, subjectId, faceId, context.nowMs));
          const event = { action, outcome: "candidate", subjectId, template };
          if (own.length === 0) return [];
          if (action === "identify") noteUse(sql, subjectId, context.nowMs);
          writeAudit(sql, { ...event, faceId: own[0] }, context);
          return own;
        });
        if (found.length === 0) writeAudit(sql, { action, outcome: "nobody" }, context);
        return present;
      });
    }

    async measureRate(query: RateQuery, nowMs: number) {
      const { ledger, openGallery } = this.parts;
      const { sql } = ledger;
      const { templates, behind } = await this.prepareSearch(query, nowMs);
      if (behind > 0) return notReady("the gallery is still being built");
      if (templates < leastPeople) return ok({ ...noCounts, shardsLeftOut: templates > 0 ? 1 : 0 });
      const wanted = Math.ceil(query.comparisons / templates);
      const probes = Math.min(templates, mostProbes, Math.max(fewestProbes, wanted));
      try {
        const drawn = await openGallery().draw(query, probes);
        const faces = queries
          .readNamedFaces(sql, drawn, nowMs)
          .flatMap(({ sealed, ...key }) => (sealed === null ? [] : [{ key, sealed }]));
        const counts = await openGallery().measureRate(query, faces);
        if (counts === null) return rebuild(this.parts);
        return ok({ ...counts, people: templates, shardsLeftOut: 0 });
      } catch (error) {
        return notReady(`the gallery does not answer: ${(error as Error).message}`);
      }
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

/**
 * Compares a probe with all of a tenant's faces. Every directory names the few faces that can be among the closest,
 * with their sealed records; here these are opened and compared exactly as a verification compares them.
 */

import type { KeyRing } from "../../crypto/key-ring.ts";
import { fail, ok, type Result } from "../../errors.ts";
import { distance } from "../../face/decision/decide.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { AttemptFace, Context, SearchAction, SearchKind } from "../directory/data.ts";
import type { SearchDirectory } from "../directory/types.ts";
import { compareNames, type FaceId, type SubjectId, type TenantId } from "../ids.ts";
import { openFace } from "../records/sealed-face.ts";
import { compareMeasures } from "./closest.ts";
import type { Candidate, GallerySearch, SearchOptions } from "./store.ts";

export interface SearchDeps {
  readonly tenant: TenantId;
  /** All directories of the tenant, in the order of their shards. */
  readonly directories: readonly SearchDirectory[];
  readonly shardOf: (subjectId: SubjectId) => number;
  readonly ring: KeyRing;
  readonly context: () => Context;
}

/** Opens a search. Fails with `not_ready`. */
export async function beginSearch(deps: SearchDeps, kind: SearchKind): Promise<Result<GallerySearch>> {
  const { directories, context } = deps;
  const states = await Promise.all(directories.map((directory) => directory.prepareSearch(kind)));
  if (states.some(({ behind }) => behind > 0)) {
    return fail({ code: "not_ready", reason: "the gallery is still being built", retryAfterSeconds: 5 });
  }
  return ok({
    faces: states.reduce((sum, { faces }) => sum + faces, 0),
    notCompared: states.reduce((sum, { notCompared }) => sum + notCompared, 0),

    async find(probe, { limit, order, maxDistance, closerBy, except, action }) {
      const { nowMs } = context();
      // The excepted subject may be among the closest.
      const closest = except === undefined ? limit : limit + 1;
      const query = {
        model: probe.model,
        values: probe.values,
        // Faces that do not come close enough must not take the place of others.
        limit: order === "closest" && closerBy === undefined ? closest : null,
        maxDistance,
      };
      const found = await Promise.all(directories.map((directory) => directory.search(query, nowMs)));
      const faces: AttemptFace[] = [];
      let more = false;
      for (const each of found) {
        if (!each.ok) return each;
        faces.push(...each.value.faces);
        more ||= each.value.more;
      }
      const measured = await measure(deps, probe, faces, closerBy);
      if (!measured.ok) return measured;
      const within = measured.value.filter(
        ({ subjectId, distance, closer }) => distance <= maxDistance - closer && subjectId !== except,
      );
      const subjects = closestOfEach(within, order);
      const chosen = new Set(subjects.slice(0, limit).map(({ subjectId }) => subjectId));
      const named = within.filter(({ subjectId }) => chosen.has(subjectId));
      const present = await settle(deps, named, action);
      return ok({
        candidates: closestOfEach(present, order),
        more: more || subjects.length > limit,
      });
    },
  });
}

/**
 * Measures distances. Fails with `corrupt_record` or `model_mismatch`: a face that is left out silently could be the
 * person's.
 */
async function measure(
  { tenant, ring }: SearchDeps,
  probe: Embedding,
  faces: readonly AttemptFace[],
  closerBy: SearchOptions["closerBy"],
): Promise<Result<Candidate[]>> {
  const opened = await Promise.all(
    faces.map((key) => (key.sealed === null ? undefined : openFace(tenant, key, key.sealed, ring))),
  );
  const measured: Candidate[] = [];
  for (const face of opened) {
    if (face === undefined) continue;
    if (!face.ok) return face;
    const { subjectId, faceId, embedding } = face.value;
    const between = distance(embedding, probe);
    if (!between.ok) return between;
    measured.push({ subjectId, faceId, distance: between.value, closer: closerBy?.(face.value) ?? 0 });
  }
  return ok(measured);
}

/** Keeps the best face of each subject; the best match first, and equally good ones in the order of their ids. */
function closestOfEach(faces: readonly Candidate[], order: SearchOptions["order"]): Candidate[] {
  const closest = new Map<SubjectId, Candidate>();
  for (const face of faces) {
    const known = closest.get(face.subjectId);
    if (known === undefined || compareMeasures(face, known) < 0) closest.set(face.subjectId, face);
  }
  const byId = (a: Candidate, b: Candidate) => compareNames(a.subjectId, b.subjectId);
  return [...closest.values()].sort(
    order === "subject_id" ? byId : (a, b) => compareMeasures(a, b) || byId(a, b),
  );
}

/**
 * Writes the subjects into the audit trail of each directory that knows one of them, and keeps those that still
 * exist. All faces of a subject within the distance are asked for: one that is deleted at this moment takes no other
 * with it.
 */
async function settle(
  deps: SearchDeps,
  candidates: readonly Candidate[],
  action: SearchAction,
): Promise<Candidate[]> {
  const { directories, shardOf, context } = deps;
  const named = new Map<number, [SubjectId, FaceId][]>();
  const closestFirst = [...candidates].sort(compareMeasures);
  for (const { subjectId, faceId } of closestFirst) {
    const shard = shardOf(subjectId);
    named.set(shard, [...(named.get(shard) ?? []), [subjectId, faceId]]);
  }
  if (named.size === 0) named.set(0, []);
  const settled = await Promise.all(
    [...named].map(([shard, faces]) => directories[shard].settleSearch(faces, action, context())),
  );
  const present = new Set(settled.flat());
  return candidates.filter(({ faceId }) => present.has(faceId));
}

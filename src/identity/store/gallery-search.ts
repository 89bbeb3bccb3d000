/**
 * Compares a probe with the templates of all of a tenant's subjects. Every directory names the few that can be among the
 * closest, with the sealed records of their faces; here these are opened, and the templates are built and compared exactly
 * as a verification does.
 */

import type { KeyRing } from "../../crypto/key-ring.ts";
import { fail, ok, type Result } from "../../errors.ts";
import { nearerBy } from "../../face/decision/calibration.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { AttemptFace, Context, NamedSubject, SearchAction, SearchKind } from "../directory/data.ts";
import type { SearchDirectory } from "../directory/types.ts";
import { compareNames, type SubjectId, type TenantId } from "../ids.ts";
import { openFace } from "../records/sealed-face.ts";
import { compareWithTemplate } from "../templates/person-template.ts";
import type { Candidate, GallerySearch, SearchOptions, StoredFace } from "./store.ts";

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
  const { nowMs } = context();
  const states = await Promise.all(directories.map((directory) => directory.prepareSearch(kind, nowMs)));
  if (states.some(({ behind }) => behind > 0)) {
    return fail({ code: "not_ready", reason: "the gallery is still being built", retryAfterSeconds: 5 });
  }
  return ok({
    templates: states.reduce((sum, { templates }) => sum + templates, 0),
    notCompared: states.reduce((sum, { notCompared }) => sum + notCompared, 0),

    async find(probe, options) {
      const { limit, order, maxDistance, nearer, closerBy, except, action } = options;
      // The excepted subject may be among the closest.
      const closest = except === undefined ? limit : limit + 1;
      const query = {
        model: probe.model,
        values: probe.values,
        // Templates that do not come close enough must not take the place of others.
        limit: order === "closest" && closerBy === undefined ? closest : null,
        maxDistance,
        nearer,
      };
      const found = await Promise.all(directories.map((directory) => directory.search(query, nowMs)));
      const faces: AttemptFace[] = [];
      let more = false;
      for (const each of found) {
        if (!each.ok) return each;
        faces.push(...each.value.faces);
        more ||= each.value.more;
      }
      const people = await openPeople(deps, faces);
      if (!people.ok) return people;
      const measured = await measure(probe, people.value, options);
      if (!measured.ok) return measured;
      const within = sorted(
        measured.value.filter(({ subjectId }) => subjectId !== except),
        options,
      );
      const candidates = await settle(deps, probe, within.slice(0, limit), people.value, options, action);
      if (!candidates.ok) return candidates;
      return ok({
        candidates: sorted(candidates.value, options),
        more: more || within.length > limit,
      });
    },
  });
}

type People = ReadonlyMap<SubjectId, readonly StoredFace[]>;

/**
 * Opens the faces of each subject. Fails with `corrupt_record` or `model_mismatch`: a face that is left out silently could
 * be the person's.
 */
async function openPeople(
  { tenant, ring }: SearchDeps,
  faces: readonly AttemptFace[],
): Promise<Result<People>> {
  const opened = await Promise.all(
    faces.map((key) => (key.sealed === null ? undefined : openFace(tenant, key, key.sealed, ring))),
  );
  const people = new Map<SubjectId, StoredFace[]>();
  for (const face of opened) {
    if (face === undefined) continue;
    if (!face.ok) return face;
    const { subjectId } = face.value;
    people.set(subjectId, [...(people.get(subjectId) ?? []), face.value]);
  }
  return ok(people);
}

type Limits = Pick<SearchOptions, "maxDistance" | "nearer" | "closerBy" | "order">;

/** Compares the probe with each template, and keeps those within the distance. Fails with `model_mismatch`. */
async function measure(probe: Embedding, people: People, options: Limits): Promise<Result<Candidate[]>> {
  const measured: Candidate[] = [];
  for (const [subjectId, faces] of people) {
    const compared = await compareWithTemplate(probe, faces, options.closerBy);
    if (!compared.ok) return compared;
    const candidate = { subjectId, ...compared.value };
    if (rankOf(candidate, options) <= options.maxDistance) measured.push(candidate);
  }
  return ok(measured);
}

/** Distance of a template together with all that it must come closer: all templates are compared by it. */
function rankOf({ distance, closer, photos }: Candidate, { nearer }: Limits): number {
  return distance + closer + nearerBy({ templates: { nearer } }, photos);
}

/** Sorts the best match first, and equally good ones in the order of their ids; or all by their ids. */
function sorted(candidates: readonly Candidate[], options: Limits): Candidate[] {
  const byId = (a: Candidate, b: Candidate) => compareNames(a.subjectId, b.subjectId);
  if (options.order === "subject_id") return [...candidates].sort(byId);
  return [...candidates].sort((a, b) => rankOf(a, options) - rankOf(b, options) || byId(a, b));
}

/**
 * Writes the subjects into the audit trail of each directory that knows one of them, and keeps those that still exist.
 * A subject that has lost a face at this moment is compared with the template of its others. Fails as `measure` does.
 */
async function settle(
  deps: SearchDeps,
  probe: Embedding,
  candidates: readonly Candidate[],
  people: People,
  options: Limits,
  action: SearchAction,
): Promise<Result<Candidate[]>> {
  const { directories, shardOf, context } = deps;
  const named = new Map<number, NamedSubject[]>();
  for (const { subjectId, closest, version } of candidates) {
    const others = (people.get(subjectId) ?? []).map(({ faceId }) => faceId);
    const faces = [closest, ...others.filter((faceId) => faceId !== closest)];
    const shard = shardOf(subjectId);
    named.set(shard, [...(named.get(shard) ?? []), { subjectId, faces, template: version }]);
  }
  if (named.size === 0) named.set(0, []);
  const settled = await Promise.all(
    [...named].map(([shard, subjects]) => directories[shard].settleSearch(subjects, action, context())),
  );
  const present = new Set(settled.flat());
  const [whole, changed]: [Candidate[], Map<SubjectId, readonly StoredFace[]>] = [[], new Map()];
  for (const candidate of candidates) {
    const faces = people.get(candidate.subjectId) ?? [];
    const left = faces.filter(({ faceId }) => present.has(faceId));
    if (left.length === faces.length) whole.push(candidate);
    else if (left.length > 0) changed.set(candidate.subjectId, left);
  }
  const again = await measure(probe, changed, options);
  return again.ok ? ok([...whole, ...again.value]) : again;
}

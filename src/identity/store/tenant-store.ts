/** Store of a tenant's faces: the directory decides, and gives the keys that open the records. */
import * as z from "zod";
import { crc32 } from "../../crypto/crc32.ts";
import type { KeyRing } from "../../crypto/key-ring.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import { fail, ok, type Result } from "../../errors.ts";
import { writeSketch } from "../../face/replay/sketch.ts";
import { type Caller, contextOf } from "../caller.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { FaceDetails } from "../directory/data.ts";
import type {
  EnrolmentDirectory,
  LivenessDirectory,
  OpenDirectory,
  SearchDirectory,
  VerificationDirectory,
} from "../directory/types.ts";
import { compareNames, type FaceId, parseSubjectId, type SubjectId } from "../ids.ts";
import type { RecordCopies } from "../records/record-copies.ts";
import { openFace, openMetadata, sealBeside, sealFace, sealMetadata } from "../records/sealed-face.ts";
import { keepsSketches } from "../settings.ts";
import { fromStoredConsent, requireConsent, toStoredConsent } from "./consent.ts";
import * as gallerySearch from "./gallery-search.ts";
import type { RecentKeys } from "./recent-keys.ts";
import type { FaceSummary, Metadata, OpenStore, TenantStore } from "./store.ts";
import { beginAttempt } from "./tenant-attempts.ts";

export interface StoreDeps {
  readonly openDirectory: OpenDirectory<
    EnrolmentDirectory & VerificationDirectory & LivenessDirectory & SearchDirectory
  >;
  readonly copies: RecordCopies;
  readonly ring: KeyRing;
  readonly random: RandomBytes;
  readonly clock: () => Date;
  /** Recent answers of directories to this isolate, for `consistency: edge`. */
  readonly recent: RecentKeys;
  /** Keeps the isolate at work on a promise after the answer. */
  readonly background: (work: Promise<unknown>) => void;
}

/** Most tries to update a face that is replaced each time before its metadata arrive. */
const maxUpdates = 3;

const subjectCursorSchema = z.string().refine((text) => parseSubjectId(text) !== undefined);

/** Number of the tenant's directory that knows a subject. */
export function shardOf(subjectId: SubjectId, shards: number): number {
  return shards === 1 ? 0 : crc32(new TextEncoder().encode(subjectId)) % shards;
}

export function createStoreOpener(deps: StoreDeps): OpenStore {
  return (caller) => createTenantStore(deps, caller);
}

function createTenantStore(deps: StoreDeps, caller: Caller): TenantStore {
  const { openDirectory, copies, ring, random, clock, recent, background } = deps;
  const { tenant, settings } = caller;
  const { shards } = settings;

  const directoryOf = (subjectId: SubjectId) => openDirectory(tenant, shardOf(subjectId, shards));
  const context = () => contextOf(caller, clock());

  async function summarise(row: FaceDetails): Promise<Result<FaceSummary>> {
    const { faceId, model, createdAtMs, expiresAtMs, consent, sealedMetadata } = row;
    const metadata =
      sealedMetadata === null ? ok(undefined) : await openMetadata(tenant, row, sealedMetadata, ring);
    if (!metadata.ok) return metadata;
    return ok({
      faceId,
      model,
      createdAt: new Date(createdAtMs),
      expiresAt: expiresAtMs === null ? undefined : new Date(expiresAtMs),
      consent: fromStoredConsent(consent),
      metadata: metadata.value,
    });
  }

  /** Seals metadata with the data key that the face has now. Fails with `not_found` or `corrupt_record`. */
  async function sealNotes(
    directory: EnrolmentDirectory,
    subjectId: SubjectId,
    faceId: FaceId,
    metadata: Metadata,
  ) {
    const rows = await directory.describeFaces(subjectId, clock().getTime());
    const row = rows.find((face) => face.faceId === faceId);
    if (row === undefined) return fail({ code: "not_found", what: "face" });
    const sealed = await sealMetadata(tenant, row, metadata, ring, random);
    return sealed.ok ? ok({ sealed: sealed.value, keyId: row.keyId }) : sealed;
  }

  return {
    async addFace(face, { expiresAt, consent, metadata, request, capture }) {
      const consented = requireConsent(settings, consent);
      if (!consented.ok) return consented;
      const { key, sealed, sealedMetadata } = await sealFace(tenant, face, metadata, ring, random);
      const sketch =
        capture && keepsSketches(settings)
          ? await sealBeside("sketch", tenant, key, writeSketch(capture), ring, random)
          : ok(null);
      if (!sketch.ok) return sketch;
      const { retentionSeconds } = settings;
      const byDefault = retentionSeconds === null ? null : face.createdAt.getTime() + 1000 * retentionSeconds;
      const expiresAtMs = expiresAt === undefined ? byDefault : (expiresAt?.getTime() ?? null);
      const directory = directoryOf(face.subjectId);
      const added = await directory.addFace(
        {
          ...key,
          expiresAtMs,
          consent: toStoredConsent(consent),
          sealed,
          sealedMetadata,
        },
        context(),
        request ?? null,
        sketch.value,
      );
      if (!added.ok) return added;
      recent.forget(tenant, face.subjectId);
      const { faceId, model, createdAtMs, expiresAtMs: endMs } = added.value;
      return ok({
        faceId,
        model,
        createdAt: new Date(createdAtMs),
        expiresAt: endMs === null ? undefined : new Date(endMs),
      });
    },

    async readFaces(subjectId) {
      const keys = await directoryOf(subjectId).readFaces(subjectId, clock().getTime());
      const opened = await Promise.all(
        keys.map((key) => (key.sealed === null ? undefined : openFace(tenant, key, key.sealed, ring))),
      );
      return opened.flatMap((face) => (face?.ok ? face.value : []));
    },

    async joinFace(face, closest, template) {
      const { key, sealed } = await sealFace(tenant, face, undefined, ring, random);
      const row = { ...key, sealed, sealedMetadata: null, expiresAtMs: null, consent: null };
      const joined = await directoryOf(face.subjectId).joinFace(row, closest, template, context());
      recent.forget(tenant, face.subjectId);
      return joined;
    },

    async deleteJoined(subjectId) {
      const deleted = await directoryOf(subjectId).deleteJoined(subjectId, context());
      recent.forget(tenant, subjectId);
      return deleted;
    },

    noteConflict: (subjectId, request) =>
      directoryOf(subjectId).noteConflict(subjectId, request ?? null, context()),

    beginAttempt(subjectId, options = {}) {
      const directory = directoryOf(subjectId);
      return beginAttempt(
        { directory, copies, ring, random, recent, context, background },
        caller,
        subjectId,
        options,
      );
    },

    checkTry: (subjectId, sessionId) =>
      directoryOf(subjectId).checkTry(subjectId, sessionId, settings.lockOut, clock().getTime()),

    takeTry: (subjectId, sessionId, next) =>
      directoryOf(subjectId).takeTry(subjectId, sessionId, next, settings.lockOut, context()),

    async countNotLive(subjectId, action) {
      const counted = await directoryOf(subjectId).countNotLive(
        subjectId,
        action,
        settings.lockOut,
        context(),
      );
      recent.forget(tenant, subjectId);
      return counted;
    },

    beginSearch(kind) {
      const directories = Array.from({ length: shards }, (_, shard) => openDirectory(tenant, shard));
      const shardOfSubject = (subjectId: SubjectId) => shardOf(subjectId, shards);
      return gallerySearch.beginSearch({ tenant, directories, shardOf: shardOfSubject, ring, context }, kind);
    },

    async describeFaces(subjectId) {
      const rows = await directoryOf(subjectId).describeFaces(subjectId, clock().getTime());
      if (rows.length === 0) return fail({ code: "not_found", what: "subject" });
      const summaries: FaceSummary[] = [];
      for (const row of rows) {
        const summary = await summarise(row);
        if (!summary.ok) return summary;
        summaries.push(summary.value);
      }
      return ok(summaries);
    },

    async updateFace(subjectId, faceId, { expiresAt, metadata }) {
      const directory = directoryOf(subjectId);
      for (let tries = 1; ; tries++) {
        const sealed = metadata ? await sealNotes(directory, subjectId, faceId, metadata) : ok(metadata);
        if (!sealed.ok) return sealed;
        const updated = await directory.updateFace(
          subjectId,
          faceId,
          {
            ...(expiresAt === undefined ? {} : { expiresAtMs: expiresAt?.getTime() ?? null }),
            ...(sealed.value === undefined ? {} : { sealedMetadata: sealed.value }),
          },
          context(),
        );
        recent.forget(tenant, subjectId);
        // An import put another record in the face's place meanwhile.
        const again = !updated.ok && updated.failure.code === "not_ready";
        if (!again || tries === maxUpdates) return updated;
      }
    },

    async deleteFace(subjectId, faceId) {
      const directory = directoryOf(subjectId);
      const deleted = await directory.deleteFaces(subjectId, [faceId], context());
      recent.forget(tenant, subjectId);
      return deleted;
    },

    async deleteSubject(subjectId) {
      const directory = directoryOf(subjectId);
      const deleted = await directory.deleteFaces(subjectId, "all", context());
      recent.forget(tenant, subjectId);
      return deleted;
    },

    async listSubjects({ limit, cursor }) {
      const after = cursor === undefined ? ok(null) : decodeCursor(subjectCursorSchema, cursor);
      if (!after.ok) return after;
      // One more subject than asked for tells whether there is a next page.
      const page = { after: after.value, limit: limit + 1 };
      const pages = await Promise.all(
        Array.from({ length: shards }, (_, shard) =>
          openDirectory(tenant, shard).listSubjects(page, clock().getTime()),
        ),
      );
      const subjectIds = pages.flat().sort(compareNames).slice(0, limit);
      const more = pages.flat().length > limit;
      return ok({ subjectIds, nextCursor: more ? encodeCursor(subjectIds[limit - 1]) : undefined });
    },

    async listAgeing(threshold, { limit, cursor }) {
      const after = cursor === undefined ? ok(null) : decodeCursor(subjectCursorSchema, cursor);
      if (!after.ok) return after;
      const page = { after: after.value, limit: limit + 1 };
      const pages = await Promise.all(
        Array.from({ length: shards }, (_, shard) =>
          openDirectory(tenant, shard).listAgeing(threshold, page),
        ),
      );
      const found = pages.flat().sort((a, b) => compareNames(a.subjectId, b.subjectId));
      const subjects = found.slice(0, limit);
      const more = found.length > limit;
      return ok({ subjects, nextCursor: more ? encodeCursor(subjects[limit - 1].subjectId) : undefined });
    },

    async unlock(subjectId) {
      const unlocked = await directoryOf(subjectId).unlock(subjectId, context());
      recent.forget(tenant, subjectId);
      return unlocked;
    },
  };
}

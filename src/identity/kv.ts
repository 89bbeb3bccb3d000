/**
 * Faces in Workers KV, the only file that knows it.
 *
 * One key a face, so simultaneous enrolments cannot overwrite each other. The value is the record in
 * base64: KV fetches up to 100 values in one operation, as text only, and so a verification costs
 * one `list` and one `get` for a subject of up to 100 faces. What a listing shows (model and time)
 * is repeated in the key's metadata, which comes with `list`.
 *
 * KV is eventually consistent: another location may miss a new face, or still see a deleted one,
 * for 60 s or more.
 */
import * as z from "zod";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { fail, ok, type Result } from "../errors.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { type FaceId, parseFaceId, type SubjectId } from "./ids.ts";
import { faceKey, facePrefix, parseFaceKey, subjectPrefix } from "./keys.ts";
import { decodeRecord, encodeRecord } from "./record.ts";
import type { FaceStore, FaceSummary, StoredFace, SubjectPage } from "./store.ts";

/** KV's own limits. */
const maxKeysPerGet = 100;
const maxKeysPerList = 1000;

/** A listing answers with a short page rather than read more pages of keys than this. */
const maxListsPerPage = 10;

const metadataSchema = z.object({ model: z.string(), createdAtMs: z.int() });

type Metadata = z.infer<typeof metadataSchema>;

interface ListedFace {
  readonly faceId: FaceId;
  readonly metadata: unknown;
}

export function createKvFaceStore(kv: KVNamespace): FaceStore {
  return {
    async addFace(face) {
      const metadata: Metadata = { model: face.embedding.model, createdAtMs: face.createdAt.getTime() };
      const value = encodeBase64(encodeRecord(face));
      await kv.put(faceKey(face.subjectId, face.faceId), value, { metadata });
    },

    async listFaces(subjectId) {
      const listed = await listFaceKeys(kv, subjectId);
      return readFaces(
        kv,
        subjectId,
        listed.map(({ faceId }) => faceId),
      );
    },

    async describeFaces(subjectId) {
      const listed = await listFaceKeys(kv, subjectId);
      if (listed.length === 0) return fail({ code: "not_found", what: "subject" });
      const summaries: FaceSummary[] = [];
      for (const { faceId, metadata } of listed) {
        const parsed = metadataSchema.safeParse(metadata);
        if (!parsed.success) return fail({ code: "corrupt_record", faceId, reason: "metadata is malformed" });
        const { model, createdAtMs } = parsed.data;
        summaries.push({ faceId, model, createdAt: new Date(createdAtMs) });
      }
      return ok(summaries.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()));
    },

    async deleteFace(subjectId, faceId) {
      const key = faceKey(subjectId, faceId);
      if ((await kv.get(key)) === null) return fail({ code: "not_found", what: "face" });
      await kv.delete(key);
      return ok(undefined);
    },

    async deleteSubject(subjectId) {
      const listed = await listFaceKeys(kv, subjectId);
      if (listed.length === 0) return fail({ code: "not_found", what: "subject" });
      await Promise.all(listed.map(({ faceId }) => kv.delete(faceKey(subjectId, faceId))));
      return ok(listed.map(({ faceId }) => faceId));
    },

    listSubjects: ({ limit, cursor }) => listSubjects(kv, limit, cursor),
  };
}

async function listFaceKeys(kv: KVNamespace, subjectId: SubjectId): Promise<ListedFace[]> {
  const prefix = subjectPrefix(subjectId);
  const faces: ListedFace[] = [];
  let cursor: string | null = null;
  do {
    const page: KVNamespaceListResult<unknown> = await kv.list({ prefix, cursor, limit: maxKeysPerList });
    for (const { name, metadata } of page.keys) {
      const faceId = parseFaceId(name.slice(prefix.length));
      // Not ours: no key of this store has such an ending.
      if (faceId !== undefined) faces.push({ faceId, metadata });
    }
    cursor = page.list_complete ? null : page.cursor;
  } while (cursor !== null);
  return faces;
}

async function readFaces(
  kv: KVNamespace,
  subjectId: SubjectId,
  faceIds: readonly FaceId[],
): Promise<Result<StoredFace[]>> {
  const batches: FaceId[][] = [];
  for (let start = 0; start < faceIds.length; start += maxKeysPerGet) {
    batches.push(faceIds.slice(start, start + maxKeysPerGet));
  }
  const values = await Promise.all(
    batches.map((batch) =>
      kv.get(
        batch.map((faceId) => faceKey(subjectId, faceId)),
        "text",
      ),
    ),
  );
  const faces: StoredFace[] = [];
  for (const [i, batch] of batches.entries()) {
    for (const faceId of batch) {
      const text = values[i].get(faceKey(subjectId, faceId));
      // Deleted since it was listed.
      if (text === null || text === undefined) continue;
      const bytes = decodeBase64(text);
      if (bytes === undefined) return fail({ code: "corrupt_record", faceId, reason: "not base64" });
      const face = decodeRecord(bytes, subjectId, faceId);
      if (!face.ok) return face;
      faces.push(face.value);
    }
  }
  return ok(faces);
}

/**
 * Pages of keys become pages of subjects. KV cannot start after a given key, so a cursor names a
 * page of keys and the last subject given out of it; the keys' order does the rest.
 */
async function listSubjects(
  kv: KVNamespace,
  limit: number,
  cursor: string | undefined,
): Promise<Result<SubjectPage>> {
  const start = cursor === undefined ? ok({ page: null, after: null }) : decodeCursor(cursor);
  if (!start.ok) return start;
  let { page, after } = start.value;
  const subjectIds: SubjectId[] = [];
  for (let lists = 0; lists < maxListsPerPage; lists++) {
    const keys = await listKeys(kv, page);
    if (!keys.ok) return keys;
    for (const { name } of keys.value.keys) {
      const subjectId = parseFaceKey(name)?.subjectId;
      if (subjectId === undefined || (after !== null && subjectId <= after)) continue;
      if (subjectIds.length === limit) return ok({ subjectIds, nextCursor: encodeCursor({ page, after }) });
      subjectIds.push(subjectId);
      after = subjectId;
    }
    if (keys.value.list_complete) return ok({ subjectIds, nextCursor: undefined });
    page = keys.value.cursor;
  }
  return ok({ subjectIds, nextCursor: encodeCursor({ page, after }) });
}

async function listKeys(kv: KVNamespace, cursor: string | null) {
  try {
    return ok(await kv.list({ prefix: facePrefix, cursor, limit: maxKeysPerList }));
  } catch (error) {
    // KV says "400" of a cursor that it did not give out.
    if (cursor === null || !/\b400\b/.test(String(error))) throw error;
    return fail({ code: "invalid_request", field: "cursor", reason: "The cursor is no longer valid." });
  }
}

/** Reads whole faces of a tenant a page at a time, one shard after the other, in the order of subjects and faces. */
import * as z from "zod";
import { ok, type Result } from "../../errors.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { FaceName, FaceRow } from "../directory/data.ts";
import type { EnrolmentDirectory, OpenDirectory } from "../directory/types.ts";
import { parseFaceId, parseSubjectId, type TenantId } from "../ids.ts";

export interface FacePage {
  readonly rows: readonly FaceRow[];
  /** Cursor of the next page; null after the last page. */
  readonly nextCursor: string | null;
}

/** Place after which a page starts. */
export interface Place {
  readonly shard: number;
  /** Last face before the page; null at the shard's beginning. */
  readonly after: FaceName | null;
}

const placeSchema = z.strictObject({
  shard: z.int().min(0),
  after: z
    .tuple([
      z.string().refine((text) => parseSubjectId(text) !== undefined),
      z.string().refine((text) => parseFaceId(text) !== undefined),
    ])
    .nullable(),
});

const beginning: Place = { shard: 0, after: null };

/** Faces that one call to a directory carries: about 200 KB. */
export const facesPerCall = 100;

/** Reads a cursor. Fails with `invalid_request` for one that no page of a tenant of so many shards gave out. */
export function placeOf(cursor: string | undefined, shards: number): Result<Place> {
  if (cursor === undefined) return ok(beginning);
  return decodeCursor(
    placeSchema.refine(({ shard }) => shard < shards),
    cursor,
  ) as Result<Place>;
}

/** Reads at most `limit` faces from a place on. */
export async function readFacePage(
  openDirectory: OpenDirectory<Pick<EnrolmentDirectory, "listFaces">>,
  { tenant, shards }: { readonly tenant: TenantId; readonly shards: number },
  place: Place,
  limit: number,
  nowMs: number,
): Promise<FacePage> {
  let { shard, after } = place;
  const rows: FaceRow[] = [];
  while (shard < shards && rows.length < limit) {
    const wanted = Math.min(facesPerCall, limit - rows.length);
    const found = await openDirectory(tenant, shard).listFaces(after, wanted, nowMs);
    rows.push(...found);
    const last = found.at(-1);
    if (last !== undefined) after = [last.subjectId, last.faceId];
    if (found.length < wanted) [shard, after] = [shard + 1, null];
  }
  return { rows, nextCursor: shard < shards ? encodeCursor({ shard, after }) : null };
}

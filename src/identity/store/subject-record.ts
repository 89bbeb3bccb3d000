/** The record of one person: everything that the service keeps about a subject, opened, and no embedding. */
import * as z from "zod";
import { ok, type Result } from "../../errors.ts";
import { type Caller, contextOf } from "../caller.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { AuditEntry, SubjectRecord as StoredRecord } from "../directory/data.ts";
import type { OpenDirectory, RecordDirectory } from "../directory/types.ts";
import type { SubjectId } from "../ids.ts";
import { openFace, openMetadata } from "../records/sealed-face.ts";
import { fromStoredConsent } from "./consent.ts";
import type { FaceSummary, StoredQuality } from "./store.ts";
import { type StoreDeps, shardOf } from "./tenant-store.ts";

export interface RecordedFace extends FaceSummary {
  /** Length of the embedding, numbers. */
  readonly dimension: number;
  readonly quality: StoredQuality | undefined;
  /** Names of the data key and of the key-encryption key that wraps it. */
  readonly keyId: string;
  readonly kekId: string;
}

export interface SubjectRecord
  extends Pick<StoredRecord, "failures" | "trend" | "sketches" | "keptRequests" | "sessions"> {
  readonly faces: readonly RecordedFace[];
  readonly lastFailureAt: Date | undefined;
  /** Begin of the day of the last use; undefined where uses are not recorded. */
  readonly lastUse: Date | undefined;
  readonly audit: readonly AuditEntry[];
  /** Cursor of the audit trail's next page; undefined after the last. */
  readonly nextCursor: string | undefined;
}

/**
 * Opens a subject's record. Fails with `not_found`, with `corrupt_record` or `model_mismatch` at a record that cannot be
 * read, and with `invalid_request` for a cursor that no record made.
 */
export type ShowRecord = (
  caller: Caller,
  subjectId: SubjectId,
  page: { readonly limit: number; readonly cursor?: string | undefined },
) => Promise<Result<SubjectRecord>>;

export interface RecordDeps extends Pick<StoreDeps, "ring" | "clock"> {
  readonly openDirectory: OpenDirectory<Pick<RecordDirectory, "showRecord">>;
}

const placeSchema = z.int().min(0);

export function createShowRecord({ openDirectory, ring, clock }: RecordDeps): ShowRecord {
  return async (caller, subjectId, { limit, cursor }) => {
    const { tenant, settings } = caller;
    const start = cursor === undefined ? ok(0) : decodeCursor(placeSchema, cursor);
    if (!start.ok) return start;
    const directory = openDirectory(tenant, shardOf(subjectId, settings.shards));
    const page = { after: start.value, limit };
    const shown = await directory.showRecord(subjectId, page, contextOf(caller, clock()));
    if (!shown.ok) return shown;
    const { faces: rows, audit, lastFailureAtMs, lastUseMs, ...counts } = shown.value;
    const faces: RecordedFace[] = [];
    for (const row of rows) {
      const face = await openFace(tenant, row, row.sealed, ring);
      if (!face.ok) return face;
      const metadata =
        row.sealedMetadata === null
          ? ok(undefined)
          : await openMetadata(tenant, row, row.sealedMetadata, ring);
      if (!metadata.ok) return metadata;
      faces.push({
        faceId: row.faceId,
        model: row.model,
        createdAt: new Date(row.createdAtMs),
        expiresAt: dateOf(row.expiresAtMs),
        consent: fromStoredConsent(row.consent),
        metadata: metadata.value,
        dimension: face.value.embedding.values.length,
        quality: face.value.quality,
        keyId: row.keyId,
        kekId: row.kekId,
      });
    }
    return ok({
      ...counts,
      faces,
      lastFailureAt: dateOf(lastFailureAtMs),
      lastUse: dateOf(lastUseMs),
      audit,
      nextCursor: audit.length === limit ? encodeCursor(audit[limit - 1].seq) : undefined,
    });
  };
}

function dateOf(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}

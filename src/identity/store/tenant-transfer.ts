/**
 * Exports and imports a tenant's faces, a page at a time, one shard after the other. An import skips faces that exist
 * already, so a page can be sent again after a failure. It replaces a face of another model, with which nothing can
 * be compared any more.
 */
import * as z from "zod";
import { ok, type Result } from "../../errors.ts";
import { type Caller, contextOf } from "../caller.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { FaceRow } from "../directory/data.ts";
import type { AdministrationDirectory, EnrolmentDirectory, OpenDirectory } from "../directory/types.ts";
import { type FaceId, parseFaceId, parseSubjectId, type SubjectId } from "../ids.ts";
import { openFace, openMetadata, sealFace } from "../records/sealed-face.ts";
import { fromStoredConsent, toStoredConsent } from "./consent.ts";
import type { ExportedFace, ExportPage } from "./export-page.ts";
import { type StoreDeps, shardOf } from "./tenant-store.ts";

export interface TenantTransfer {
  /**
   * Exports a page. Fails with `corrupt_record` or `model_mismatch` at a record that cannot be read: no face is left
   * out silently.
   */
  exportPage(page: { limit: number; cursor?: string | undefined }): Promise<Result<ExportPage>>;
  importFaces(faces: readonly ExportedFace[]): Promise<{ imported: number; skipped: number }>;
}

export interface TransferDeps extends Pick<StoreDeps, "ring" | "random" | "clock" | "recent"> {
  readonly openDirectory: OpenDirectory<
    Pick<EnrolmentDirectory, "listFaces" | "importFaces"> & Pick<AdministrationDirectory, "note">
  >;
}

export type OpenTransfer = (caller: Caller) => TenantTransfer;

const placeSchema = z.strictObject({
  shard: z.int().min(0),
  after: z
    .tuple([
      z.string().refine((text) => parseSubjectId(text) !== undefined),
      z.string().refine((text) => parseFaceId(text) !== undefined),
    ])
    .nullable(),
});

type Place = { shard: number; after: readonly [SubjectId, FaceId] | null };

/** Faces that one call to a directory carries: about 200 KB. */
const facesPerCall = 100;

export function createTransferOpener(deps: TransferDeps): OpenTransfer {
  return (caller) => createTransfer(deps, caller);
}

function createTransfer(deps: TransferDeps, caller: Caller): TenantTransfer {
  const { openDirectory, ring, random, clock, recent } = deps;
  const { tenant } = caller;
  const { shards } = caller.settings;

  async function unseal(row: FaceRow): Promise<Result<ExportedFace>> {
    const face = await openFace(tenant, row, row.sealed, ring);
    if (!face.ok) return face;
    const metadata =
      row.sealedMetadata === null ? ok(undefined) : await openMetadata(tenant, row, row.sealedMetadata, ring);
    if (!metadata.ok) return metadata;
    const { consent, expiresAtMs } = row;
    return ok({
      face: face.value,
      details: {
        expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs),
        consent: fromStoredConsent(consent),
        metadata: metadata.value,
      },
    });
  }

  async function seal({ face, details }: ExportedFace): Promise<FaceRow> {
    const { key, sealed, sealedMetadata } = await sealFace(tenant, face, details.metadata, ring, random);
    const { consent, expiresAt } = details;
    return {
      ...key,
      sealed,
      sealedMetadata,
      expiresAtMs: expiresAt?.getTime() ?? null,
      consent: toStoredConsent(consent),
    };
  }

  return {
    async exportPage({ limit, cursor }) {
      const start = cursor === undefined ? ok({ shard: 0, after: null }) : decodeCursor(placeSchema, cursor);
      if (!start.ok) return start;
      let { shard, after } = start.value as Place;
      const faces: ExportedFace[] = [];
      while (shard < shards && faces.length < limit) {
        const wanted = Math.min(facesPerCall, limit - faces.length);
        const rows = await openDirectory(tenant, shard).listFaces(after, wanted, clock().getTime());
        for (const row of rows) {
          const face = await unseal(row);
          if (!face.ok) return face;
          faces.push(face.value);
          after = [row.subjectId, row.faceId];
        }
        if (rows.length < wanted) [shard, after] = [shard + 1, null];
      }
      // The export is in the audit trail before any face leaves.
      const outcome = `exported ${faces.length}`;
      await openDirectory(tenant, 0).note("tenant.export", outcome, contextOf(caller, clock()));
      return ok({ faces, nextCursor: shard < shards ? encodeCursor({ shard, after }) : null });
    },

    async importFaces(faces) {
      const context = contextOf(caller, clock());
      let imported = 0;
      for (let shard = 0; shard < shards; shard++) {
        const own = faces.filter(({ face }) => shardOf(face.subjectId, shards) === shard);
        if (own.length === 0) continue;
        const directory = openDirectory(tenant, shard);
        for (let start = 0; start < own.length; start += facesPerCall) {
          const rows = await Promise.all(own.slice(start, start + facesPerCall).map(seal));
          imported += await directory.importFaces(rows, context);
        }
      }
      for (const { face } of faces) recent.forget(tenant, face.subjectId);
      return { imported, skipped: faces.length - imported };
    },
  };
}

/**
 * Exports and imports a tenant's faces, a page at a time, one shard after the other. An import skips faces that exist
 * already, so a page can be sent again after a failure. It replaces a face of another model, with which nothing can
 * be compared any more.
 */
import { ok, type Result } from "../../errors.ts";
import { type Caller, contextOf } from "../caller.ts";
import type { FaceRow } from "../directory/data.ts";
import type { AdministrationDirectory, EnrolmentDirectory, OpenDirectory } from "../directory/types.ts";
import { openFace, openMetadata, sealFace } from "../records/sealed-face.ts";
import { fromStoredConsent, toStoredConsent } from "./consent.ts";
import type { ExportedFace, ExportPage } from "./export-page.ts";
import { facesPerCall, placeOf, readFacePage } from "./face-pages.ts";
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
      const start = placeOf(cursor, shards);
      if (!start.ok) return start;
      const nowMs = clock().getTime();
      const { rows, nextCursor } = await readFacePage(
        openDirectory,
        { tenant, shards },
        start.value,
        limit,
        nowMs,
      );
      const faces: ExportedFace[] = [];
      for (const row of rows) {
        const face = await unseal(row);
        if (!face.ok) return face;
        faces.push(face.value);
      }
      // The export is in the audit trail before any face leaves.
      const outcome = `exported ${faces.length}`;
      await openDirectory(tenant, 0).note("tenant.export", outcome, contextOf(caller, clock()));
      return ok({ faces, nextCursor });
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

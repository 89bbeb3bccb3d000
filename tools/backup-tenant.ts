/** A tenant's backup: its settings and all of its faces, sealed with a key of the operator's own, and the way back. */
import type { ExportedPage, ImportedPage, Settings, SettingsAnswer, SettingsChange } from "../client/wire.ts";
import { facesOn, pagesOf } from "./pages.ts";

/** Client of the service, as far as a backup needs it. */
export interface BackupClient {
  readonly settings: {
    get(): Promise<SettingsAnswer>;
    change(change: SettingsChange): Promise<unknown>;
  };
  readonly transfer: {
    exportPage(transferKey: string, page: { readonly cursor?: string }): Promise<ExportedPage>;
    importPage(transferKey: string, page: string): Promise<ImportedPage>;
  };
}

/** Settings that are fixed when a tenant is made. */
const fixed: readonly (keyof Settings)[] = ["shards", "jurisdiction", "location_hint"];

export interface BackupParts {
  /** Takes the settings as JSON. */
  readonly settings: (text: string) => void;
  /** Takes a page of faces; the pages one after the other are one text. */
  readonly page: (text: string) => void;
}

/** Backs a tenant up, and answers the number of faces. Holds one page at a time. */
export async function backUp(client: BackupClient, transferKey: string, parts: BackupParts): Promise<number> {
  const { request_id: _, ...settings } = await client.settings.get();
  parts.settings(`${JSON.stringify(settings, null, 2)}\n`);
  let faces = 0;
  for (let cursor: string | undefined; ; ) {
    const { page, next_cursor } = await client.transfer.exportPage(
      transferKey,
      cursor === undefined ? {} : { cursor },
    );
    parts.page(page);
    faces += facesOn(page);
    if (next_cursor === null) return faces;
    cursor = next_cursor;
  }
}

export interface Restored {
  readonly imported: number;
  /** Number of faces that were there already. */
  readonly skipped: number;
  /** True when every page was whole. */
  readonly complete: boolean;
}

/** Restores settings and faces into a tenant that the client's key belongs to. Holds one page at a time. */
export async function restore(
  client: BackupClient,
  transferKey: string,
  { settings, pages }: { readonly settings: string; readonly pages: AsyncIterable<string> },
): Promise<Restored> {
  const change = Object.fromEntries(
    Object.entries(JSON.parse(settings) as Settings).filter(
      ([name]) => !fixed.includes(name as keyof Settings),
    ),
  );
  await client.settings.change(change as SettingsChange);
  let restored: Restored = { imported: 0, skipped: 0, complete: true };
  for await (const page of pagesOf(pages)) {
    const { imported, skipped, complete } = await client.transfer.importPage(transferKey, page);
    restored = {
      imported: restored.imported + imported,
      skipped: restored.skipped + skipped,
      complete: restored.complete && complete,
    };
  }
  return restored;
}

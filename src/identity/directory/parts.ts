/** Parts that the methods of a directory share, and the kind of class that the methods are mixed into. */
import type { Gallery } from "../gallery/types.ts";
import type { TenantId } from "../ids.ts";
import type { RecordCopies } from "../records/record-copies.ts";
import { type Chores, createChores } from "./chores.ts";
import { createGalleryFeed, type GalleryFeed } from "./gallery-feed.ts";
import { createLedger, type DirectoryStorage, type Ledger } from "./ledger.ts";

export interface DirectoryDeps {
  readonly storage: DirectoryStorage;
  readonly copies: RecordCopies;
  /** Opens the gallery of this shard of the tenant, for one call. */
  readonly openGallery: (tenant: TenantId) => Gallery;
  /** Time, ms since 1970; used for alarms alone. */
  readonly clock: () => number;
  /** Makes a name that was never made before. */
  readonly newEpoch: () => string;
}

export interface DirectoryParts extends Pick<DirectoryDeps, "storage" | "clock"> {
  /** Opens the gallery of this shard, for one call. Throws in a directory to which nothing was written. */
  readonly openGallery: () => Gallery;
  readonly ledger: Ledger;
  readonly feed: GalleryFeed;
  readonly chores: Chores;
}

export function openParts(deps: DirectoryDeps): DirectoryParts {
  const { storage, copies, clock, newEpoch } = deps;
  const ledger = createLedger(storage);
  const openGallery = () => deps.openGallery(ledger.owner());
  const feed = createGalleryFeed({ storage, ledger, openGallery, clock, newEpoch });
  const chores = createChores({ storage, ledger, copies, feed, clock });
  return { storage, ledger, feed, chores, openGallery, clock };
}

/**
 * Class of objects that have the parts. A remote call reaches methods of the class, and no property of the object itself:
 * callers in other isolates cannot reach the parts.
 */
export type HoldsParts = new (
  // biome-ignore lint/suspicious/noExplicitAny: TypeScript asks it of a class that another one is mixed into (TS2545).
  ...parameters: any[]
) => { readonly parts: DirectoryParts };

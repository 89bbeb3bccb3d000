/**
 * A tenant's directory over SQLite: the source of truth for who is enrolled, what is locked, revoked
 * or used up, and what was done. One of it runs for each shard of a tenant, one call at a time
 * between awaits, so what a method reads and writes without awaiting is one step.
 */
import type { Gallery } from "../gallery/types.ts";
import type { RecordCopies } from "../record-copies.ts";
import { createAdministration } from "./administration.ts";
import { createChores } from "./chores.ts";
import { createEnrolments } from "./enrolments.ts";
import { createGalleryFeed } from "./gallery-feed.ts";
import { createLedger, type DirectoryStorage } from "./ledger.ts";
import { createSearches } from "./searches.ts";
import type { Directory } from "./types.ts";
import { createVerifications } from "./verifications.ts";

export type { DirectoryStorage } from "./ledger.ts";

export interface DirectoryDeps {
  readonly storage: DirectoryStorage;
  readonly copies: RecordCopies;
  /** Of this shard. */
  readonly gallery: Gallery;
  /** ms since 1970; for alarms alone. */
  readonly clock: () => number;
  /** Never the same twice. */
  readonly newEpoch: () => string;
}

export function createDirectory({ storage, copies, gallery, clock, newEpoch }: DirectoryDeps): Directory {
  const ledger = createLedger(storage);
  const feed = createGalleryFeed({ storage, ledger, gallery, clock, newEpoch });
  const chores = createChores({ storage, ledger, copies, feed, clock });
  return {
    ...createAdministration(ledger),
    ...createEnrolments(storage, ledger, chores),
    ...createVerifications(ledger),
    ...createSearches({ ledger, gallery, feed, chores, clock }),
  };
}

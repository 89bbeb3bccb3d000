/**
 * Directory of a tenant's shard over SQLite: the source of truth for who is enrolled, what is locked, revoked or used
 * up, and what was done. Each shard has one, which runs one call at a time between awaits, so what a method reads and
 * writes without awaiting is one step.
 */
import { withAdministration } from "./administration.ts";
import { withEnrolments } from "./enrolments.ts";
import { withLiveness } from "./liveness.ts";
import { type DirectoryDeps, type DirectoryParts, type HoldsParts, openParts } from "./parts.ts";
import { withRecords } from "./records.ts";
import { withSearches } from "./searches.ts";
import type { Directory } from "./types.ts";
import { withVerifications } from "./verifications.ts";

/** Adds a directory's methods to a class. */
export function withDirectory<Base extends HoldsParts>(base: Base) {
  return withSearches(withLiveness(withVerifications(withEnrolments(withRecords(withAdministration(base))))));
}

/** Directory that is no Durable Object. */
class PlainDirectory extends withDirectory(
  class {
    readonly parts: DirectoryParts;

    constructor(deps: DirectoryDeps) {
      this.parts = openParts(deps);
    }
  },
) {}

export function createDirectory(deps: DirectoryDeps): Directory {
  return new PlainDirectory(deps);
}

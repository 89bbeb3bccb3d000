/** Bindings of the Worker under their names in `wrangler.toml`, and the connections that the service makes of them. */
import type { Dataset } from "../http/middleware/metrics.ts";
import type { Files } from "../http/routes/pages.ts";
import { createDirectories } from "../identity/directory/object.ts";
import type { Directory, OpenDirectory } from "../identity/directory/types.ts";
import type { Gallery } from "../identity/gallery/types.ts";
import type { Jurisdiction } from "../identity/jurisdiction.ts";
import { hasJurisdiction, type ObjectsOf } from "../identity/objects-of.ts";
import { createKvCopies } from "../identity/records/kv.ts";
import type { RecordCopies } from "../identity/records/record-copies.ts";
import { createRateLimit, type LimitRate, type RateLimiter } from "../trust/rate-limit.ts";

export interface Bindings {
  /** Null where the service runs without KV, as `sameface serve` does. */
  readonly TEMPLATES: KVNamespace | null;
  readonly DIRECTORY: ObjectsOf<Directory>;
  readonly GALLERY: ObjectsOf<Gallery>;
  readonly ASSETS?: Files;
  readonly METRICS?: Dataset;
  readonly KEY_RATE?: RateLimiter;
  readonly SESSION_RATE?: RateLimiter;
  readonly FAILURE_RATE?: RateLimiter;
}

const names = [
  "TEMPLATES",
  "DIRECTORY",
  "GALLERY",
  "ASSETS",
  "METRICS",
  "KEY_RATE",
  "SESSION_RATE",
  "FAILURE_RATE",
] as const satisfies readonly (keyof Bindings)[];

export interface Connections {
  readonly openDirectory: OpenDirectory;
  /** True when the runtime can keep a tenant in the jurisdiction. */
  readonly keepsIn: (jurisdiction: Jurisdiction) => boolean;
  readonly copies: RecordCopies;
  readonly limitRate: LimitRate;
  /** Counts refused keys by address; undefined where none is bound: nothing is counted then. */
  readonly failureRate: RateLimiter | undefined;
  /** Files of public/; undefined where they are not bound: there are no pages then. */
  readonly files: Files | undefined;
  /** Dataset in which requests are counted; undefined where none is bound. */
  readonly metrics: Dataset | undefined;
  /** True for each binding that is there, by its name. */
  readonly bound: Readonly<Record<string, boolean>>;
}

export function connect(bindings: Bindings): Connections {
  return {
    openDirectory: createDirectories(bindings.DIRECTORY),
    keepsIn: (jurisdiction) => hasJurisdiction(bindings.DIRECTORY, jurisdiction),
    copies: createKvCopies(bindings.TEMPLATES),
    limitRate: createRateLimit(bindings.KEY_RATE, bindings.SESSION_RATE),
    failureRate: bindings.FAILURE_RATE,
    files: bindings.ASSETS,
    metrics: bindings.METRICS,
    bound: Object.fromEntries(names.map((name) => [name, bindings[name] !== undefined])),
  };
}

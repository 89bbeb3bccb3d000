/** What the platform binds to the Worker, as `wrangler.toml` names it, and how the service reaches it. */
import type { Dataset } from "../http/middleware/metrics.ts";
import type { Files } from "../http/routes/pages.ts";
import { createDirectories } from "../identity/directory/object.ts";
import type { Directory, OpenDirectory } from "../identity/directory/types.ts";
import type { Gallery } from "../identity/gallery/types.ts";
import type { ObjectsOf } from "../identity/objects-of.ts";
import { createKvCopies } from "../identity/records/kv.ts";
import type { RecordCopies } from "../identity/records/record-copies.ts";
import { createRateLimit, type LimitRate, type RateLimiter } from "../trust/rate-limit.ts";

export interface Bindings {
  readonly TEMPLATES: KVNamespace;
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
  readonly copies: RecordCopies;
  readonly limitRate: LimitRate;
  /** Counts refused keys by address; undefined counts none. */
  readonly failureRate: RateLimiter | undefined;
  /** Those of public/; undefined where they are not bound, and then there are no pages. */
  readonly files: Files | undefined;
  /** Where requests are counted; undefined where no dataset is bound. */
  readonly metrics: Dataset | undefined;
  /** By name, whether it is bound. */
  readonly bound: Readonly<Record<string, boolean>>;
}

export function connect(bindings: Bindings): Connections {
  return {
    openDirectory: createDirectories(bindings.DIRECTORY),
    copies: createKvCopies(bindings.TEMPLATES),
    limitRate: createRateLimit(bindings.KEY_RATE, bindings.SESSION_RATE),
    failureRate: bindings.FAILURE_RATE,
    files: bindings.ASSETS,
    metrics: bindings.METRICS,
    bound: Object.fromEntries(names.map((name) => [name, bindings[name] !== undefined])),
  };
}

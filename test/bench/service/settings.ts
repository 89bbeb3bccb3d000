/** The service's settings for a developer's machine: the bindings of wrangler.toml, the values of .dev.vars.example. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { V4WorkerOptionsShape } from "miniflare";
import { unstable_getMiniflareWorkerOptions as readWorkerOptions } from "wrangler";
import { repository } from "../setup/paths.ts";

export const variables: Readonly<Record<string, string>> = Object.fromEntries(
  readFileSync(join(repository, ".dev.vars.example"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
);

export const apiKey = variables.SAMEFACE_API_KEY;

type Options = Pick<
  V4WorkerOptionsShape,
  "compatibilityDate" | "kvNamespaces" | "durableObjects" | "ratelimits"
>;

const { workerOptions } = readWorkerOptions(join(repository, "wrangler.toml"));

/** Options for miniflare, without the rules for bundling, which is done by then. */
export function serviceOptions(): Options & { bindings: Record<string, string> } {
  const { compatibilityDate, kvNamespaces, durableObjects, ratelimits } = workerOptions as Options;
  return {
    ...(compatibilityDate && { compatibilityDate }),
    ...(kvNamespaces && { kvNamespaces }),
    ...(durableObjects && { durableObjects }),
    ...(ratelimits && { ratelimits }),
    bindings: { ...variables },
  };
}

/** Options for the Worker that holds a gallery. */
export function galleryOptions(): Options {
  const { compatibilityDate } = serviceOptions();
  const durableObjects = { GALLERY: { className: "GalleryBench", useSQLite: true } };
  return { ...(compatibilityDate && { compatibilityDate }), durableObjects };
}

/** Options for workers of the bench alone: a KV namespace and nothing else. */
export function benchOptions(): Options {
  const { compatibilityDate, kvNamespaces } = serviceOptions();
  return { ...(compatibilityDate && { compatibilityDate }), ...(kvNamespaces && { kvNamespaces }) };
}

/**
 * The engine's files: fetched once, checked by their SHA-256, and kept in the browser's cache for the next visit. A file
 * whose hash is another is never used, and fetched once more past the HTTP cache.
 */
import { sha256, toHex } from "../../src/crypto/digest.ts";

/** SHA-256 of each file, hex, by its name. */
export type Hashes = Readonly<Record<string, string>>;

export interface Files {
  /** Returns the file's bytes. Rejects where it cannot be fetched, or is not the file that was built. */
  bytes(name: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** The browser's functions that are used, so that tests can give others. */
export interface Platform {
  readonly fetch: (url: string, init?: { readonly cache?: "default" | "reload" }) => Promise<Response>;
  /** Undefined where the browser has none: then only the HTTP cache keeps files. */
  readonly caches: Pick<CacheStorage, "open"> | undefined;
}

const cacheName = "sameface-engine";

/** @param assets folder of the files, an absolute URL that ends with a slash */
export function openFiles(assets: string, hashes: Hashes, { fetch, caches }: Platform): Files {
  const loading = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  let opened: Promise<Cache | undefined> | undefined;

  /** Opens the cache, and forgets files of earlier builds. */
  async function openCache(): Promise<Cache | undefined> {
    try {
      const cache = await caches?.open(cacheName);
      const current = new Set(Object.keys(hashes).map(keyOf));
      for (const { url } of (await cache?.keys()) ?? []) {
        if (url.startsWith(assets) && !current.has(url)) await cache?.delete(url);
      }
      return cache;
    } catch {
      return undefined;
    }
  }

  const keyOf = (name: string) => `${assets}${name}?sha256=${hashes[name]}`;

  async function load(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const expected = hashes[name];
    if (expected === undefined) throw new Error(`the engine has no file ${name}`);
    const isExpected = async (bytes: Uint8Array<ArrayBuffer>) => toHex(await sha256(bytes)) === expected;
    opened ??= openCache();
    const cache = await opened;
    const kept = await cache?.match(keyOf(name)).catch(() => undefined);
    if (kept !== undefined) {
      const bytes = new Uint8Array(await kept.arrayBuffer());
      if (await isExpected(bytes)) return bytes;
    }
    for (const how of ["default", "reload"] as const) {
      const response = await fetch(`${assets}${name}`, { cache: how });
      if (!response.ok) throw new Error(`${name} cannot be fetched: status ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (!(await isExpected(bytes))) continue;
      // A full disk is no reason to do without the engine.
      await cache?.put(keyOf(name), new Response(bytes)).catch(() => undefined);
      return bytes;
    }
    throw new Error(`${name} is not the file that belongs to this engine: its SHA-256 is another`);
  }

  return {
    bytes(name) {
      const found = loading.get(name) ?? load(name);
      loading.set(name, found);
      found.catch(() => loading.delete(name));
      return found;
    },
  };
}

/**
 * The bindings as Cloudflare's network has them, with jurisdictions, over local objects: local workerd refuses
 * `jurisdiction()`. Every object that is asked for and every operation of KV is noted, in the Worker and inside the
 * directories, which run over the storage of real objects.
 */
import { runInDurableObject } from "cloudflare:test";
import { createDirectory } from "../../../src/identity/directory/directory.ts";
import { createDirectories, depsOf } from "../../../src/identity/directory/object.ts";
import type { Directory } from "../../../src/identity/directory/types.ts";
import type { Gallery } from "../../../src/identity/gallery/types.ts";
import { type Jurisdiction, jurisdictions, type LocationHint } from "../../../src/identity/jurisdiction.ts";
import type { ObjectsOf } from "../../../src/identity/objects-of.ts";
import { createKvCopies } from "../../../src/identity/records/kv.ts";
import { type Change, directories, galleries, startService, templates } from "./service.ts";

export interface AskedObject {
  readonly binding: "DIRECTORY" | "GALLERY";
  readonly name: string;
  readonly jurisdiction: Jurisdiction | undefined;
  readonly locationHint: LocationHint | undefined;
}

export interface AskedMethod {
  readonly object: AskedObject;
  readonly method: string;
  readonly parameters: readonly unknown[];
}

export interface Watch {
  readonly objects: AskedObject[];
  readonly methods: AskedMethod[];
  /** Operations of KV, as `get f!acme!alice!1`. */
  readonly kv: string[];
}

/** Prefix of the names that objects of a jurisdiction have among the local ones. */
export const prefixOf = (jurisdiction: Jurisdiction | undefined) =>
  jurisdiction === undefined ? "" : `in ${jurisdiction}: `;

/** Makes a namespace over local objects. An id of another jurisdiction is refused, as Cloudflare's is. */
function watchedObjects<Offered extends object>(
  watch: Watch,
  binding: AskedObject["binding"],
  real: { idFromName(name: string): DurableObjectId },
  open: (id: DurableObjectId) => Offered,
): ObjectsOf<Offered> {
  const made = new Map<string, { name: string; jurisdiction: Jurisdiction | undefined }>();
  const within = (jurisdiction: Jurisdiction | undefined): ObjectsOf<Offered> => ({
    idFromName(name) {
      const id = real.idFromName(`${prefixOf(jurisdiction)}${name}`);
      made.set(id.toString(), { name, jurisdiction });
      return id;
    },
    get(id, options) {
      const known = made.get(id.toString());
      if (known === undefined || (jurisdiction !== undefined && known.jurisdiction !== jurisdiction))
        throw new TypeError(
          "get called on jurisdictional subnamespace with an ID from a different jurisdiction",
        );
      const object = { binding, ...known, locationHint: options?.locationHint };
      watch.objects.push(object);
      return new Proxy(open(id), {
        get(target, method: string) {
          return (...parameters: unknown[]) => {
            watch.methods.push({ object, method, parameters });
            return (target as Record<string, (...parameters: unknown[]) => unknown>)[method](...parameters);
          };
        },
      });
    },
    jurisdiction(inner) {
      if (jurisdiction !== undefined) throw new TypeError("a subnamespace has no subnamespace");
      return within(inner);
    },
  });
  return within(undefined);
}

function watchedKv(watch: Watch): KVNamespace {
  return new Proxy(templates, {
    get(kv, operation: string) {
      return (...parameters: unknown[]) => {
        watch.kv.push(`${operation} ${parameters[0]}`);
        return (kv as unknown as Record<string, (...parameters: unknown[]) => unknown>)[operation](
          ...parameters,
        );
      };
    },
  });
}

/** Starts a service on watched bindings that have jurisdictions. */
export function startWatched(change: Change = {}) {
  const watch: Watch = { objects: [], methods: [], kv: [] };
  const kv = watchedKv(watch);
  const openGalleries = watchedObjects<Gallery>(
    watch,
    "GALLERY",
    galleries,
    (id) => galleries.get(id) as unknown as Gallery,
  );
  const openDirectories = watchedObjects<Directory>(watch, "DIRECTORY", directories, (id) => {
    const run =
      (method: keyof Directory) =>
      (...parameters: unknown[]) =>
        runInDurableObject(directories.get(id), async (_, state) => {
          const directory = createDirectory(depsOf(state, { TEMPLATES: kv, GALLERY: openGalleries }));
          return (directory[method] as (...parameters: unknown[]) => Promise<unknown>)(...parameters);
        });
    return new Proxy({} as Directory, { get: (_, method: keyof Directory) => run(method) });
  });
  const openDirectory = createDirectories(openDirectories);
  const service = startService({
    ...change,
    trust: {
      openDirectory,
      copies: createKvCopies(kv),
      keepsIn: (jurisdiction) => jurisdictions.includes(jurisdiction),
      ...change.trust,
    },
  });
  return { ...service, watch, openDirectory };
}

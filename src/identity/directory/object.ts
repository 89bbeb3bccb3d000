/** The directory as a Durable Object, and how a Worker reaches it. */
import { DurableObject } from "cloudflare:workers";
import { createGalleries, type GalleryObject } from "../gallery/object.ts";
import { createKvCopies } from "../kv.ts";
import { createDirectory } from "./directory.ts";
import type { Directory, OpenDirectory } from "./types.ts";

export interface DirectoryEnv {
  readonly TEMPLATES: KVNamespace;
  readonly GALLERY: DurableObjectNamespace<GalleryObject>;
}

const methods = [
  "admit",
  "createTenant",
  "changeSettings",
  "addApiKey",
  "listApiKeys",
  "revokeApiKey",
  "rotateApiKey",
  "registerTenant",
  "listTenants",
  "listSigningKeys",
  "addSigningKey",
  "rewrapSigningKey",
  "addFace",
  "importFaces",
  "updateFace",
  "deleteFaces",
  "describeFaces",
  "readRecords",
  "listSubjects",
  "listFaces",
  "countOutliving",
  "beginAttempt",
  "settleAttempt",
  "prepareSearch",
  "search",
  "settleSearch",
  "unlock",
  "addSession",
  "listAudit",
  "note",
  "listWrappedByOthers",
  "rewrap",
  "rewrapGallery",
  "maintain",
] as const satisfies readonly (keyof Directory)[];

type Missing = Exclude<keyof Directory, (typeof methods)[number]>;
const allMethods: readonly (keyof Directory)[] & (Missing extends never ? unknown : never) = methods;

export class DirectoryObject extends DurableObject<DirectoryEnv> {
  readonly #directory: Directory;

  constructor(ctx: DurableObjectState, env: DirectoryEnv) {
    super(ctx, env);
    this.#directory = createDirectory({
      storage: ctx.storage,
      copies: createKvCopies(env.TEMPLATES),
      // One gallery for each shard: its changes are numbered by that shard's directory alone.
      gallery: createGalleries(env.GALLERY)(ctx.id.toString()),
      clock: () => Date.now(),
      newEpoch: () => crypto.randomUUID(),
    });
  }

  call(method: keyof Directory, parameters: readonly unknown[]): Promise<unknown> {
    const chosen = this.#directory[method] as (...parameters: readonly unknown[]) => Promise<unknown>;
    return chosen(...parameters);
  }

  override alarm(): Promise<void> {
    return this.#directory.maintain(Date.now());
  }
}

export function createDirectories(namespace: DurableObjectNamespace<DirectoryObject>): OpenDirectory {
  return (tenant, shard) => {
    const stub = namespace.get(namespace.idFromName(`${tenant}/${shard}`));
    const remote = allMethods.map((method) => [
      method,
      (...parameters: unknown[]) => stub.call(method, parameters) as Promise<unknown>,
    ]);
    return Object.fromEntries(remote) as Directory;
  };
}

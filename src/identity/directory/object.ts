/** The directory as a Durable Object, and how a Worker reaches it. */
import { DurableObject } from "cloudflare:workers";
import { createGalleries } from "../gallery/object.ts";
import type { Gallery } from "../gallery/types.ts";
import { type ObjectsOf, openObject } from "../objects-of.ts";
import { createKvCopies } from "../records/kv.ts";
import { withDirectory } from "./directory.ts";
import { type DirectoryDeps, type DirectoryParts, openParts } from "./parts.ts";
import type { Directory, OpenDirectory } from "./types.ts";

export interface DirectoryEnv {
  readonly TEMPLATES: KVNamespace | null;
  readonly GALLERY: ObjectsOf<Gallery>;
}

/** Needs of a directory, from the state and the bindings of the object that it is. */
export function depsOf(
  { storage, id }: Pick<DurableObjectState, "storage" | "id">,
  env: DirectoryEnv,
): DirectoryDeps {
  const openGallery = createGalleries(env.GALLERY);
  return {
    storage,
    copies: createKvCopies(env.TEMPLATES),
    // Each shard has its own gallery, since its changes are numbered by that shard's directory alone.
    openGallery: (tenant) => openGallery(tenant, id.toString()),
    clock: () => Date.now(),
    newEpoch: () => crypto.randomUUID(),
  };
}

class StoredParts extends DurableObject<DirectoryEnv> {
  readonly parts: DirectoryParts;

  constructor(ctx: DurableObjectState, env: DirectoryEnv) {
    super(ctx, env);
    this.parts = openParts(depsOf(ctx, env));
  }
}

export class DirectoryObject extends withDirectory(StoredParts) implements Directory {
  override alarm(): Promise<void> {
    return this.maintain(Date.now());
  }
}

export function createDirectories(directories: ObjectsOf<Directory>): OpenDirectory {
  return (tenant, shard, hint) => openObject(directories, tenant, `${tenant}/${shard}`, hint);
}

/** The directory as a Durable Object, and how a Worker reaches it. */
import { DurableObject } from "cloudflare:workers";
import { createGalleries } from "../gallery/object.ts";
import type { Gallery } from "../gallery/types.ts";
import type { ObjectsOf } from "../objects-of.ts";
import { createKvCopies } from "../records/kv.ts";
import { withDirectory } from "./directory.ts";
import { type DirectoryParts, openParts } from "./parts.ts";
import type { Directory, OpenDirectory } from "./types.ts";

export interface DirectoryEnv {
  readonly TEMPLATES: KVNamespace | null;
  readonly GALLERY: ObjectsOf<Gallery>;
}

class StoredParts extends DurableObject<DirectoryEnv> {
  readonly parts: DirectoryParts;

  constructor(ctx: DurableObjectState, env: DirectoryEnv) {
    super(ctx, env);
    const openGallery = createGalleries(env.GALLERY);
    this.parts = openParts({
      storage: ctx.storage,
      copies: createKvCopies(env.TEMPLATES),
      // Each shard has its own gallery, since its changes are numbered by that shard's directory alone.
      openGallery: () => openGallery(ctx.id.toString()),
      clock: () => Date.now(),
      newEpoch: () => crypto.randomUUID(),
    });
  }
}

export class DirectoryObject extends withDirectory(StoredParts) implements Directory {
  override alarm(): Promise<void> {
    return this.maintain(Date.now());
  }
}

export function createDirectories(namespace: ObjectsOf<Directory>): OpenDirectory {
  return (tenant, shard) => namespace.get(namespace.idFromName(`${tenant}/${shard}`));
}

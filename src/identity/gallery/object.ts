/** The gallery as a Durable Object, and how a directory reaches its own. */
import { DurableObject } from "cloudflare:workers";
import { parseConfig } from "../../config.ts";
import { createKeyRing } from "../../crypto/key-ring.ts";
import type { ScanBlock } from "../../face/scan.ts";
import type { RateQuery, SearchKind, SearchQuery } from "../directory/data.ts";
import type { TenantId } from "../ids.ts";
import { type ObjectsOf, openObject } from "../objects-of.ts";
import { openFace } from "../records/sealed-face.ts";
import { createBlockCache } from "./block-cache.ts";
import { createGallery } from "./gallery.ts";
import type { Gallery, GalleryChanges } from "./types.ts";

const mebibyte = 1024 * 1024;

/** Cache of this isolate, which has 128 MB for all of its objects and, in development, the models. */
const cache = createBlockCache({ maxBytesEach: 16 * mebibyte, maxBytes: 40 * mebibyte });

/**
 * Gallery as a Durable Object. It reads the Worker's own secrets, since it opens what it compares. The Worker's entry
 * provides the scan.
 */
export class GalleryObject extends DurableObject<Record<string, unknown>> implements Gallery {
  readonly #gallery: Gallery;

  constructor(ctx: DurableObjectState, env: Record<string, unknown>, scan: ScanBlock) {
    super(ctx, env);
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    this.#gallery = createGallery({
      storage: ctx.storage,
      name: ctx.id.toString(),
      ring: createKeyRing(parseConfig(env).keks, random),
      openRecord: openFace,
      random,
      cache,
      scan,
    });
  }

  apply(batch: GalleryChanges) {
    return this.#gallery.apply(batch);
  }

  state(kind: SearchKind) {
    return this.#gallery.state(kind);
  }

  search(query: SearchQuery) {
    return this.#gallery.search(query);
  }

  draw(kind: SearchKind, count: number) {
    return this.#gallery.draw(kind, count);
  }

  measureRate(query: RateQuery, faces: Parameters<Gallery["measureRate"]>[1]) {
    return this.#gallery.measureRate(query, faces);
  }

  rewrap(kekId: string) {
    return this.#gallery.rewrap(kekId);
  }
}

/**
 * Opens the gallery of a tenant's directory with this name. A stub that met an error stays broken: open one for each
 * call.
 */
export function createGalleries(galleries: ObjectsOf<Gallery>): (tenant: TenantId, name: string) => Gallery {
  return (tenant, name) => openObject(galleries, tenant, name);
}

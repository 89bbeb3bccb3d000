/** The gallery as a Durable Object, and how a directory reaches its own. */
import { DurableObject } from "cloudflare:workers";
import { parseConfig } from "../../config.ts";
import { createKeyRing } from "../../crypto/key-ring.ts";
import type { ScanBlock } from "../../face/scan.ts";
import { openFace } from "../sealed-face.ts";
import { createBlockCache } from "./block-cache.ts";
import { createGallery } from "./gallery.ts";
import type { Gallery } from "./types.ts";

const mebibyte = 1024 * 1024;

/** Of this isolate, which has 128 MB for all of its objects and, in development, the models. */
const cache = createBlockCache({ maxBytesEach: 16 * mebibyte, maxBytes: 40 * mebibyte });

const methods = ["apply", "state", "search", "rewrap"] as const satisfies readonly (keyof Gallery)[];

type Missing = Exclude<keyof Gallery, (typeof methods)[number]>;
const allMethods: readonly (keyof Gallery)[] & (Missing extends never ? unknown : never) = methods;

/** Reads the Worker's own secrets: it opens what it compares. The Worker's entry says what scans. */
export class GalleryObject extends DurableObject<Record<string, unknown>> {
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

  call(method: keyof Gallery, parameters: readonly unknown[]): Promise<unknown> {
    const chosen = this.#gallery[method] as (...parameters: readonly unknown[]) => Promise<unknown>;
    return chosen(...parameters);
  }
}

/** The gallery of the directory with this name. */
export function createGalleries(namespace: DurableObjectNamespace<GalleryObject>): (name: string) => Gallery {
  return (name) => {
    // A stub that met an error stays broken: each call has its own.
    const stub = () => namespace.get(namespace.idFromName(name));
    const remote = allMethods.map((method) => [
      method,
      (...parameters: unknown[]) => stub().call(method, parameters) as Promise<unknown>,
    ]);
    return Object.fromEntries(remote) as Gallery;
  };
}

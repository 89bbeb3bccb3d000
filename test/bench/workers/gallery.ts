/**
 * Bench-only Worker: the production gallery in a Durable Object, filled with synthetic templates.
 *
 *     POST /fill?from=&to=                                templates by their numbers, one batch
 *     POST /search?limit=&max_distance=&cached=true|false a probe's float32: { ids }
 *     GET  /size                                          { faces, blocks, bytes }
 *
 * The records are the templates' numbers, where the service has sealed embeddings: opening those is
 * what an enrolment costs, and not what is measured here.
 */
import { DurableObject } from "cloudflare:workers";
import { createKeyRing } from "../../../src/crypto/key-ring.ts";
import type { FaceKey } from "../../../src/identity/directory/data.ts";
import { createBlockCache } from "../../../src/identity/gallery/block-cache.ts";
import { createGallery } from "../../../src/identity/gallery/gallery.ts";
import type { GalleryChange } from "../../../src/identity/gallery/types.ts";
import type { FaceId, SubjectId, TenantId } from "../../../src/identity/ids.ts";
import { createScanner } from "../../../src/inference/kernels/scan.ts";
import kernels from "../../../wasm/kernels-relaxed.wasm";
import { dimension, template } from "../setup/synthetic.ts";

const model = "synthetic";
const tenant = "bench" as TenantId;
const mebibyte = 1024 * 1024;

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const ring = createKeyRing([btoa("the key-encryption key of bench.")], random);
/** Scans as in the service. */
const { scan } = createScanner(kernels);
const cache = createBlockCache({ maxBytesEach: 16 * mebibyte, maxBytes: 40 * mebibyte });
const noCache = createBlockCache({ maxBytesEach: 0, maxBytes: 0 });

export class GalleryBench extends DurableObject {
  #gallery(kept = cache) {
    return createGallery({
      storage: this.ctx.storage,
      name: this.ctx.id.toString(),
      ring,
      openRecord: async (_, { subjectId, faceId }) => {
        const embedding = { model, values: template(Number(subjectId.slice(1))) };
        return { ok: true, value: { subjectId, faceId, embedding, createdAt: new Date(0) } };
      },
      random,
      cache: kept,
      scan,
    });
  }

  readonly #cached = this.#gallery();

  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    switch (pathname) {
      case "/fill":
        return Response.json(await this.#fill(number("from"), number("to")));
      case "/search": {
        const gallery = searchParams.get("cached") === "true" ? this.#cached : this.#gallery(noCache);
        const values = new Float32Array(await request.arrayBuffer());
        const query = {
          model,
          values,
          limit: number("limit"),
          maxDistance: number("max_distance"),
          nearer: 0,
        };
        const found = await gallery.search(query);
        return Response.json({ ids: found?.names.map(({ subjectId }) => Number(subjectId.slice(1))) });
      }
      default: {
        const { templates: faces } = await this.#gallery().state({ model, dimension });
        const { blocks } = this.ctx.storage.sql.exec("SELECT COUNT(*) AS blocks FROM template_block").one();
        return Response.json({ faces, blocks, bytes: this.ctx.storage.sql.databaseSize });
      }
    }
  }

  async #fill(from: number, to: number): Promise<{ faces: number }> {
    const kekId = await ring.currentKekId();
    const nothing = new Uint8Array();
    const changes = Array.from({ length: to - from }, (_, i): GalleryChange => {
      const subjectId = `s${from + i}` as SubjectId;
      const key: FaceKey = {
        subjectId,
        faceId: `f${from + i}` as FaceId,
        model,
        createdAtMs: 0,
        keyId: "",
        kekId,
        wrapped: nothing,
      };
      return { seq: from + i + 1, subjectId, faces: [{ key, sealed: nothing }] };
    });
    await this.#cached.apply({ tenant, epoch: "bench", appliedThrough: 0, changes });
    return { faces: to };
  }
}

interface Env {
  readonly GALLERY: DurableObjectNamespace<GalleryBench>;
}

export default {
  fetch: (request, { GALLERY }) => GALLERY.get(GALLERY.idFromName("one")).fetch(request),
} satisfies ExportedHandler<Env>;

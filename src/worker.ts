/**
 * Wires the service around an engine and the files that it runs. Each entry of the Worker hands in its own,
 * so that what one does not run is not part of its bundle.
 */

import { waitUntil } from "cloudflare:workers";
import manifest from "../model/manifest.json";
import jpegTurbo from "../node_modules/@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import avif from "../wasm/codecs/avif_dec.wasm";
import webp from "../wasm/codecs/webp_dec.wasm";
import { type Budget, createBudget } from "./admission/budget.ts";
import { createApp } from "./app.ts";
import { parseConfig } from "./config.ts";
import { sha256, toHex } from "./crypto/digest.ts";
import { parseCalibration } from "./face/calibration.ts";
import type { ModelDescriptor } from "./face/descriptor.ts";
import { createDirectories, type DirectoryObject } from "./identity/directory/object.ts";
import type { GalleryObject } from "./identity/gallery/object.ts";
import { createKvCopies } from "./identity/kv.ts";
import { createCodecs, openPhoto } from "./image/decode.ts";
import { defaultImageLimits } from "./image/limits.ts";
import type { Bundle } from "./inference/engine.ts";
import { createStages, encoderInUse, recognisabilityIn } from "./models.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { createRateLimit, type RateLimiter } from "./trust/rate-limit.ts";
import { createTrust } from "./trust/service.ts";

const encoder = encoderInUse(manifest);
const measured = manifest.calibration[encoder.id as keyof typeof manifest.calibration];
const calibration = parseCalibration(measured, encoder.sha256);
const recognisability = recognisabilityIn(manifest);

/** The Worker. An isolate has one: the models and codecs that its requests share. */
export function createWorker(engine: Bundle) {
  const codecs = createCodecs({
    jpegTurbo: async () => jpegTurbo,
    webp: async () => webp,
    avif: async () => avif,
  });
  const budget = createBudget({ codecBytes: () => codecs.heldBytes() + codecs.droppedBytes() });
  const pipeline = createPipeline({
    recognisability,
    ...createStages(manifest, (file) => engine.files[file], engine),
    openPhoto: (image) => openPhoto(image, defaultImageLimits, codecs),
  });
  let app: ReturnType<typeof createApp> | undefined;
  return {
    fetch(request, env, context) {
      app ??= open(env, engine, pipeline, budget);
      return app.fetch(request, env, context);
    },
  } satisfies ExportedHandler<Env>;
}

function open(
  env: Env,
  { files, artifactOf }: Bundle,
  pipeline: Pipeline,
  budget: Budget,
): ReturnType<typeof createApp> {
  const config = parseConfig(env);
  const copies = createKvCopies(env.TEMPLATES);
  return createApp({
    ...createTrust({
      settings: config,
      openDirectory: createDirectories(env.DIRECTORY),
      copies,
      clock: () => new Date(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      background: waitUntil,
      failureRate: env.FAILURE_RATE,
    }),
    limitRate: createRateLimit(env.KEY_RATE, env.SESSION_RATE),
    pipeline,
    budget,
    config,
    files: env.ASSETS,
    calibration,
    recognisability,
    distances: measured.distances,
    embeddingLength: encoder.embeddingLength,
    randomId: () => crypto.randomUUID(),
    nowMs: () => performance.now(),
    log: (entry) => (entry.level === "error" ? console.error : console.log)(JSON.stringify(entry)),
    metrics: env.METRICS,
    diagnosis: {
      copies,
      bindings: Object.fromEntries(bindings.map((name) => [name, env[name] !== undefined])),
      hashModels: () =>
        Promise.all(
          Object.entries<ModelDescriptor>(manifest.models)
            .map(([id, model]) => ({ id, ...artifactOf(model) }))
            .filter(({ file }) => file in files)
            .map(async ({ id, file, sha256: expected }) => ({
              id,
              expected,
              actual: toHex(await sha256(new Uint8Array(files[file]))),
            })),
        ),
    },
  });
}

const bindings = [
  "TEMPLATES",
  "DIRECTORY",
  "GALLERY",
  "ASSETS",
  "METRICS",
  "KEY_RATE",
  "SESSION_RATE",
  "FAILURE_RATE",
] as const;

export interface Env {
  readonly TEMPLATES: KVNamespace;
  readonly DIRECTORY: DurableObjectNamespace<DirectoryObject>;
  readonly GALLERY: DurableObjectNamespace<GalleryObject>;
  readonly ASSETS?: Fetcher;
  readonly METRICS?: AnalyticsEngineDataset;
  readonly KEY_RATE?: RateLimiter;
  readonly SESSION_RATE?: RateLimiter;
  readonly FAILURE_RATE?: RateLimiter;
}

/**
 * Wires the service around an engine and the files that it runs. Each entry of the Worker passes in its own, so that
 * its bundle holds only what it runs.
 */

import { waitUntil } from "cloudflare:workers";
import manifest from "../model/networks/manifest.json";
import avif from "../wasm/codecs/avif_dec.wasm";
import webp from "../wasm/codecs/webp_dec.wasm";
import jpeg from "../wasm/jpeg.wasm";
import png from "../wasm/png.wasm";
import sampling from "../wasm/sampling.wasm";
import { type Budget, createBudget } from "./admission/budget.ts";
import { parseConfig } from "./config.ts";
import { sha256, toHex } from "./crypto/digest.ts";
import { parseCalibration } from "./face/decision/calibration.ts";
import type { ModelDescriptor } from "./face/descriptor.ts";
import { createCodecs, openPhoto } from "./image/decode.ts";
import { defaultImageLimits } from "./image/limits.ts";
import { createSampler } from "./image/sampling/sampler.ts";
import type { Bundle } from "./inference/engine.ts";
import { createStages, encoderInUse, occlusionIn, recognisabilityIn } from "./models.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { type Bindings, connect } from "./wiring/bindings.ts";
import { runRateSchedule } from "./wiring/rate-schedule.ts";
import { openService } from "./wiring/service.ts";

const encoder = encoderInUse(manifest);
const measured = manifest.calibration[encoder.id as keyof typeof manifest.calibration];
const calibration = parseCalibration(measured, encoder.sha256);
const recognisability = recognisabilityIn(manifest);
const occlusion = occlusionIn(manifest);

/** Makes the Worker. An isolate has one, whose requests share its models and codecs. */
export function createWorker(engine: Bundle) {
  const codecs = createCodecs({
    jpeg: async () => jpeg,
    png: async () => png,
    webp: async () => webp,
    avif: async () => avif,
  });
  const budget = createBudget({ codecBytes: () => codecs.heldBytes() + codecs.droppedBytes() });
  const stages = createStages(manifest, (file) => engine.files[file], engine, createSampler(sampling));
  const pipeline = createPipeline({
    recognisability,
    occlusion,
    ...stages,
    openPhoto: (image) => openPhoto(image, defaultImageLimits, codecs),
  });
  // A network that cannot be loaded says so to the first photo.
  if (engine.runsAtStart) void stages.rehearse();
  let opened: ReturnType<typeof openService> | undefined;
  const serviceOf = (env: Bindings) => {
    opened ??= open(env, engine, pipeline, budget);
    return opened;
  };
  return {
    fetch(request, env, context) {
      return serviceOf(env).app.fetch(request, env, context);
    },
    scheduled({ scheduledTime }, env) {
      return runRateSchedule(serviceOf(env), new Date(scheduledTime));
    },
  } satisfies ExportedHandler<Bindings>;
}

function open(env: Bindings, engine: Bundle, pipeline: Pipeline, budget: Budget) {
  return openService({
    ...connect(env),
    config: parseConfig(env),
    pipeline,
    budget,
    calibration,
    recognisability,
    distances: measured.distances,
    embeddingLength: encoder.embeddingLength,
    hashModels: () => hashModels(engine),
    clock: () => new Date(),
    nowMs: () => performance.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    randomId: () => crypto.randomUUID(),
    background: waitUntil,
    log: (entry) => (entry.level === "error" ? console.error : console.log)(JSON.stringify(entry)),
  });
}

/** Hashes the models of the manifest whose bytes are in the bundle. */
function hashModels({ files, artifactOf }: Bundle) {
  return Promise.all(
    Object.entries<ModelDescriptor>(manifest.models)
      .map(([id, model]) => ({ id, ...artifactOf(model) }))
      .filter(({ file }) => file in files)
      .map(async ({ id, file, sha256: expected }) => ({
        id,
        expected,
        actual: toHex(await sha256(new Uint8Array(files[file]))),
      })),
  );
}

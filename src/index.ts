/** The Worker's entry: imports the WebAssembly modules and the models, and wires the service. */

import { waitUntil } from "cloudflare:workers";
import blazefaceFull from "../model/blazeface-full.onnx";
import blazefaceShort from "../model/blazeface-short.onnx";
import manifest from "../model/manifest.json";
import mobilefacenet160 from "../model/mobilefacenet-160.onnx";
import mobilefacenet192 from "../model/mobilefacenet-192.onnx";
import onet from "../model/mtcnn-onet.onnx";
import jpegTurbo from "../node_modules/@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import avif from "../node_modules/@jsquash/avif/codec/dec/avif_dec.wasm";
import webp from "../node_modules/@jsquash/webp/codec/dec/webp_dec.wasm";
import onnxRuntime from "../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
import { createApp } from "./app.ts";
import { parseConfig } from "./config.ts";
import { parseCalibration } from "./face/calibration.ts";
import { createDirectories, type DirectoryObject } from "./identity/directory/object.ts";
import { createKvCopies } from "./identity/kv.ts";
import { createCodecs, openPhoto } from "./image/decode.ts";
import { defaultImageLimits } from "./image/limits.ts";
import { createOnnxRuntime } from "./inference/onnxruntime.ts";
import { createStages, encoderInUse } from "./models.ts";
import { createPipeline } from "./pipeline.ts";
import { sha256, toHex } from "./trust/digest.ts";
import { createRateLimit, type RateLimiter } from "./trust/rate-limit.ts";
import { createTrust } from "./trust/service.ts";

export { DirectoryObject } from "./identity/directory/object.ts";

import type { GalleryObject } from "./identity/gallery/object.ts";

export { GalleryObject } from "./identity/gallery/object.ts";

const modelFiles: Record<string, ArrayBuffer> = {
  "blazeface-full.onnx": blazefaceFull,
  "blazeface-short.onnx": blazefaceShort,
  "mobilefacenet-160.onnx": mobilefacenet160,
  "mobilefacenet-192.onnx": mobilefacenet192,
  "mtcnn-onet.onnx": onet,
};

/** One per isolate: the models and codecs that its requests share. */
const runtime = createOnnxRuntime(onnxRuntime);
const codecs = createCodecs({
  jpegTurbo: async () => jpegTurbo,
  webp: async () => webp,
  avif: async () => avif,
});
const pipeline = createPipeline({
  ...createStages(manifest, (file) => modelFiles[file], runtime.model),
  openPhoto: (image) => openPhoto(image, defaultImageLimits, codecs),
});

const encoder = encoderInUse(manifest);
const measured = manifest.calibration[encoder.id as keyof typeof manifest.calibration];
const calibration = parseCalibration(measured, encoder.sha256);

let app: ReturnType<typeof createApp> | undefined;

export default {
  fetch(request, env, context) {
    app ??= open(env);
    return app.fetch(request, env, context);
  },
} satisfies ExportedHandler<Env>;

function open(env: Env): ReturnType<typeof createApp> {
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
    }),
    limitRate: createRateLimit(env.KEY_RATE, env.SESSION_RATE),
    pipeline,
    config,
    files: env.ASSETS,
    calibration,
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
          Object.entries(manifest.models)
            .filter(([, { file }]) => file in modelFiles)
            .map(hashModel),
        ),
    },
  });
}

async function hashModel([id, { file, sha256: expected }]: [string, { file: string; sha256: string }]) {
  return { id, expected, actual: toHex(await sha256(new Uint8Array(modelFiles[file]))) };
}

const bindings = [
  "TEMPLATES",
  "DIRECTORY",
  "GALLERY",
  "ASSETS",
  "METRICS",
  "KEY_RATE",
  "SESSION_RATE",
] as const;

interface Env {
  readonly TEMPLATES: KVNamespace;
  readonly DIRECTORY: DurableObjectNamespace<DirectoryObject>;
  readonly GALLERY: DurableObjectNamespace<GalleryObject>;
  readonly ASSETS?: Fetcher;
  readonly METRICS?: AnalyticsEngineDataset;
  readonly KEY_RATE?: RateLimiter;
  readonly SESSION_RATE?: RateLimiter;
}

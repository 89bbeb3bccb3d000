/** The Worker's entry: imports the WebAssembly modules and the models, and wires the service. */

import blazefaceFull from "../model/blazeface-full.onnx";
import blazefaceShort from "../model/blazeface-short.onnx";
import manifest from "../model/manifest.json";
import mobilefacenet from "../model/mobilefacenet-192.onnx";
import onet from "../model/mtcnn-onet.onnx";
import jpegTurbo from "../node_modules/@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import avif from "../node_modules/@jsquash/avif/codec/dec/avif_dec.wasm";
import webp from "../node_modules/@jsquash/webp/codec/dec/webp_dec.wasm";
import onnxRuntime from "../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
import { createApp } from "./app.ts";
import { parseConfig } from "./config.ts";
import { parseCalibration } from "./face/calibration.ts";
import { createKvFaceStore } from "./identity/kv.ts";
import { createCodecs, openPhoto } from "./image/decode.ts";
import { defaultImageLimits } from "./image/limits.ts";
import { createOnnxRuntime } from "./inference/onnxruntime.ts";
import { createStages } from "./models.ts";
import { createPipeline } from "./pipeline.ts";

const modelFiles: Record<string, ArrayBuffer> = {
  "blazeface-full.onnx": blazefaceFull,
  "blazeface-short.onnx": blazefaceShort,
  "mobilefacenet-192.onnx": mobilefacenet,
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

const calibration = parseCalibration(
  manifest.calibration[manifest.encoder as keyof typeof manifest.calibration],
  manifest.models[manifest.encoder as keyof typeof manifest.models].sha256,
);

let app: ReturnType<typeof createApp> | undefined;

export default {
  fetch(request, env, context) {
    app ??= createApp({
      pipeline,
      store: createKvFaceStore(env.TEMPLATES),
      config: parseConfig(env),
      calibration,
      clock: () => new Date(),
      randomId: () => crypto.randomUUID(),
      log: (entry) => console.log(JSON.stringify(entry)),
    });
    return app.fetch(request, env, context);
  },
} satisfies ExportedHandler<Env>;

interface Env {
  readonly TEMPLATES: KVNamespace;
}

/**
 * Bench-only Worker: the production pipeline, each part timed where it stands.
 *
 *     PUT  /files/{name}             a model's bytes; the service's are bundled, these come as the manifest names them
 *     POST /stages?repeat=&engine=   a photo: mean ms of each stage over so many passes; on the kernels, or
 *                                    with engine=onnxruntime on that, or with engine=before on the kernels behind
 *                                    the JPEG decoder before
 *     GET  /encoder?file=&repeat=    mean ms of one run of an encoder on the first photo's face, and what it
 *                                    says; a plan runs on the kernels, an ONNX file on onnxruntime
 *     GET  /run?file=&shape=&output= ms of twenty runs of any network with one input, of noise
 *     POST /cold                     a photo, in a new isolate: ms of each step up to the first embedding
 *
 * Clocks of a deployed Worker stand still while it computes. A local workerd's tick in whole
 * milliseconds, so only means over many passes say something.
 */
import manifest from "../../../model/networks/manifest.json";
import jpegTurbo from "../../../node_modules/@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import onnxRuntime from "../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
import { distance } from "../../../src/face/decision/decide.ts";
import type { EncodedFace } from "../../../src/face/face.ts";
import { createCodecs, openPhoto } from "../../../src/image/decode.ts";
import { createIdleInstances } from "../../../src/image/idle-instances.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { createSampler } from "../../../src/image/sampling/sampler.ts";
import * as kernelEngine from "../../../src/inference/kernels/engine.ts";
import type { Model, ModelSource } from "../../../src/inference/model.ts";
import * as onnxEngine from "../../../src/inference/onnxruntime/engine.ts";
import { createStages, occlusionIn, recognisabilityIn } from "../../../src/models.ts";
import { createPipeline, type Pipeline } from "../../../src/pipeline.ts";
import jpeg from "../../../wasm/jpeg.wasm";
import kernels from "../../../wasm/kernels-relaxed.wasm";
import sampling from "../../../wasm/sampling.wasm";
import { createJpegTurbo } from "../../fixtures/photos/jpeg-turbo.ts";
import { openPhotoBefore } from "../../fixtures/photos/photo-before.ts";
import { createStopwatch } from "./stopwatch.ts";

const files = new Map<string, Uint8Array>();
const runtime = onnxEngine.createEngine(onnxRuntime);
const engine = kernelEngine.createEngine(kernels);
const codecs = createCodecs({ jpeg: async () => jpeg });
const turbo = createJpegTurbo(jpegTurbo, createIdleInstances());
const sample = createSampler(sampling);
const watch = createStopwatch();
const encoderDescriptor = manifest.models[manifest.encoder[0] as "mobilefacenet-192"];
/** Crop that the encoder saw first. */
let crop: Float32Array | undefined;

const open = (bytes: Uint8Array) => openPhoto(bytes, defaultImageLimits, codecs);
const openBefore = (bytes: Uint8Array) => openPhotoBefore(bytes, codecs, turbo);

const engines = {
  kernels: { createModel: engine.model, artifactOf: kernelEngine.artifactOf, open },
  onnxruntime: { createModel: runtime.model, artifactOf: onnxEngine.artifactOf, open },
  before: { createModel: engine.model, artifactOf: kernelEngine.artifactOf, open: openBefore },
};
type EngineName = keyof typeof engines;
const pipelines = new Map<EngineName, Pipeline>();
const encoders = new Map<string, Model>();
const networks = new Map<string, { bytes: Uint8Array; model: Model }>();

function timedModel(source: ModelSource, model: Model): Model {
  const { role } = manifest.models[source.id as keyof typeof manifest.models];
  return {
    ...model,
    load: () => watch.time(`load ${source.id}`, model.load),
    run: (fill) =>
      watch.time(`${role} run`, () =>
        model.run((input) => {
          watch.timeSync(`${role} fill`, () => fill(input));
          if (role === "encoder") crop ??= input.slice();
        }),
      ),
  };
}

function fileNamed(name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`PUT /files/${name} first`);
  return bytes;
}

function timedPipeline(name: EngineName): Pipeline {
  const known = pipelines.get(name);
  if (known !== undefined) return known;
  const { createModel, artifactOf, open } = engines[name];
  const createTimed = (source: ModelSource) => timedModel(source, createModel(source));
  const pipeline = createPipeline({
    recognisability: recognisabilityIn(manifest),
    occlusion: occlusionIn(manifest),
    ...createStages(manifest, fileNamed, { artifactOf, createModel: createTimed }, sample),
    async openPhoto(bytes) {
      const opened = await watch.time("decode", () => open(bytes));
      if (!opened.ok) return opened;
      const file = opened.value;
      const decode: typeof file.decode = (request) => watch.time("decode", () => file.decode(request));
      return { ok: true, value: { ...file, decode } };
    },
  });
  pipelines.set(name, pipeline);
  return pipeline;
}

async function encodeFace(photo: Uint8Array, name: EngineName = "kernels"): Promise<EncodedFace> {
  const encoded = await timedPipeline(name).encodeFace(photo, "largest");
  if (!encoded.ok) throw new Error(`the photo was refused: ${encoded.failure.code}`);
  return encoded.value;
}

async function stages(photo: Uint8Array, repeat: number, name: EngineName): Promise<unknown> {
  const { face, embedding } = await encodeFace(photo, name);
  watch.reset();
  for (let i = 0; i < repeat; i++) {
    await watch.time("pipeline", () => encodeFace(photo, name));
    watch.timeSync("compare x 1000", () => {
      for (let k = 0; k < 1000; k++) distance(embedding, embedding);
    });
  }
  return { face, ms: watch.means(repeat) };
}

async function encoder(file: string, repeat: number): Promise<unknown> {
  const model = encoders.get(file) ?? encoderFrom(file);
  encoders.set(file, model);
  const once = () =>
    model.run((input) => {
      if (crop === undefined) throw new Error("POST /stages first");
      input.set(crop);
    });
  const said = await once();
  if (!said.ok) throw new Error(`the encoder did not run: ${JSON.stringify(said.failure)}`);
  watch.reset();
  for (let i = 0; i < repeat; i++) await watch.time("run", once);
  return { embedding: [...said.value[0]], crop: [...crop!], ms: watch.means(repeat).run };
}

function encoderFrom(file: string): Model {
  const { plan, input, outputs } = encoderDescriptor;
  const source = {
    bytes: fileNamed(file),
    inputName: input.name,
    inputShape: input.shape,
    outputNames: outputs.map(({ name }) => name),
  };
  if (file !== plan.file) return runtime.model({ id: file, ...source });
  return engine.model({ id: manifest.encoder[0], sha256: plan.sha256, ...source });
}

async function runNetwork(query: URLSearchParams): Promise<unknown> {
  const file = query.get("file") ?? "";
  const shape = (query.get("shape") ?? "").split(",").map(Number);
  const key = `${file} ${shape} ${query.get("output")}`;
  const bytes = fileNamed(file);
  let network = networks.get(file);
  if (network?.bytes !== bytes) {
    const source = {
      id: key,
      bytes,
      inputName: "input",
      inputShape: shape,
      outputNames: [query.get("output") ?? ""],
    };
    network = { bytes, model: runtime.model(source) };
    networks.set(file, network);
    await network.model.run((input) =>
      input.forEach((_, i) => {
        input[i] = ((i * 7919) % 1000) / 500 - 1;
      }),
    );
  }
  const { model } = network;
  watch.reset();
  for (let i = 0; i < 20; i++) {
    const said = await watch.time("run", () => model.run(() => {}));
    if (!said.ok) throw new Error(`the network did not run: ${JSON.stringify(said.failure)}`);
  }
  return { ms: watch.means(20).run };
}

async function cold(photo: Uint8Array): Promise<unknown> {
  watch.reset();
  const warmed = await watch.time("load all", () => timedPipeline("kernels").warmUp());
  if (!warmed.ok) throw new Error("the models do not load");
  await watch.time("first pass", () => encodeFace(photo));
  const first = watch.means(1);
  watch.reset();
  await watch.time("second pass", () => encodeFace(photo));
  return { first, second: watch.means(1), wasmBytes: engine.memoryBytes() };
}

async function answer(request: Request): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url);
  const repeat = Number(searchParams.get("repeat") ?? 1);
  const body = async () => new Uint8Array(await request.arrayBuffer());
  if (pathname.startsWith("/files/")) return void files.set(pathname.slice("/files/".length), await body());
  if (pathname === "/stages") {
    const name = searchParams.get("engine") ?? "kernels";
    if (!(name in engines)) throw new Error(`no engine ${name}`);
    return stages(await body(), repeat, name as EngineName);
  }
  if (pathname === "/encoder") return encoder(searchParams.get("file") ?? "", repeat);
  if (pathname === "/run") return runNetwork(searchParams);
  if (pathname === "/cold") return cold(await body());
  throw new Error(`no such path: ${pathname}`);
}

export default {
  fetch: (request) =>
    answer(request).then(
      (value) => Response.json(value ?? null),
      (error: Error) => Response.json({ error: error.message }, { status: 500 }),
    ),
} satisfies ExportedHandler;

/**
 * The production pipeline in Node, from the files on disk: the same stages, models and codecs that the Worker's
 * bundler imports. Tools that measure the service use it, so that they measure what is deployed.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Result } from "../src/errors.ts";
import { type Calibration, parseCalibration } from "../src/face/decision/calibration.ts";
import type { Encoder } from "../src/face/encode.ts";
import type { OcclusionEntry } from "../src/face/quality/occlusion-model.ts";
import type {
  RecognisabilityEntry,
  RecognisabilityModel,
} from "../src/face/quality/recognisability-model.ts";
import { createCodecs, type EncodedPhoto, openPhoto } from "../src/image/decode.ts";
import { defaultImageLimits } from "../src/image/limits.ts";
import { createSampler, type Sampler } from "../src/image/sampling/sampler.ts";
import type { Engine, ModelFactory } from "../src/inference/engine.ts";
import { chooseBuild } from "../src/inference/kernels/choose-build.ts";
import { artifactOf, createEngine } from "../src/inference/kernels/engine.ts";
import { createStages, encoderInUse, type Manifest, occlusionIn, recognisabilityIn } from "../src/models.ts";
import { createPipeline, type Pipeline } from "../src/pipeline.ts";
import { unmeasuredOcclusion, unmeasuredRecognisability } from "./unmeasured.ts";

/** The manifest with its calibrations by encoder id, for `parseCalibration`. */
export interface CalibratedManifest extends Manifest {
  readonly calibration?: Readonly<Record<string, unknown>>;
}

export interface Runtime {
  readonly pipeline: Pipeline;
  openPhoto(bytes: Uint8Array): Promise<Result<EncodedPhoto>>;
  readonly sample: Sampler;
}

export const manifestPath = fileURLToPath(new URL("./networks/manifest.json", import.meta.url));

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(manifestPath, "utf8"));
}

/** Reads the calibration of the encoder in use. Throws when there is none for its bytes. */
export function readCalibration(): Calibration {
  const manifest = readManifest();
  const { id, sha256 } = encoderInUse(manifest);
  return parseCalibration(manifest.calibration?.[id], sha256);
}

/** Returns the manifest's entry about recognisable faces; throws where it has none. */
export function recognisabilityEntry(manifest: CalibratedManifest): RecognisabilityEntry {
  recognisabilityIn(manifest);
  const entry = manifest.calibration?.[encoderInUse(manifest).id];
  return (entry as { readonly recognisability: RecognisabilityEntry }).recognisability;
}

/** Returns the manifest's entry about covered faces; throws where it has none. */
export function occlusionEntry(manifest: CalibratedManifest): OcclusionEntry {
  occlusionIn(manifest);
  const entry = manifest.calibration?.[encoderInUse(manifest).id];
  return (entry as { readonly occlusion: OcclusionEntry }).occlusion;
}

/** Reads the recognisability model of the encoder in use. Throws where its calibration has none. */
export function readRecognisability(): RecognisabilityModel {
  return recognisabilityIn(readManifest());
}

/** Returns the absolute path of a model file named in the manifest. */
export function modelPath(file: string): string {
  return fileURLToPath(new URL(`./networks/${file}`, import.meta.url));
}

/** Path of the JPEG reader's module. */
export const jpegPath = fileURLToPath(new URL("../wasm/jpeg.wasm", import.meta.url));
/** Path of the PNG reader's module. */
export const pngPath = fileURLToPath(new URL("../wasm/png.wasm", import.meta.url));

/** Path of the samplers' module. */
export const samplingPath = fileURLToPath(new URL("../wasm/sampling.wasm", import.meta.url));

/** Paths of the codecs' modules that share a memory. */
export const codecPaths = {
  webp: fileURLToPath(new URL("../wasm/codecs/webp_dec.wasm", import.meta.url)),
  avif: fileURLToPath(new URL("../wasm/codecs/avif_dec.wasm", import.meta.url)),
};

/** Modules that read and sample photos: what pixels depend on. */
export const pixelPaths = [samplingPath, jpegPath, pngPath, ...Object.values(codecPaths)];

/** Files of both builds of the kernels: with relaxed SIMD, and without. */
export const kernelPaths = ["kernels-relaxed.wasm", "kernels.wasm"].map((file) =>
  fileURLToPath(new URL(`../wasm/${file}`, import.meta.url)),
);

/** Reads the kernels for this machine; the Worker bundles those with relaxed SIMD. */
export function readKernels(): WebAssembly.Module {
  const [relaxed, plain] = kernelPaths.map((path) => readFileSync(path));
  return new WebAssembly.Module(chooseBuild(relaxed, plain));
}

/** Makes the samplers that the service uses. */
export function openSampler(): Sampler {
  return createSampler(new WebAssembly.Module(readFileSync(samplingPath)));
}

/** Opens photos as the service does, within its limits. */
export function photoOpener(): Runtime["openPhoto"] {
  const compile = async (path: string) => WebAssembly.compile(await readFile(path));
  const codecs = createCodecs({
    jpeg: () => compile(jpegPath),
    png: () => compile(pngPath),
    webp: () => compile(codecPaths.webp),
    avif: () => compile(codecPaths.avif),
  });
  return (bytes) => openPhoto(bytes, defaultImageLimits, codecs);
}

/** An engine that runs in Node. */
export interface NodeEngine extends Pick<ModelFactory, "artifactOf"> {
  open(): Promise<Engine>;
}

/** The Worker's own engine, the only one that the command line has. */
export const kernelsInNode: NodeEngine = { artifactOf, open: async () => createEngine(readKernels()) };

/**
 * Loads the runtime. One engine serves a thread: call it once in each. An encoder that has no calibration yet is run
 * without refusing any face, so that it can be measured; the service does not start with it.
 *
 * @param watch wraps the encoder, to see its inputs
 * @param manifest the models' description; another than the file's, to measure what is not fitted yet
 */
export async function loadRuntime(
  watch = (encoder: Encoder) => encoder,
  engine = kernelsInNode,
  manifest = readManifest(),
): Promise<Runtime> {
  const open = photoOpener();
  const { model } = await engine.open();
  const bytesOf = (file: string) => readFileSync(modelPath(file));
  const sample = openSampler();
  const factory = { artifactOf: engine.artifactOf, createModel: model };
  const stages = createStages(manifest, bytesOf, factory, sample);
  const encoder = watch(stages.encoder);
  const calibrated = manifest.calibration?.[encoderInUse(manifest).id] !== undefined;
  const recognisability = calibrated ? recognisabilityIn(manifest) : unmeasuredRecognisability(manifest);
  const occlusion = calibrated ? occlusionIn(manifest) : unmeasuredOcclusion;
  const pipeline = createPipeline({ openPhoto: open, ...stages, encoder, recognisability, occlusion });
  return { pipeline, openPhoto: open, sample };
}

/** One thread: loads the pipeline once, then answers each photo with the embeddings of its variants. */
import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { EncoderDescriptor } from "../../../src/face/descriptor.ts";
import type { Encoder } from "../../../src/face/encode.ts";
import type { FacePolicy } from "../../../src/face/face.ts";
import type { Landmarks } from "../../../src/face/geometry.ts";
import type { Photo } from "../../../src/image/photo.ts";
import type { Sampler } from "../../../src/image/sampling/sampler.ts";
import type { Acquisition } from "../../evaluate/acquisition/cache.ts";
import type { WorkerAnswer } from "../../evaluate/acquisition/pool.ts";
import { createRandom } from "../../evaluate/statistics/random.ts";
import { loadRuntime, readManifest } from "../../runtime.ts";
import { drawVariation, varyFace } from "./augment.ts";

/** Task of a worker: a photo, and the variants to make of it. */
export interface EncodeTask {
  readonly path: string;
  readonly variants: readonly { readonly number: number; readonly seed: number }[];
}

const policy = workerData as FacePolicy;
const { encoder: networks, models } = readManifest();
const descriptor = models[networks[0]] as EncoderDescriptor;

/** Last input of the encoder; this thread handles one photo at a time. */
let shown: { encoder: Encoder; photo: Photo; landmarks: Landmarks } | undefined;

const runtime = loadRuntime((encoder) => ({
  ...encoder,
  encode(photo, landmarks, options) {
    shown = { encoder, photo, landmarks };
    return encoder.encode(photo, landmarks, options);
  },
}));

/** Variant 0 is the photo as the service encodes it. */
async function encode({ path, variants }: EncodeTask): Promise<WorkerAnswer<readonly Acquisition[]>> {
  const { pipeline, sample } = await runtime;
  const plain = await pipeline.encodeFace(await readFile(path), policy);
  if (!plain.ok) {
    const { failure } = plain;
    if (failure.code === "not_ready") return { broken: failure.reason };
    return variants.map(() => ({ failure: failure.code }));
  }
  const { quality, embedding } = plain.value;
  const acquisitions: Acquisition[] = [];
  for (const { number, seed } of variants) {
    const values = number === 0 ? embedding.values : await encodeVariant(sample, seed);
    acquisitions.push(values === null ? { failure: "face_not_found" } : { embedding: values, quality });
  }
  return acquisitions;
}

async function encodeVariant(sample: Sampler, seed: number): Promise<Float32Array | null> {
  if (shown === undefined) throw new Error("the encoder has seen no face");
  const { photo, landmarks } = shown;
  const variation = drawVariation(createRandom(seed));
  const varied = varyFace(sample, photo, landmarks, descriptor, variation);
  if (varied === null) return null;
  const encoded = await shown.encoder.encode(varied.photo, varied.landmarks);
  if (encoded.ok) return encoded.value.embedding.values;
  if (encoded.failure.code === "not_ready") throw new Error(encoded.failure.reason);
  return null;
}

parentPort?.on("message", async (task: EncodeTask) => {
  parentPort?.postMessage(await encode(task).catch((error: Error) => ({ broken: error.message })));
});

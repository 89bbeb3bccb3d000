/**
 * An isolate's memory at each stage of a request, models loaded: the kernels' memory, the codecs' memories, the
 * models' bytes, the request's file and the rasters made of it. Compiled code, small objects and garbage are not
 * counted, except for WebAssembly's garbage.
 */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test } from "vitest";
import blazefaceFull from "../../../model/networks/blazeface-full.plan";
import blazefaceShort from "../../../model/networks/blazeface-short.plan";
import manifest from "../../../model/networks/manifest.json";
import mobilefacenet160 from "../../../model/networks/mobilefacenet-160.plan";
import mobilefacenet192 from "../../../model/networks/mobilefacenet-192.plan";
import onet from "../../../model/networks/mtcnn-onet.plan";
import type { Result } from "../../../src/errors.ts";
import type { EncodedFace } from "../../../src/face/face.ts";
import { createCodecs, openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { createSampler } from "../../../src/image/sampling/sampler.ts";
import { artifactOf, createEngine } from "../../../src/inference/kernels/engine.ts";
import { createStages, occlusionIn, recognisabilityIn } from "../../../src/models.ts";
import { createPipeline } from "../../../src/pipeline.ts";
import avif from "../../../wasm/codecs/avif_dec.wasm";
import webp from "../../../wasm/codecs/webp_dec.wasm";
import jpeg from "../../../wasm/jpeg.wasm";
import kernels from "../../../wasm/kernels-relaxed.wasm";
import png from "../../../wasm/png.wasm";
import sampling from "../../../wasm/sampling.wasm";
import { times } from "../../fixtures/exhaustive.ts";
import { watchWasmMemory } from "../../fixtures/memory.ts";
import { fetchPhoto } from "../setup/photos.ts";

/** Most bytes, of the 128 MB that an isolate gets. */
const mostBytes = 100e6;

const files: Record<string, ArrayBuffer> = {
  "blazeface-full.plan": blazefaceFull,
  "blazeface-short.plan": blazefaceShort,
  "mobilefacenet-160.plan": mobilefacenet160,
  "mobilefacenet-192.plan": mobilefacenet192,
  "mtcnn-onet.plan": onet,
};
const modelBytes = Object.values(files).reduce((sum, { byteLength }) => sum + byteLength, 0);

const wasm = watchWasmMemory();
afterAll(() => wasm.stop());

const engine = createEngine(kernels);
const codecs = createCodecs({
  jpeg: async () => jpeg,
  png: async () => png,
  webp: async () => webp,
  avif: async () => avif,
});

/** Bytes of the current request: its file and its rasters. */
let requestBytes = 0;
let peakBytes = 0;
/** Bytes of every WebAssembly memory, including dropped ones. */
let wasmPeakBytes = 0;
let stages: string[] = [];

function account(stage: string): void {
  const inference = engine.memoryBytes();
  const bytes = inference + codecs.heldBytes() + modelBytes + requestBytes;
  peakBytes = Math.max(peakBytes, bytes);
  wasmPeakBytes = Math.max(wasmPeakBytes, wasm.liveBytes());
  stages.push(`${stage} ${megabytes(bytes)}`);
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

const pipeline = createPipeline({
  recognisability: recognisabilityIn(manifest),
  occlusion: occlusionIn(manifest),
  ...createStages(
    manifest,
    (file) => files[file],
    { artifactOf, createModel: engine.model },
    createSampler(sampling),
  ),
  async openPhoto(bytes) {
    requestBytes += bytes.length;
    account("received");
    const opened = await openPhoto(bytes, defaultImageLimits, codecs);
    if (!opened.ok) return opened;
    return {
      ok: true,
      value: {
        ...opened.value,
        async decode(options) {
          const decoded = await opened.value.decode(options);
          if (decoded.ok) requestBytes += decoded.value.raster.data.length;
          account("decoded");
          return decoded;
        },
      },
    };
  },
});

/** Each request is a task of its own, after which dropped memory may be collected. */
const nextTask = () => new Promise((resolve) => setTimeout(resolve, 0));

async function request(bytes: Uint8Array): Promise<Result<EncodedFace>> {
  await nextTask();
  requestBytes = 0;
  stages = [];
  const encoded = await pipeline.encodeFace(bytes, "largest");
  account("answered");
  return encoded;
}

const photos = new Map<string, Uint8Array>();

const largest = [
  ["a JPEG of 64 MP", "jpeg-64mp", true],
  ["a progressive JPEG of 64 MP, 4:4:4", "jpeg-progressive", false],
  ["a PNG of 50 MP", "png-50mp", true],
  ["an interlaced PNG of 50 MP", "png-interlaced", false],
  ["a lossy WebP of 13.6 MP", "webp-lossy", true],
  ["a lossless WebP of 6 MP", "webp-lossless", true],
  ["an AVIF of 3 MP, 4:2:0", "avif-420", true],
  ["an AVIF of 2.5 MP, 4:4:4", "avif-444", true],
] as const;

const small = ["jpeg", "png", "webp", "avif"].flatMap((format) =>
  [320, 480, 640, 800].map((side) => `small-${format}-${side}`),
);
/** A phone's photo is sent every fiftieth time, both of them in the first hundred. */
const more = times(500, 50);
const phone = ["jpeg-12mp", "jpeg-48mp"];

beforeAll(async () => {
  expect((await pipeline.warmUp()).ok).toBe(true);
  for (const name of [...small, ...phone, ...largest.map(([, photo]) => photo)])
    photos.set(name, await fetchPhoto(env, name));
}, 120_000);

test(`${more} more requests of mixed formats and sizes hold no more than the first thirty`, {
  timeout: 300_000,
}, async () => {
  const serve = async (from: number, to: number) => {
    peakBytes = 0;
    wasmPeakBytes = 0;
    for (let count = from; count < to; count++) {
      const ofPhone = count % 50 === 49;
      const name = ofPhone ? phone[((count + 1) / 50) % phone.length] : small[(count * 7) % small.length];
      await request(photos.get(name)!);
    }
    return { peakBytes, wasmPeakBytes, inference: engine.memoryBytes() };
  };
  const first = await serve(20, 50);
  const rest = await serve(50, 50 + more);
  console.log(
    `at most ${megabytes(first.peakBytes)} MB in 30 requests and ${megabytes(rest.peakBytes)} in ${more} more, ` +
      `all WebAssembly ${megabytes(first.wasmPeakBytes)} and ${megabytes(rest.wasmPeakBytes)}`,
  );
  expect(rest.inference).toBe(first.inference);
  expect(rest.peakBytes).toBeLessThanOrEqual(first.peakBytes);
  expect(rest.peakBytes).toBeLessThan(mostBytes);
  // No instance is dropped, so none waits for collection.
  expect(rest.wasmPeakBytes).toBeLessThanOrEqual(first.wasmPeakBytes);
});

test.each(largest)("with the models loaded, %s takes less than 100 MB", async (_name, photo, hasFace) => {
  peakBytes = 0;
  const encoded = await request(photos.get(photo)!);
  console.log(`${photo}: ${stages.join(", ")} MB`);
  expect(encoded.ok ? "a face" : encoded.failure.code).toBe(hasFace ? "a face" : "face_not_found");
  expect(peakBytes).toBeLessThan(mostBytes);
});

test("the largest photos of every format in turns hold less than 100 MB", async () => {
  peakBytes = 0;
  wasmPeakBytes = 0;
  for (let count = 0; count < times(2, 1) * largest.length; count++) {
    await request(photos.get(largest[(count * 5) % largest.length][1])!);
  }
  console.log(`in turns at most ${megabytes(peakBytes)} MB, all WebAssembly ${megabytes(wasmPeakBytes)}`);
  expect(peakBytes).toBeLessThan(mostBytes);
});

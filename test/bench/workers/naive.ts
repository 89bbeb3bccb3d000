/**
 * Bench-only Worker: a first attempt at the same service. jpeg-js decodes the photo at full size, the
 * networks run as they were converted (float32, PReLU spelt out); engine, session options, alignment
 * and store are the service's own, and its HTTP layer is thinner than the service's.
 *
 *     PUT  /files/{name}                      a model's bytes
 *     POST /v1/subjects/{id}/faces, verify    a photo
 */
import { decode } from "jpeg-js";
import manifest from "../../../model/networks/manifest.json";
import onnxRuntime from "../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
import { ok, type Result } from "../../../src/errors.ts";
import type { EncodedPhoto } from "../../../src/image/decode.ts";
import type { Raster } from "../../../src/image/photo.ts";
import { createSampler } from "../../../src/image/sampling/sampler.ts";
import type { ModelFactory } from "../../../src/inference/engine.ts";
import { artifactOf, createEngine } from "../../../src/inference/onnxruntime/engine.ts";
import { createStages, occlusionIn, recognisabilityIn } from "../../../src/models.ts";
import { createPipeline, type Pipeline } from "../../../src/pipeline.ts";
import sampling from "../../../wasm/sampling.wasm";

const files = new Map<string, Uint8Array>();
const runtime = createEngine(onnxRuntime);
let pipeline: Pipeline | undefined;

const createModel: ModelFactory["createModel"] = ({ bytes: _, ...source }) => {
  const bytes = files.get(`${source.id}.plain.onnx`);
  if (bytes === undefined) throw new Error(`PUT /files/${source.id}.plain.onnx first`);
  return runtime.model({ ...source, bytes });
};

function naivePipeline(): Pipeline {
  pipeline ??= createPipeline({
    recognisability: recognisabilityIn(manifest),
    occlusion: occlusionIn(manifest),
    ...createStages(manifest, () => new Uint8Array(), { artifactOf, createModel }, createSampler(sampling)),
    openPhoto: async (image) => openFully(image),
  });
  return pipeline;
}

function openFully(image: Uint8Array): Result<EncodedPhoto> {
  const { width, height, data } = decode(image, { useTArray: true, maxMemoryUsageInMB: 2048 });
  return ok({
    format: "jpeg",
    width,
    height,
    orientation: 1,
    // The whole photo is decoded by now, at 4 bytes a pixel.
    workingBytes: () => 4 * width * height,
    async decode({ scaleAtLeast }) {
      const factor = Math.max(1, Math.floor(1 / scaleAtLeast));
      const scale = 1 / factor;
      return ok({
        width,
        height,
        raster: everyNth({ width, height, data }, factor),
        toRaster: { a: scale, b: 0, tx: 0, c: 0, d: scale, ty: 0 },
      });
    },
  });
}

/** Shrinks in the cheapest way, by nearest neighbours. */
function everyNth({ width, height, data }: Raster, factor: number): Raster {
  if (factor === 1) return { width, height, data };
  const out = { width: Math.floor(width / factor), height: Math.floor(height / factor) };
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const kept = new Uint32Array(out.width * out.height);
  const middle = factor >> 1;
  for (let y = 0, at = 0; y < out.height; y++) {
    const row = (y * factor + middle) * width + middle;
    for (let x = 0; x < out.width; x++) kept[at++] = pixels[row + x * factor];
  }
  return { ...out, data: new Uint8Array(kept.buffer) };
}

async function answer(request: Request, { TEMPLATES }: Env): Promise<unknown> {
  const path = new URL(request.url).pathname.slice(1).split("/");
  const body = new Uint8Array(await request.arrayBuffer());
  if (path[0] === "files") return void files.set(path[1], body);
  const [, , subject, action] = path;
  const encoded = await naivePipeline().encodeFace(body, "largest");
  if (!encoded.ok) throw new Error(`the photo was refused: ${encoded.failure.code}`);
  const { embedding, face } = encoded.value;
  if (action === "faces") return TEMPLATES.put(subject, JSON.stringify([...embedding.values]));
  const enrolled = (await TEMPLATES.get(subject, "json")) as number[];
  return { distance: Math.hypot(...enrolled.map((value, i) => value - embedding.values[i])), face };
}

interface Env {
  readonly TEMPLATES: KVNamespace;
}

export default {
  fetch: (request, env) =>
    answer(request, env).then(
      (value) => Response.json(value ?? null),
      (error: Error) => Response.json({ error: error.message }, { status: 500 }),
    ),
} satisfies ExportedHandler<Env>;

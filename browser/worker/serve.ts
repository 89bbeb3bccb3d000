/** The worker's side of the engine: does one piece of work after another, and answers each. */
import { type Failure, ok, type Result, toWire } from "../../src/errors.ts";
import type { EncoderDescriptor } from "../../src/face/descriptor.ts";
import { createCodecs, openPhoto } from "../../src/image/decode.ts";
import { defaultImageLimits } from "../../src/image/limits.ts";
import { occlusionIn, recognisabilityIn } from "../../src/models.ts";
import { createPipeline } from "../../src/pipeline.ts";
import type { Answer, Loaded, Request, Results, Work } from "../engine/messages.ts";
import type { Encoding, EngineFailure } from "../sight.ts";
import { openFiles, type Platform } from "./files.ts";
import { createMeasurer } from "./measure.ts";
import { type EngineDescription, kernelBuild, openStages } from "./stages.ts";

type Value = Results[Work["kind"]];

/** The part of a worker's global scope that is used. */
export interface Port {
  onmessage: ((event: { readonly data: Request }) => void) | null;
  postMessage(answer: Answer): void;
}

/** Answers the requests that arrive at the port, in their order. */
export function serve(port: Port, description: EngineDescription, platform: Platform): void {
  let engine: ReturnType<typeof engineOf> | undefined;
  let last: Promise<void> = Promise.resolve();
  port.onmessage = ({ data: { id, assets, work } }) => {
    last = last.then(async () => {
      try {
        engine ??= engineOf(assets, description, platform);
        const done = await engine(work);
        port.postMessage(
          done.ok ? { id, ok: true, value: done.value } : { id, ok: false, failure: wire(done.failure) },
        );
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        port.postMessage({ id, ok: false, failure: { code: "internal", message } });
      }
    });
  };
}

function engineOf(assets: string, description: EngineDescription, platform: Platform) {
  const { manifest, hashes } = description;
  const build = kernelBuild();
  const files = openFiles(assets, hashes, platform);
  const stages = openStages(description, files, build);
  const module = async (name: string) => WebAssembly.compile(await files.bytes(name));
  // The browser's own codecs would give other pixels than the service's, so other formats are refused.
  const codecs = createCodecs({ jpeg: () => module("jpeg.wasm") });
  const open = (image: Uint8Array) => openPhoto(image, defaultImageLimits, codecs);
  const occlusion = occlusionIn(manifest);
  const recognisability = recognisabilityIn(manifest);
  const [encoder] = manifest.encoder;
  const view = manifest.models[encoder] as EncoderDescriptor;
  const measurer = createMeasurer({ ...stages, view, occlusion });
  const pipeline = createPipeline({ ...stages, openPhoto: open, occlusion, recognisability });

  async function load(withEncoder: boolean): Promise<Result<Loaded>> {
    const models = [...stages.detectors.map(({ model }) => model), stages.landmarks.model];
    await files.bytes("jpeg.wasm");
    for (const part of withEncoder ? [...models, stages.encoder] : models) {
      const loaded = await part.load();
      if (!loaded.ok) return loaded;
    }
    return ok({ kernels: build });
  }

  async function encode(file: Uint8Array): Promise<Result<Encoding>> {
    const encoded = await pipeline.encodeFace(file, "largest", { showUnrecognisable: true });
    if (!encoded.ok) return encoded;
    const { face, embedding, quality, image, unrecognisable } = encoded.value;
    const { recognisability, ...measures } = quality;
    return ok({
      model: embedding.model,
      embedding: embedding.values,
      face: { ...face, measures },
      image: { width: image.width, height: image.height },
      recognisability,
      recognisable: unrecognisable !== true,
    });
  }

  return async (work: Work): Promise<Result<Value>> => {
    switch (work.kind) {
      case "load":
        return load(work.encoder);
      case "look":
        return measurer.look(work.pixels);
      case "measure": {
        const opened = await open(work.file);
        return opened.ok ? measurer.measure(opened.value) : opened;
      }
      case "encode":
        return encode(work.file);
    }
  };
}

/** The service keeps the reason of `not_ready` for its log; here nobody else could read it. */
function wire(failure: Failure): EngineFailure {
  if (failure.code === "not_ready") return { code: failure.code, message: failure.reason };
  const { code, message } = toWire(failure);
  return { code, message };
}

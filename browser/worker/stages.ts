/** The pipeline's stages over files that are fetched when a stage first needs them. */
import { fail, ok, type Result } from "../../src/errors.ts";
import { createSampler, type Sampler } from "../../src/image/sampling/sampler.ts";
import type { Engine } from "../../src/inference/engine.ts";
import { chooseBuild } from "../../src/inference/kernels/choose-build.ts";
import { artifactOf, createEngine } from "../../src/inference/kernels/engine.ts";
import type { Model, ModelSource } from "../../src/inference/model.ts";
import { createStages, type Manifest } from "../../src/models.ts";
import type { Files } from "./files.ts";

/** The engine as it was built: part of the manifest, and the hash of every file. */
export interface EngineDescription {
  readonly manifest: Manifest;
  readonly hashes: Readonly<Record<string, string>>;
}

export const kernelFiles = { relaxed: "kernels-relaxed.wasm", plain: "kernels.wasm" } as const;

const samplingFile = "sampling.wasm";

export type KernelBuild = keyof typeof kernelFiles;

/**
 * The smallest module with an instruction of relaxed SIMD (i8x16.relaxed_swizzle), by which a browser that has them is told
 * without fetching the kernels for it.
 */
const relaxedProbe = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03],
  ...[0x02, 0x01, 0x00, 0x0a, 0x0f, 0x01, 0x0d, 0x00, 0x41, 0x01, 0xfd, 0x0f, 0x41, 0x02, 0xfd, 0x0f],
  ...[0xfd, 0x80, 0x02, 0x0b],
]);
const plainProbe = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/** Names the build of the kernels that this browser runs. */
export function kernelBuild(): KernelBuild {
  return chooseBuild(relaxedProbe, plainProbe) === relaxedProbe ? "relaxed" : "plain";
}

export function openStages({ manifest }: EngineDescription, files: Files, build: KernelBuild) {
  let engine: Promise<Engine> | undefined;
  let sampler: Sampler | undefined;
  const openEngine = async (): Promise<Engine> => {
    const [kernels, sampling] = await Promise.all(
      [kernelFiles[build], samplingFile].map(async (file) => WebAssembly.compile(await files.bytes(file))),
    );
    sampler = createSampler(sampling);
    return createEngine(kernels);
  };
  /** Samples for a model that is open, or after it. */
  const sample: Sampler = (...request) => {
    if (sampler === undefined) throw new Error("the samplers are not loaded");
    sampler(...request);
  };

  /** Makes a model whose bytes are fetched at its first run. */
  function createModel(source: ModelSource): Model {
    let model: Promise<Model> | undefined;
    async function open(): Promise<Model> {
      engine ??= openEngine();
      const [opened, bytes] = await Promise.all([engine, files.bytes(fileOf(manifest, source.id))]);
      return opened.model({ ...source, bytes });
    }
    async function ready(): Promise<Result<Model>> {
      try {
        model ??= open();
        return ok(await model);
      } catch (error) {
        engine = model = undefined;
        return fail({ code: "not_ready", reason: `${source.id} cannot be loaded: ${messageOf(error)}` });
      }
    }
    return {
      id: source.id,
      inputShape: source.inputShape,
      async load() {
        const opened = await ready();
        return opened.ok ? opened.value.load() : opened;
      },
      async run(fill) {
        const opened = await ready();
        return opened.ok ? opened.value.run(fill) : opened;
      },
    };
  }
  return createStages(manifest, () => new Uint8Array(0), { artifactOf, createModel }, sample);
}

function fileOf({ models }: Manifest, id: string): string {
  return artifactOf(models[id]).file;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

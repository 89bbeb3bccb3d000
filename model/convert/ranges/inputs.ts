/**
 * Collects the models' inputs for real photos: each photo goes through the production pipeline, whose models are
 * replaced by ones that also hand on their inputs.
 */
import { readFileSync } from "node:fs";
import { ok, type Result } from "../../../src/errors.ts";
import { createCodecs, openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import type { Model, ModelSource } from "../../../src/inference/model.ts";
import { artifactOf } from "../../../src/inference/onnxruntime/engine.ts";
import { createStages, type Manifest } from "../../../src/models.ts";
import { createPipeline, type Pipeline } from "../../../src/pipeline.ts";
import { jpegPath, openSampler, pngPath } from "../../runtime.ts";
import { unmeasuredFusion, unmeasuredOcclusion, unmeasuredRecognisability } from "../../unmeasured.ts";
import { openSession, type Session } from "../onnx/session.ts";

/** Called with each input of each model; the listener may keep the array. */
export type InputListener = (modelId: string, input: Float32Array) => void;

/** Makes the production pipeline in Node, on the models that `bytesOf` gives. */
export function listeningPipeline(
  manifest: Manifest,
  bytesOf: (file: string) => Uint8Array,
  listen: InputListener,
): Pipeline {
  const observed = { ...manifest, passiveFusion: unmeasuredFusion(manifest) };
  const wasm = (path: string) => WebAssembly.compile(readFileSync(path));
  const codecs = createCodecs({ jpeg: () => wasm(jpegPath), png: () => wasm(pngPath) });
  return createPipeline({
    ...createStages(
      observed,
      bytesOf,
      { artifactOf, createModel: (source) => listeningModel(source, listen) },
      openSampler(),
    ),
    recognisability: unmeasuredRecognisability(manifest),
    occlusion: unmeasuredOcclusion,
    openPhoto: (bytes) => openPhoto(bytes, defaultImageLimits, codecs),
  });
}

function listeningModel(source: ModelSource, listen: InputListener): Model {
  const { id, inputShape, outputNames } = source;
  let session: Promise<Session> | undefined;
  const load = () => {
    session ??= openSession(new Uint8Array(source.bytes), inputShape);
    return session;
  };
  return {
    id,
    inputShape,
    load: async () => ok(await load()),
    async run(fill): Promise<Result<readonly Float32Array[]>> {
      const input = new Float32Array(inputShape.reduce((product, size) => product * size, 1));
      fill(input);
      listen(id, input);
      const outputs = await (await load()).run(input);
      return ok(outputNames.map((name) => outputs.get(name)!));
    },
  };
}

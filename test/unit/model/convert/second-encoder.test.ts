/**
 * A second encoder, dlib's ResNet: its network against TensorFlow.js, and its descriptor in the pipeline. Its weights
 * are not in the repository, so a narrow version with random ones stands in; the real ones are compared with golden
 * vectors where a build has fetched them.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, it } from "vitest";
import { buildArtifact } from "../../../../model/convert/artifact.ts";
import { writeManifest } from "../../../../model/convert/manifest.ts";
import { openSession } from "../../../../model/convert/onnx/session.ts";
import { writeOnnx } from "../../../../model/convert/onnx/writer.ts";
import { root, simplify } from "../../../../model/convert/prepare.ts";
import { dlibResnetReference } from "../../../../model/convert/proof/dlib-resnet-reference.ts";
import { normalise, seededImage, seededRandom } from "../../../../model/convert/proof/images.ts";
import { relativeDifference, toNhwc } from "../../../../model/convert/proof/prove.ts";
import type { VectorsFile } from "../../../../model/convert/proof/vectors.ts";
import { listeningPipeline } from "../../../../model/convert/ranges/inputs.ts";
import { recipes } from "../../../../model/convert/recipes.ts";
import { fuseActivations } from "../../../../model/convert/rewrite/convolutions.ts";
import { convertDlibResnet } from "../../../../model/convert/tfjs/dlib-resnet.ts";
import { readTfjsWeights } from "../../../../model/convert/tfjs/weights.ts";
import shipped from "../../../../model/networks/manifest.json" with { type: "json" };
import { distance } from "../../../../src/face/decision/decide.ts";
import type { Embedding } from "../../../../src/face/embedding.ts";
import { encoderInUse, type Manifest } from "../../../../src/models.ts";
import { readMedia } from "../../../fixtures/data.ts";

const id = "dlib-resnet-128";
const recipe = recipes.find((each) => each.id === id)!;
const { input } = recipe.descriptor;
const inputShape = input.shape;
const options = { name: id, inputShape, outputName: "embedding" };

/** Every convolution with its kernel, input and output channels: an eighth of dlib's. */
const convolutions = [
  ["conv32_down", 7, 3, 4],
  ...block("conv32_1", 4, 4),
  ...block("conv32_2", 4, 4),
  ...block("conv32_3", 4, 4),
  ...block("conv64_down", 4, 8),
  ...block("conv64_1", 8, 8),
  ...block("conv64_2", 8, 8),
  ...block("conv64_3", 8, 8),
  ...block("conv128_down", 8, 16),
  ...block("conv128_1", 16, 16),
  ...block("conv128_2", 16, 16),
  ...block("conv256_down", 16, 32),
  ...block("conv256_1", 32, 32),
  ...block("conv256_2", 32, 32),
  ...block("conv256_down_out", 32, 32),
] as const;

function block(name: string, inputs: number, outputs: number) {
  return [[`${name}/conv1`, 3, inputs, outputs] as const, [`${name}/conv2`, 3, outputs, outputs] as const];
}

const [manifest, shard] = narrowWeights();
const narrow = readTfjsWeights(manifest, () => shard);
const narrowModel = writeOnnx(fuseActivations(simplify(convertDlibResnet(narrow, options))));

/** Makes weights in bytes, uniform, about -spread to spread around the middle. */
function narrowWeights(): [manifest: Uint8Array, shard: Uint8Array] {
  const weight = (name: string, shape: readonly number[], middle: number, spread: number) => ({
    name,
    shape,
    dtype: "float32",
    quantization: { dtype: "uint8", scale: (2 * spread) / 255, min: middle - spread },
  });
  const weights = convolutions.flatMap(([name, kernel, inputs, outputs]) => [
    weight(`${name}/conv/filters`, [kernel, kernel, inputs, outputs], 0, 1 / (kernel * Math.sqrt(inputs))),
    weight(`${name}/conv/bias`, [outputs], 0, 0.1),
    weight(`${name}/scale/weights`, [outputs], 1, 0.5),
    weight(`${name}/scale/biases`, [outputs], 0, 0.1),
  ]);
  weights.push(weight("fc", [32, 128], 0, 0.2));
  const length = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  const random = seededRandom(11);
  const bytes = Uint8Array.from({ length }, () => Math.floor(256 * random()));
  return [new TextEncoder().encode(JSON.stringify([{ paths: ["shard"], weights }])), bytes];
}

describe("dlib's ResNet, narrow", () => {
  it.each([
    ["as the source has it", () => writeOnnx(convertDlibResnet(narrow, options))],
    ["simplified", () => narrowModel],
  ])("%s computes what TensorFlow.js does", async (_, make) => {
    await tf.setBackend("cpu");
    const reference = dlibResnetReference(manifest, () => shard, [1, 150, 150, 3]);
    const session = await openSession(make(), inputShape);
    for (const seed of [0, 1]) {
      const image = normalise(seededImage(seed, inputShape.slice(1)), input);
      const [expected] = reference(toNhwc(image, inputShape, false));
      const actual = (await session.run(image)).get("embedding")!;
      expect(relativeDifference(actual, expected)).toBeLessThan(1e-5);
    }
    await session.release();
  });

  it("leaves no scale or offset to run on its own, and no padding but before sums", () => {
    const { nodes } = fuseActivations(simplify(convertDlibResnet(narrow, options)));
    const count = (...ops: string[]) => nodes.filter(({ op }) => ops.includes(op)).length;
    expect(count("Mul")).toBe(0);
    expect(count("Conv", "FusedConv")).toBe(29);
    // Zeros are added twice after the last row and column, three times after the last channel.
    expect(count("Pad")).toBe(5);
  });

  it.each([
    ["lacking a weight", (weights: Map<string, unknown>) => weights.delete("fc"), "no weights fc"],
    [
      "with one too many",
      (weights: Map<string, unknown>) => weights.set("x", narrow.get("fc")),
      "network: x",
    ],
    [
      "of another shape",
      (weights: Map<string, unknown>) => weights.set("fc", narrow.get("conv32_down/conv/bias")),
      "fc is [4]",
    ],
    [
      "of other channels",
      (weights: Map<string, unknown>) =>
        weights.set("conv64_1/conv1/conv/filters", narrow.get("conv32_1/conv1/conv/filters")),
      "conv64_1/conv1 reads 4 channels of 8",
    ],
  ])("is refused %s", (_, change, message) => {
    const weights = new Map(narrow);
    change(weights);
    expect(() => convertDlibResnet(weights, options)).toThrow(message);
  });
});

describe("the pipeline with another encoder in the manifest", () => {
  const { models } = JSON.parse(writeManifest([{ recipe, bytes: narrowModel }], null)) as Manifest;
  const other: Manifest = { ...shipped, encoder: [id], models: { ...shipped.models, ...models } };
  const photo = readMedia("franck_01829.jpg");
  const seen: Float32Array[] = [];
  let ours: Embedding;
  let theirs: Embedding;

  const embed = async (used: Manifest) => {
    const bytesOf = (file: string) =>
      file === `${id}.onnx` ? narrowModel : readFileSync(join(root, "model/networks", file));
    const pipeline = listeningPipeline(used, bytesOf, (model, values) => model === id && seen.push(values));
    expect(pipeline.encoderId).toBe(encoderInUse(used).id);
    const encoded = await pipeline.encodeFace(photo, "only");
    if (!encoded.ok) throw new Error(encoded.failure.code);
    return encoded.value.embedding;
  };

  beforeAll(async () => {
    ours = await embed(shipped);
    theirs = await embed(other);
  });

  it("gives 128 values of unit length under that encoder's name", () => {
    expect(theirs.model).toBe(id);
    expect(theirs.values).toHaveLength(128);
    expect(Math.hypot(...theirs.values)).toBeCloseTo(1, 6);
  });

  it("shows it 150 x 150 pixels less dlib's mean, by 256", () => {
    const [crop] = seen;
    expect(crop).toHaveLength(3 * 150 * 150);
    input.mean.forEach((mean, channel) => {
      const pixels = crop.subarray(channel * 22_500, (channel + 1) * 22_500).map((x) => x * 256 + mean);
      expect(pixels.every((value) => value > -0.01 && value < 255.01)).toBe(true);
      expect(Math.max(...pixels) - Math.min(...pixels)).toBeGreaterThan(100);
    });
  });

  it("measures no distance to the shipped encoder's embedding: model_mismatch", () => {
    expect(ours.model).toBe(encoderInUse(shipped).id);
    for (const compared of [distance(theirs, ours), distance(ours, theirs)]) {
      expect(compared).toMatchObject({ ok: false, failure: { code: "model_mismatch" } });
    }
    expect(distance(theirs, theirs)).toEqual({ ok: true, value: 0 });
  });
});

const fetched = existsSync(join(root, ".cache/packages/vladmandic-face-api-1.7.15.tgz"));
const title = "dlib's ResNet puts out what TensorFlow.js computes from the source";

it.skipIf(!fetched)(fetched ? title : `${title} (skipped: no build --extra has fetched it)`, async () => {
  const path = join(root, "test/vectors", `model-${id}.json`);
  const vectors = JSON.parse(readFileSync(path, "utf8")) as VectorsFile;
  const session = await openSession(buildArtifact(recipe), inputShape);
  for (const { seed, outputs } of vectors.cases) {
    const actual = await session.run(normalise(seededImage(seed, inputShape.slice(1)), input));
    const [{ name, values }] = outputs;
    expect(relativeDifference(actual.get(name)!, Float32Array.from(values))).toBeLessThan(5e-4);
  }
  await session.release();
});

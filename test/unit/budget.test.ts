/**
 * The cost of a photo in counts, which are the same on every machine: a change that makes the service slower shows in
 * one of them. Raise a limit only with a reason in the commit.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { modelPath, openSampler, readKernels, readManifest } from "../../model/runtime.ts";
import { openPhoto } from "../../src/image/decode.ts";
import { defaultImageLimits } from "../../src/image/limits.ts";
import type { ModelFactory } from "../../src/inference/engine.ts";
import { artifactOf, createEngine } from "../../src/inference/kernels/engine.ts";
import { createStages, occlusionIn, recognisabilityIn } from "../../src/models.ts";
import { createPipeline, type Observation } from "../../src/pipeline.ts";
import { nodeCodecs } from "../fixtures/codecs.ts";
import { readMedia } from "../fixtures/data.ts";
import { times } from "../fixtures/exhaustive.ts";
import { encodeJpeg, enlarge } from "../fixtures/photos/images.ts";

const wasmPage = 65_536;

const sample = readMedia("franck_01829.jpg");

interface Spent {
  /** Pixels of every raster that was decoded. */
  readonly rasters: number[];
  /** Roles of the networks that ran, in their order. */
  readonly runs: string[];
}

const manifest = readManifest();
const engine = createEngine(readKernels());
const codecs = nodeCodecs();
let spent: Spent = { rasters: [], runs: [] };

const counting: ModelFactory = {
  artifactOf,
  createModel(source) {
    const model = engine.model(source);
    const run: typeof model.run = (fill) => {
      spent.runs.push(manifest.models[source.id].role);
      return model.run(fill);
    };
    return { ...model, run };
  },
};

const stages = createStages(manifest, (file) => readFileSync(modelPath(file)), counting, openSampler());
const pipeline = createPipeline({
  recognisability: recognisabilityIn(manifest),
  occlusion: occlusionIn(manifest),
  ...stages,
  async openPhoto(bytes) {
    const opened = await openPhoto(bytes, defaultImageLimits, codecs);
    if (!opened.ok) return opened;
    const file = opened.value;
    const decode: typeof file.decode = async (request) => {
      const photo = await file.decode(request);
      if (photo.ok) spent.rasters.push(photo.value.raster.width * photo.value.raster.height);
      return photo;
    };
    return { ok: true, value: { ...file, decode } };
  },
});

async function encode(photo: Uint8Array, observation: Observation = {}): Promise<Spent> {
  spent = { rasters: [], runs: [] };
  const encoded = await pipeline.encodeFace(photo, "largest", observation);
  expect(encoded.ok).toBe(true);
  return spent;
}

/** Networks for one face: one look of the detector, two for landmarks, and one of each of the encoder's networks. */
const runsForAFace = ["detector", "landmarks", "landmarks", "encoder", "encoder"];

test("an ordinary photo is decoded once, and five networks run", async () => {
  const { rasters, runs } = await encode(sample);
  expect(runs).toEqual(runsForAFace);
  expect(rasters).toHaveLength(1);
});

test("a 12-megapixel portrait is decoded once, to under 200,000 pixels", async () => {
  const { width, height, data } = await sampleRaster();
  const portrait = encodeJpeg(enlarge({ width, height, data }, 3840, 3072));
  const { rasters, runs } = await encode(portrait);
  expect(runs).toEqual(runsForAFace);
  expect(rasters).toHaveLength(1);
  expect(rasters[0]).toBeLessThan(200_000);
});

test("a rehearsal loads all that an ordinary photo needs: the same networks run", async () => {
  spent = { rasters: [], runs: [] };
  await stages.rehearse();
  expect(spent.runs).toEqual(runsForAFace);
  const loadedBytes = engine.memoryBytes();
  await encode(sample);
  expect(engine.memoryBytes()).toBe(loadedBytes);
});

/** A photo in which the face is a third as large. */
async function widePhoto(): Promise<Uint8Array> {
  const { width, height, data } = await sampleRaster();
  const wide = new Uint8Array(4 * 3 * width * 3 * height).fill(255);
  for (let row = 0; row < height; row++) {
    wide.set(data.subarray(4 * row * width, 4 * (row + 1) * width), 4 * ((height + row) * 3 * width + width));
  }
  return encodeJpeg({ width: 3 * width, height: 3 * height, data: wide });
}

test("a face that is small in a large photo costs one more decode, and no more networks", async () => {
  const { rasters, runs } = await encode(await widePhoto());
  expect(runs.slice(-4)).toEqual(runsForAFace.slice(-4));
  expect(runs.length).toBeLessThanOrEqual(runsForAFace.length + 1);
  expect(rasters).toHaveLength(2);
});

test("with every model that a photo needs, the kernels' memory stays under 8 MiB", async () => {
  await encode(sample);
  expect(engine.memoryBytes() / wasmPage).toBeLessThanOrEqual(128);
});

test("the passive signal runs two more networks, on the same decode, and only where it is asked for", async () => {
  const { rasters, runs } = await encode(sample, { judgePassive: true });
  expect(runs).toEqual([...runsForAFace, "passive", "passive"]);
  expect(rasters).toHaveLength(1);
});

test("the passive signal of a face that is small in a large photo needs no pixel that the encoder does not", async () => {
  const wide = await widePhoto();
  const { rasters } = await encode(wide);
  expect((await encode(wide, { judgePassive: true })).rasters).toEqual(rasters);
});

test("once the passive signal was asked for, the kernels' memory stays under 12 MiB", async () => {
  await encode(sample, { judgePassive: true });
  expect(engine.memoryBytes() / wasmPage).toBeLessThanOrEqual(192);
});

test("the passive signal's plans add at most 0.9 MB to the Worker, by their 8-bit weights and left-out channels", () => {
  const { passive = [], models } = manifest;
  const bytes = passive.reduce(
    (sum, id) => sum + readFileSync(modelPath(artifactOf(models[id]).file)).length,
    0,
  );
  expect(bytes).toBeLessThanOrEqual(900_000);
});

const more = times(90, 20);

test(`after the tenth photo, ${more} more take no page of memory`, async () => {
  for (let i = 0; i < 10; i++) await encode(sample);
  const before = engine.memoryBytes();
  const heldBefore = codecs.heldBytes();
  for (let i = 0; i < more; i++) await encode(sample);
  expect(engine.memoryBytes()).toBe(before);
  expect(codecs.heldBytes()).toBe(heldBefore);
}, 120_000);

async function sampleRaster() {
  const opened = await openPhoto(sample, defaultImageLimits, codecs);
  const photo = opened.ok ? await opened.value.decode({ scaleAtLeast: 1 }) : opened;
  if (!photo.ok) throw new Error("the sample photo does not decode");
  return photo.value.raster;
}

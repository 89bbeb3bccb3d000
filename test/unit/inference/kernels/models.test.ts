/**
 * The shipped plans: every layer against plain loops, every model against onnxruntime-web on the ONNX file that its
 * plan was compiled from, and plans that differ from the built ones.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { compilePlan } from "../../../../model/compile/compile.ts";
import { node } from "../../../../model/convert/graph.ts";
import { openSession, type Session } from "../../../../model/convert/onnx/session.ts";
import { writeOnnx } from "../../../../model/convert/onnx/writer.ts";
import { normalise, seededImage, seededRandom } from "../../../../model/convert/proof/images.ts";
import { listeningPipeline } from "../../../../model/convert/ranges/inputs.ts";
import manifest from "../../../../model/networks/manifest.json" with { type: "json" };
import { kernelPaths, modelPath, readKernels } from "../../../../model/runtime.ts";
import { placeConstants, stagingBytes } from "../../../../src/inference/kernels/constants.ts";
import { createEngine } from "../../../../src/inference/kernels/engine.ts";
import { argumentsOf, instantiate } from "../../../../src/inference/kernels/instance.ts";
import { kernels } from "../../../../src/inference/kernels/kernels.ts";
import { accessesOf, type Kernel } from "../../../../src/inference/kernels/parameters.ts";
import { magic, type Plan, PlanError, readPlan, type Step } from "../../../../src/inference/kernels/plan.ts";
import type { Model, ModelSource } from "../../../../src/inference/model.ts";
import { mediaNames, readMedia } from "../../../fixtures/data.ts";
import { times } from "../../../fixtures/exhaustive.ts";
import { acceptPowers, runReference } from "../../../fixtures/kernels/kernel-reference.ts";

const models = Object.entries(manifest.models);
const photos = mediaNames().slice(0, times(8, 3)).map(readMedia);
const read = (file: string) => new Uint8Array(readFileSync(modelPath(file)));
const seen = watchPhotos();
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function sourceOf(id: string, bytes?: Uint8Array): ModelSource {
  const { plan, input, outputs } = manifest.models[id as "mtcnn-onet"];
  const file = bytes ?? read(plan.file);
  return {
    id,
    bytes: file,
    sha256: sha256(file),
    inputName: input.name,
    inputShape: input.shape,
    outputNames: outputs.map(({ name }) => name),
  };
}

async function outputsOf(model: Model, input: Float32Array): Promise<readonly Float32Array[]> {
  const result = await model.run((values) => values.set(input));
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

describe.each(models)("%s", (id, { file, plan: { file: planFile, sha256: planHash }, input, outputs }) => {
  it("has the plan that its ONNX file compiles to, each as the manifest says", () => {
    const plan = read(planFile);
    expect(sha256(plan)).toBe(planHash);
    expect(Buffer.compare(plan, compilePlan(id, read(file)))).toBe(0);
    expect(readPlan(plan).plan.onnxSha256).toBe(manifest.models[id as "mtcnn-onet"].sha256);
  });

  it("runs every step of its plan to the reference's bits, and no step touches other bytes", () => {
    const { plan, constants } = readPlan(read(planFile));
    const module = new WebAssembly.Module(readFileSync(kernelPaths[0]));
    const instance = instantiate(module);
    const { memory, base, calls } = instance;
    const isUnsigned = ((new WebAssembly.Instance(module).exports.products as () => number)() & 1) === 1;
    const arena = base + plan.constantBytes;
    memory.grow(Math.ceil((arena + Math.max(plan.arenaBytes, stagingBytes(plan))) / 65_536));
    placeConstants(instance, plan, constants, base, arena);
    const image = normalise(seededImage(2, input.shape.slice(1)), input);
    new Float32Array(memory.buffer, arena + plan.input.offset, plan.input.length).set(image);
    for (const [i, step] of plan.steps.entries()) {
      const named = addressed(step, base, arena);
      const expected = memory.buffer.slice(0);
      runReference(step.kernel, named, expected, isUnsigned);
      calls[step.kernel](...argumentsOf(step, base, arena));
      // The kernels' stack is below, and may change.
      const [actual, wanted] = [memory.buffer, expected].map((buffer) => new Uint8Array(buffer, base));
      if (step.kernel === "softmax") acceptPowers(actual, wanted, named.output - base, named.count);
      expect(Buffer.compare(actual, wanted), `step ${i}, ${step.kernel}`).toBe(0);
    }
  }, 120_000);

  it("puts out what onnxruntime-web does on faces: cosines of 0.999 on average, of 0.999999 without codes", async () => {
    const session: Session = await openSession(read(file), input.shape);
    const model = createEngine(readKernels()).model(sourceOf(id));
    const hasCodes = manifest.models[id as "mtcnn-onet"].precision === "int8-static";
    const cosines: number[] = [];
    const images = (await seen).get(id)!;
    expect(images.length).toBeGreaterThanOrEqual(photos.length);
    for (const image of images) {
      const expected = await session.run(image);
      const actual = await outputsOf(model, image);
      outputs.forEach(({ name }, i) => {
        cosines.push(cosine(actual[i], expected.get(name)!));
      });
    }
    await session.release();
    const mean = cosines.reduce((sum, each) => sum + each, 0) / cosines.length;
    expect(mean).toBeGreaterThanOrEqual(hasCodes ? 0.999 : 0.999999);
  });
});

/**
 * Collects each model's inputs when photos of faces go through the pipeline; the second detector gets them as well.
 */
async function watchPhotos(): Promise<Map<string, Float32Array[]>> {
  const images = new Map<string, Float32Array[]>(models.map(([id]) => [id, []]));
  const detectors = new Set<string>();
  for (const shown of [manifest, { ...manifest, detectors: ["blazeface-full"] }]) {
    const listen = (id: string, image: Float32Array) => {
      if (!detectors.has(id)) images.get(id)!.push(image);
    };
    const pipeline = listeningPipeline(shown, (file) => read(file), listen);
    for (const photo of photos) await pipeline.encodeFace(photo, "largest", { judgePassive: true });
    detectors.add("blazeface-short");
  }
  return images;
}

describe("one engine, all models", () => {
  it("gives the same bits in both builds", async () => {
    const engines = kernelPaths.map((path) => createEngine(new WebAssembly.Module(readFileSync(path))));
    for (const [id, { input }] of models) {
      const image = normalise(seededImage(5, input.shape.slice(1)), input);
      const [relaxed, plain] = await Promise.all(
        engines.map((engine) => outputsOf(engine.model(sourceOf(id)), image)),
      );
      expect(relaxed).toEqual(plain);
    }
  });

  it("gives each input its outputs again in many runs in any order, and takes no more memory", async () => {
    const engine = createEngine(readKernels());
    const loaded = models
      .filter(([id]) => id !== "blazeface-full")
      .map(([id, { input }]) => ({ model: engine.model(sourceOf(id)), input }));
    const inputs = loaded.flatMap(({ model, input }) =>
      [0, 1].map((seed) => ({ model, image: normalise(seededImage(seed, input.shape.slice(1)), input) })),
    );
    const first = await Promise.all(inputs.map(({ model, image }) => outputsOf(model, image)));
    const memory = engine.memoryBytes();
    const runs = Number(process.env.SAMEFACE_RUNS ?? times(600, 30));
    const random = seededRandom(1);
    for (let i = 0; i < runs; i++) {
      const at = Math.floor(random() * inputs.length);
      const again = await outputsOf(inputs[at].model, inputs[at].image);
      again.forEach((output, k) => {
        const same = Buffer.compare(bytesOf(output), bytesOf(first[at][k])) === 0;
        if (!same) expect.fail(`run ${i} differs`);
      });
    }
    expect(engine.memoryBytes()).toBe(memory);
  }, 600_000);

  it("with every model loaded takes less than 24 MB", async () => {
    const engine = createEngine(readKernels());
    for (const [id] of models) await engine.model(sourceOf(id)).load();
    expect(engine.memoryBytes()).toBeLessThan(24e6);
  });
});

describe("a plan that is not what was built", () => {
  const [id, { plan }] = models.find(([name]) => name === "mtcnn-onet")!;
  const file = read(plan.file);
  const runs = times(3000, 300);
  const { plan: header, constants: onetConstants } = readPlan(file);

  it.each([
    ["one changed weight", file.length - 1],
    ["one changed byte of the header", 40],
  ])("with another hash is not_ready: %s", async (_, at) => {
    const bytes = file.slice();
    bytes[at] ^= 1;
    const model = createEngine(readKernels()).model({ ...sourceOf(id), bytes });
    const failure = { code: "not_ready", reason: expect.stringContaining("hash") };
    expect(await model.load()).toMatchObject({ ok: false, failure });
    expect(await model.run(() => expect.fail("it ran"))).toMatchObject({ ok: false, failure });
  });

  it("of another model is not_ready, and the engine runs on", async () => {
    const engine = createEngine(readKernels());
    const other = engine.model({ ...sourceOf("blazeface-short"), bytes: file, sha256: sha256(file) });
    expect(await other.load()).toMatchObject({ ok: false, failure: { code: "not_ready" } });
    expect((await engine.model(sourceOf(id)).load()).ok).toBe(true);
  });

  it("with bytes changed, cut or added anywhere is refused, or says what it said", () => {
    fc.assert(
      fc.property(fc.nat(11 + 8000), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = file.slice();
        bytes[at % file.length] ^= flip;
        assertRefusedOrSound(bytes);
      }),
      { numRuns: runs },
    );
    for (const length of [0, 7, 11, 12, 100, file.length - 16]) {
      expect(() => readPlan(file.slice(0, length)), `${length} bytes`).toThrow(PlanError);
    }
    expect(() => readPlan(Buffer.concat([file, new Uint8Array(16)]))).toThrow(PlanError);
  });

  it.each(["mtcnn-onet", "mobilefacenet-192"])(
    "with any number of any step of %s replaced is refused, or stays inside its memory",
    (name) => {
      const { plan: whole, constants: stored } = readPlan(
        read(manifest.models[name as "mtcnn-onet"].plan.file),
      );
      const numbers = fc.oneof(
        fc.constantFrom(
          null,
          -4,
          -1,
          0,
          1,
          3,
          4,
          5,
          8,
          64,
          65_536,
          65_537,
          2 ** 31,
          2 ** 53,
          Number.NaN,
          0.5,
        ),
        fc.integer({ min: -(2 ** 31), max: 2 ** 32 }),
      );
      let refused = 0;
      fc.assert(
        fc.property(fc.nat(whole.steps.length - 1), fc.nat(19), numbers, (stepAt, argumentAt, value) => {
          const steps = whole.steps.map(({ kernel, arguments: all }) => ({ kernel, arguments: [...all] }));
          const values = steps[stepAt].arguments;
          values[argumentAt % values.length] = value;
          if (!assertRefusedOrSound(writePlan({ ...whole, steps }, stored))) refused++;
        }),
        { numRuns: runs },
      );
      expect(refused).toBeGreaterThan(runs / 3);
    },
  );

  it.each([
    ["a kernel that does not exist", { ...header.steps[0], kernel: "toString" }],
    ["a missing argument", { ...header.steps[0], arguments: [0] }],
    ["no arguments", { kernel: "compact" }],
    ["nothing", null],
  ])("with a step of %s is refused", (_, step) => {
    expect(() => readPlan(writePlan({ ...header, steps: [step as Step] }))).toThrow(PlanError);
  });

  it("with an output beyond the arena is refused", () => {
    const outputs = [{ name: "x", offset: header.arenaBytes, length: 1 }];
    expect(() => readPlan(writePlan({ ...header, outputs }))).toThrow(PlanError);
  });

  /**
   * Returns true when the plan was read. A read plan is sound when every access, computed independently of the
   * loader, lies inside.
   */
  function assertRefusedOrSound(bytes: Uint8Array): boolean {
    let read: Plan;
    try {
      read = readPlan(bytes).plan;
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      return false;
    }
    for (const { kernel, arguments: values } of read.steps) {
      const called: Kernel = kernels[kernel];
      const named = Object.fromEntries(called.parameters.map(({ name }, i) => [name, values[i]]));
      for (const { parameter, space, bytes: size } of accessesOf(called, named as Record<string, number>)) {
        const from = named[parameter];
        if (from === null) {
          expect(isNeeded(parameter, named), `${kernel} without ${parameter}`).toBe(false);
          continue;
        }
        const end = space === "constants" ? read.constantBytes : read.arenaBytes;
        expect(from >= 0 && from + size <= end, `${kernel} ${parameter}`).toBe(true);
      }
    }
    return true;
  }

  /** True when a kernel would use this pointer, given its other arguments. */
  function isNeeded(parameter: string, named: Readonly<Record<string, number | null>>): boolean {
    const size = (name: string) => named[name] ?? 0;
    const needs: Readonly<Record<string, boolean>> = {
      slope: size("activation") === 2,
      residual: size("residualChannels") > 0,
      fine: size("fineDepth") > 0,
      quantized: size("fineChannels") > 0,
      quantizedFine: size("fineChannels") > 0,
      inverseScale: named.quantized !== null,
      zeroPoint: named.quantized !== null,
    };
    // A product may have its codes as its only output.
    return needs[parameter] ?? (parameter !== "output" || !("quantized" in named));
  }

  function writePlan(plan: Plan, constants: Uint8Array = onetConstants): Uint8Array {
    const text = Buffer.from(JSON.stringify(plan));
    const start = Math.ceil((12 + text.length) / 16) * 16;
    const bytes = new Uint8Array(start + constants.length);
    bytes.set(Buffer.from(magic));
    new DataView(bytes.buffer).setUint32(8, text.length, true);
    bytes.set(text, 12);
    bytes.set(constants, start);
    return bytes;
  }
});

describe("the plan compiler", () => {
  let onnx: Uint8Array;
  beforeAll(() => {
    onnx = read(manifest.models["mtcnn-onet"].file);
  });

  it("gives the same bytes each time", () => {
    expect(Buffer.compare(compilePlan("x", onnx), compilePlan("x", onnx))).toBe(0);
  });

  it("names an operator that it does not know", () => {
    const shape = [1, 3, 4, 4];
    const graph = {
      name: "odd",
      input: { name: "input", shape },
      outputs: [{ name: "y", shape }],
      nodes: [node("Tanh", ["input"], "y")],
      constants: new Map(),
      shapes: new Map([["y", shape]]),
    };
    expect(() => compilePlan("odd", writeOnnx(graph))).toThrow("no step for Tanh");
  });
});

/** Returns arguments by name, as addresses. */
function addressed({ kernel, arguments: values }: Step, constantsAt: number, arenaAt: number) {
  const { parameters }: Kernel = kernels[kernel];
  return Object.fromEntries(
    parameters.map((parameter, i) => {
      const bases = { constants: constantsAt, values: arenaAt };
      const base = parameter.kind === "pointer" ? bases[parameter.space] : 0;
      const value = values[i];
      return [parameter.name, value === null ? 0 : value + base];
    }),
  );
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The engine on plans of at most one step: its memory, the plans that it accepts, and its outputs. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelPaths, readKernels } from "../../../../model/runtime.ts";
import { chooseBuild } from "../../../../src/inference/kernels/choose-build.ts";
import { stagingBytes } from "../../../../src/inference/kernels/constants.ts";
import { createEngine } from "../../../../src/inference/kernels/engine.ts";
import { magic, type Plan } from "../../../../src/inference/kernels/plan.ts";
import type { Segment } from "../../../../src/inference/kernels/segments.ts";
import type { ModelSource } from "../../../../src/inference/model.ts";

const page = 65_536;
const { exports } = new WebAssembly.Instance(readKernels());
const base = Math.ceil((exports.heapBase as () => number)() / 64) * 64;

/** A plan that copies four numbers: `compact` of four pixels of one channel. */
function copying(change: Partial<Plan> = {}, stored = new Uint8Array(0)): ModelSource {
  const plan: Plan = {
    model: "m",
    onnxSha256: "",
    constantBytes: 0,
    arenaBytes: 32,
    segments: [],
    input: { offset: 0, length: 4 },
    outputs: [{ name: "y", offset: 16, length: 4 }],
    steps: [{ kernel: "compact", arguments: [0, 16, 4, 1, 1] }],
    ...change,
  };
  const text = new TextEncoder().encode(JSON.stringify(plan));
  const start = Math.ceil((12 + text.length) / 16) * 16;
  const bytes = new Uint8Array(start + stored.length);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(8, text.length, true);
  bytes.set(text, 12);
  bytes.set(stored, start);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { id: plan.model, bytes, sha256, inputName: "x", inputShape: [1, 4], outputNames: ["y"] };
}

/** A model with so many bytes of constants, all zero, and so many of values. */
function sized(segment: Segment, stored: number, arenaBytes = 32): ModelSource {
  return copying({ segments: [segment], constantBytes: segment.bytes, arenaBytes }, new Uint8Array(stored));
}

async function outputOf(model: ReturnType<ReturnType<typeof createEngine>["model"]>, values: number[]) {
  const result = await model.run((input) => input.set(values));
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

describe("memory behind the constants, while they are placed", () => {
  // 320,000 bytes of memory hold 80,000 halves in 2,500 words of bitmap, or as many bytes in 10,000.
  it.each([
    ["none for bytes", { type: "raw", bytes: 320_000 }, 320_000, 0],
    ["the halves", { type: "half", bytes: 320_000 }, 160_000, 160_000],
    [
      "a bitmap and all bytes that it could ask for",
      { type: "raw", bytes: 320_000, present: 0 },
      40_000,
      360_000,
    ],
    [
      "a bitmap, and all halves twice",
      { type: "half", bytes: 320_000, present: 0 },
      10_000,
      10_000 + 160_000 + 160_000,
    ],
  ] as const)("is %s", async (_, segment, stored, staging) => {
    expect(stagingBytes({ segments: [segment] } as unknown as Plan)).toBe(staging);
    const engine = createEngine(readKernels());
    expect(await engine.model(sized(segment, stored)).load()).toMatchObject({ ok: true });
    expect(engine.memoryBytes()).toBe(Math.ceil((base + 320_000 + Math.max(32, staging)) / page) * page);
  });

  it("is that of the largest segment, and nothing where there is none", () => {
    const segments: Segment[] = [
      { type: "half", bytes: 400 },
      { type: "half", bytes: 4000 },
      { type: "raw", bytes: 9000 },
    ];
    expect(stagingBytes({ segments } as unknown as Plan)).toBe(2000);
    expect(stagingBytes({ segments: [] } as unknown as Plan)).toBe(0);
  });
});

describe("the engine's memory", () => {
  const raw = (bytes: number, arenaBytes: number) => sized({ type: "raw", bytes }, bytes, arenaBytes);
  const pages = (bytes: number) => Math.max(1, Math.ceil((base + bytes) / page)) * page;

  it("is all models' constants and the values of the one that needs most", async () => {
    const engine = createEngine(readKernels());
    await engine.model(raw(100_000, 300_000)).load();
    expect(engine.memoryBytes()).toBe(pages(100_032 + 300_000));
    await engine.model(raw(200_000, 100_000)).load();
    expect(engine.memoryBytes()).toBe(pages(100_032 + 200_000 + 300_000));
    await engine.model(raw(64, 400_000)).load();
    expect(engine.memoryBytes()).toBe(pages(100_032 + 200_000 + 64 + 400_000));
  });

  it("may end with a page, and takes another for a byte more", async () => {
    const [fits, exceeds] = [0, 4].map((more) => raw(64, 4 * page - base - 64 + more));
    for (const [source, count] of [
      [fits, 4],
      [exceeds, 5],
    ] as const) {
      const engine = createEngine(readKernels());
      await engine.model(source).load();
      expect(engine.memoryBytes()).toBe(count * page);
    }
  });

  it("takes a model once, though two requests load it at the same time, or run it later", async () => {
    const engine = createEngine(readKernels());
    const model = engine.model(raw(640_000, 32));
    await Promise.all([model.load(), model.load(), outputOf(model, [1, 2, 3, 4])]);
    await model.load();
    expect(engine.memoryBytes()).toBe(pages(640_000 + 32));
  });
});

describe("a model's run", () => {
  it("gives what its plan computes, before and after another model moves its values", async () => {
    const engine = createEngine(readKernels());
    const first = engine.model(copying());
    expect(await outputOf(first, [1, 2, 3, 4])).toEqual([Float32Array.of(1, 2, 3, 4)]);
    const second = engine.model(sized({ type: "raw", bytes: 4000 }, 4000));
    expect(await outputOf(second, [5, 6, 7, 8])).toEqual([Float32Array.of(5, 6, 7, 8)]);
    expect(await outputOf(first, [9, 8, 7, 6])).toEqual([Float32Array.of(9, 8, 7, 6)]);
  });

  it("gives outputs that are the caller's own, in the order of the plan", async () => {
    const outputs = [
      { name: "y", offset: 24, length: 2 },
      { name: "z", offset: 16, length: 1 },
    ];
    const engine = createEngine(readKernels());
    const model = engine.model({ ...copying({ outputs }), outputNames: ["y", "z"] });
    const before = await outputOf(model, [1, 2, 3, 4]);
    await outputOf(model, [5, 6, 7, 8]);
    expect(before).toEqual([Float32Array.of(3, 4), Float32Array.of(1)]);
  });
});

describe("a plan that is not the one described", () => {
  it.each([
    ["of another model", { model: "n" }, "it is of n"],
    ["with a longer input", { input: { offset: 0, length: 5 } }, "its input has 5 values"],
    ["with other outputs", { outputs: [{ name: "z", offset: 16, length: 4 }] }, "other outputs"],
    [
      "with one more output",
      { outputs: ["y", "z"].map((name) => ({ name, offset: 16, length: 4 })) },
      "other outputs",
    ],
  ])("%s is not_ready, and takes no memory", async (_, change, reason) => {
    const engine = createEngine(readKernels());
    const before = engine.memoryBytes();
    const model = engine.model({ ...copying(change), id: "m" });
    expect(await model.load()).toEqual({
      ok: false,
      failure: { code: "not_ready", reason: `the kernels cannot load m: ${reason}` },
    });
    expect(engine.memoryBytes()).toBe(before);
  });

  it("by its hash is not_ready", async () => {
    const model = createEngine(readKernels()).model({ ...copying(), sha256: "0".repeat(64) });
    expect(await model.load()).toMatchObject({
      failure: { code: "not_ready", reason: "the kernels cannot load m: its hash is another" },
    });
  });

  it("by its hash is not run, but where it came in one upload with the code: there the hash is checked by load", async () => {
    const source = { ...copying(), sha256: "0".repeat(64) };
    const another = {
      failure: { code: "not_ready", reason: "the kernels cannot load m: its hash is another" },
    };
    expect(
      await createEngine(readKernels())
        .model(source)
        .run(() => undefined),
    ).toMatchObject(another);
    const bundled = createEngine(readKernels(), { isBundled: true }).model(source);
    expect(await outputOf(bundled, [1, 2, 3, 4])).toEqual([Float32Array.of(1, 2, 3, 4)]);
    expect(await bundled.load()).toMatchObject(another);
  });

  it("by its numbers is not run, though it came in one upload with the code", async () => {
    const source = { ...copying({ arenaBytes: 16 }), id: "m" };
    const bundled = createEngine(readKernels(), { isBundled: true }).model(source);
    expect(await bundled.run(() => undefined)).toMatchObject({ failure: { code: "not_ready" } });
  });
});

it("of two builds the first is chosen where it compiles, and else the second", () => {
  const [relaxed, plain] = kernelPaths.map((path) => new Uint8Array(readFileSync(path)));
  expect(chooseBuild(relaxed, plain)).toBe(relaxed);
  expect(chooseBuild(relaxed.subarray(0, 100), plain)).toBe(plain);
});

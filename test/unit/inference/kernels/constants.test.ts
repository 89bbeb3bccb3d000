/** Sparse constants of a plan: the form that the build writes, and its expansion by the loader. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createConstants, gather } from "../../../../model/compile/constants.ts";
import { kernelPaths, readKernels } from "../../../../model/runtime.ts";
import { placeConstants, stagingBytes } from "../../../../src/inference/kernels/constants.ts";
import { createEngine } from "../../../../src/inference/kernels/engine.ts";
import { instantiate } from "../../../../src/inference/kernels/instance.ts";
import { magic, type Plan, PlanError, readPlan } from "../../../../src/inference/kernels/plan.ts";
import { bitmapBytes, type Segment, storedBytes } from "../../../../src/inference/kernels/segments.ts";
import {
  kindOfUnits,
  type SparseRun,
  scatterReference,
  sparseRuns,
} from "../../../fixtures/kernels/sparse-runs.ts";

const builds = kernelPaths.map((path) => new WebAssembly.Module(readFileSync(path)));

/** Random values of `unit` bytes, a few, most or all of them zero. */
function values(unit: number): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(150), fc.constantFrom(0, 0.1, 0.5, 0.9, 1), fc.infiniteStream(fc.nat(255)))
    .map(([units, zeros, random]) => {
      const next = () => random.next().value as number;
      return Uint8Array.from(
        Array.from({ length: units }).flatMap(() =>
          next() < 255 * zeros ? Array(unit).fill(0) : Array.from({ length: unit }, next),
        ),
      );
    });
}

/** Runs a scatter in memory filled with 0xa5; every byte beside the output must stay. */
function scatter(module: WebAssembly.Module, { type, units, bitmap, values: stored }: SparseRun) {
  const { exports } = new WebAssembly.Instance(module);
  const memory = exports.memory as WebAssembly.Memory;
  memory.grow(1);
  const base = Math.ceil((exports.heapBase as () => number)() / 64) * 64;
  const all = new Uint8Array(memory.buffer);
  all.fill(0xa5, base);
  const { unit, kernel } = kindOfUnits[type];
  const [bitmapAt, valuesAt, outputAt] = [base + 64, base + 1024, base + 2048];
  all.set(bitmap, bitmapAt);
  all.set(stored, valuesAt);
  const expected = all.slice();
  const call = exports[kernel] as (...args: number[]) => number;
  const population = call(bitmapAt, valuesAt, outputAt, units);
  const dense = all.slice(outputAt, outputAt + units * unit);
  expected.set(dense, outputAt);
  expect(Buffer.compare(all.subarray(base), expected.subarray(base))).toBe(0);
  return { dense, population };
}

describe("a sparse run", () => {
  it.each(["raw", "half"] as const)("of %s units expands to what it was made of", (type) => {
    const { unit } = kindOfUnits[type];
    fc.assert(
      fc.property(values(unit), (dense) => {
        const units = dense.length / unit;
        const { stored, present } = gather(dense, unit);
        expect(stored.length).toBe(bitmapBytes(units) + present * unit);
        const split = bitmapBytes(units);
        const run = { type, units, bitmap: stored.slice(0, split), values: stored.slice(split) };
        expect(scatterReference(run)).toEqual({ dense, population: present });
        for (const module of builds) expect(scatter(module, run)).toEqual({ dense, population: present });
      }),
    );
  });

  it("of any bitmap expands as in plain loops, and touches nothing beside its output", () => {
    fc.assert(
      fc.property(sparseRuns, (run) => {
        for (const module of builds) expect(scatter(module, run)).toEqual(scatterReference(run));
      }),
    );
  });
});

describe("the constants of a plan", () => {
  /** Lengths of runs, as floats that fit halves, as any floats, and as bytes; and the number of zeros. */
  const runs = fc.array(
    fc.record({
      kind: fc.constantFrom("half", "float", "bytes"),
      length: fc.constantFrom(1, 3, 8, 31, 1001, 4096, 6000),
      zeros: fc.constantFrom(0, 0.2, 0.7, 1),
      seed: fc.integer({ min: 1, max: 1000 }),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it("are in memory what was put in, each at its place, sparse or not", () => {
    let sparse = 0;
    fc.assert(
      fc.property(runs, (wanted) => {
        const constants = createConstants();
        const placed = wanted.map(({ kind, length, zeros, seed }) => {
          const at = (i: number) => (((i * 7919 + seed) % 1000) / 1000 < zeros ? 0 : ((i * seed) % 127) + 1);
          if (kind === "bytes") {
            const data = Int8Array.from({ length }, (_, i) => at(i));
            return { data, ...constants.bytes(data) };
          }
          const data = Float32Array.from({ length }, (_, i) => at(i) / (kind === "half" ? 2 : 3));
          return { data, ...constants.floats(data, kind === "half") };
        });
        const { stored, segments, bytes } = constants.finish();
        sparse += segments.filter(({ present }) => present !== undefined).length;
        expect(stored.length).toBe(segments.reduce((sum, segment) => sum + storedBytes(segment), 0));
        const memory = inMemory(segments, bytes, stored);
        for (const { data, constant } of placed) {
          const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
          expect(Buffer.compare(memory.subarray(constant, constant + view.length), view)).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
    expect(sparse).toBeGreaterThan(20);
  });

  it("are not sparse where that saves little", () => {
    const constants = createConstants();
    constants.floats(
      Float32Array.from({ length: 4096 }, (_, i) => (i % 5 === 0 ? 0 : 1)),
      true,
    );
    constants.floats(new Float32Array(64), true);
    expect(constants.finish().segments).toEqual([{ type: "half", bytes: 4 * (4096 + 64) }]);
  });

  function inMemory(segments: readonly Segment[], constantBytes: number, stored: Uint8Array): Uint8Array {
    const instance = instantiate(builds[0]);
    const { memory, base } = instance;
    const plan = planOf({ segments, constantBytes });
    const end = base + constantBytes;
    memory.grow(Math.ceil((end + stagingBytes(plan)) / 65_536));
    new Uint8Array(memory.buffer).fill(0xa5, base);
    placeConstants(instance, plan, stored, base, end);
    return new Uint8Array(memory.buffer.slice(base, end));
  }
});

describe("a plan with a sparse segment", () => {
  // Ten bytes of 36 take two words of bitmap, of whose bits 28 are beyond the last unit.
  const dense = Uint8Array.from({ length: 36 }, (_, i) => (i % 4 === 0 ? i + 1 : 0)).fill(9, 35);
  const { stored, present } = gather(dense, 1);
  const segment: Segment = { type: "raw", bytes: 36, present };

  it("loads", async () => {
    expect(present).toBe(10);
    expect(await load(segment, stored)).toMatchObject({ ok: true });
  });

  it.each([
    ["a bit less", (byte: number) => byte & ~1],
    ["a bit more", (byte: number) => byte | 2],
  ])("whose bitmap has %s is not_ready", async (_, change) => {
    const bytes = stored.slice();
    bytes[0] = change(bytes[0]);
    const failure = { code: "not_ready", reason: expect.stringContaining("bits for 10 units") };
    expect(await load(segment, bytes)).toMatchObject({ ok: false, failure });
  });

  it("whose bitmap has a bit beyond the last unit is refused, though the number is right", () => {
    const bytes = stored.slice();
    bytes[0] &= ~1;
    bytes[4] |= 0b10000;
    expect(() => readPlan(fileOf(segment, bytes))).toThrow(PlanError);
  });

  it.each([
    ["one unit fewer than the header says", segment, stored.slice(0, -1)],
    ["a byte after the last unit", segment, Buffer.concat([stored, Uint8Array.of(0)])],
    ["no bitmap", segment, new Uint8Array(0)],
    ["more units than it has in memory", { ...segment, present: 37 }, Buffer.concat([stored, dense])],
    ["a count that is no integer", { ...segment, present: 9.5 }, stored],
    ["a negative count", { ...segment, present: -8 }, new Uint8Array(0)],
    ["a count that is no number", { ...segment, present: "10" as unknown as number }, stored],
    ["no count", { type: "raw", bytes: 36 } as Segment, stored],
    ["another type", { ...segment, type: "sparse" as "raw" }, stored],
  ])("of %s is refused", (_, header, bytes) => {
    expect(() => readPlan(fileOf(header, bytes))).toThrow(PlanError);
  });

  it("of any bitmap loads where it has as many bits as units, and the engine goes on", async () => {
    const engine = createEngine(readKernels());
    const bitmaps = fc.uint8Array({ minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(bitmaps, fc.boolean(), fc.nat(36), async (bitmap, isRight, other) => {
        // The bitmap has no bit beyond the last of 36 units.
        bitmap[4] &= 15;
        const bits = bitmap.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
        const units = isRight ? bits : other;
        const bytes = new Uint8Array(8 + units).fill(7, 8);
        bytes.set(bitmap);
        const result = await load({ ...segment, present: units }, bytes, engine);
        if (units === bits) expect(result.ok).toBe(true);
        else expect(result).toMatchObject({ ok: false, failure: { code: "not_ready" } });
      }),
      { numRuns: 500 },
    );
    expect((await load(segment, stored, engine)).ok).toBe(true);
  });

  function load(header: Segment, bytes: Uint8Array, engine = createEngine(readKernels())) {
    const file = fileOf(header, bytes);
    const sha256 = createHash("sha256").update(file).digest("hex");
    const source = { id: "x", bytes: file, sha256, inputName: "x", inputShape: [4], outputNames: [] };
    return engine.model(source).load();
  }

  function fileOf(header: Segment, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const text = Buffer.from(JSON.stringify(planOf({ segments: [header], constantBytes: 36 })));
    const start = Math.ceil((12 + text.length) / 16) * 16;
    const file = new Uint8Array(start + bytes.length);
    file.set(Buffer.from(magic));
    new DataView(file.buffer).setUint32(8, text.length, true);
    file.set(text, 12);
    file.set(bytes, start);
    return file;
  }
});

function planOf(parts: Pick<Plan, "segments" | "constantBytes">): Plan {
  const input = { offset: 0, length: 4 };
  return { model: "x", onnxSha256: "", arenaBytes: 16, input, outputs: [], steps: [], ...parts };
}

/**
 * The kernels against plain loops, bit for bit: both builds, both forms of the product, random shapes and
 * every layer of every model; and compiled natively, under sanitizers.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KernelName } from "../../../../src/inference/kernels/kernels.ts";
import { compiler, hasCompiler } from "../../../../wasm/build.ts";
import { times } from "../../../fixtures/exhaustive.ts";
import {
  type Call,
  callsOf,
  inOrder,
  kernelNames,
  nativeCall,
  place,
} from "../../../fixtures/kernels/kernel-calls.ts";
import { acceptPowers, runReference } from "../../../fixtures/kernels/kernel-reference.ts";
import { runNatively } from "../../../fixtures/kernels/native-kernels.ts";
import { kindOfUnits, scatterReference, sparseRuns } from "../../../fixtures/kernels/sparse-runs.ts";

const wasm = join(import.meta.dirname, "../../../../wasm");

interface Form {
  readonly name: string;
  readonly exports: WebAssembly.Exports;
  /** Export that serves as `pointwise`. */
  readonly product: string;
  readonly isUnsigned: boolean;
}

const forms: Form[] = [
  ["kernels-relaxed.wasm", "pointwisePairs"],
  ["kernels-relaxed.wasm", "pointwiseWhole"],
  ["kernels-relaxed.wasm", "pointwiseWide"],
  ["kernels.wasm", "pointwiseWide"],
].map(([file, product]) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(wasm, file))));
  (exports.memory as WebAssembly.Memory).grow(16);
  // The processor's relaxed product decides how activations are stored for it.
  const isUnsigned = product !== "pointwiseWide" && ((exports.products as () => number)() & 1) === 1;
  (exports.useUnsigned as (isUnsigned: number) => void)(isUnsigned ? 1 : 0);
  return { name: `${file}, ${product}`, exports, product, isUnsigned };
});

/** Returns the memory after a call, from the first byte that is not the kernels' own. */
function run({ exports, product, isUnsigned }: Form, call: Call): Uint8Array {
  const memory = exports.memory as WebAssembly.Memory;
  const base = (exports.heapBase as () => number)();
  const start = Math.ceil(base / 64) * 64;
  new Uint8Array(memory.buffer).fill(0xa5, start);
  const named = place(call, memory.buffer, start + 64);
  const kernel = exports[call.kernel === "pointwise" ? product : call.kernel] as (...args: number[]) => void;
  const before = memory.buffer.slice(0);
  kernel(...inOrder(call.kernel, named));
  const after = new Uint8Array(memory.buffer.slice(start));
  runReference(call.kernel, named, before, isUnsigned);
  expectSame(call, after, new Uint8Array(before, start), named.output - start);
  return after;
}

/** Compares every byte, buffers and gaps. Only the output of softmax, at `outputAt`, is compared by value. */
function expectSame(
  { kernel, sizes }: Call,
  actual: Uint8Array,
  expected: Uint8Array,
  outputAt: number,
): void {
  if (kernel === "softmax") acceptPowers(actual, expected, outputAt, sizes.count);
  if (Buffer.compare(actual, expected) !== 0) expect.fail("other bytes than the reference");
}

describe.each(forms)("$name", (form) => {
  it.each(kernelNames)("%s computes the reference's bits, and touches nothing else", (kernel) => {
    fc.assert(
      fc.property(callsOf(kernel), (call) => void run(form, call)),
      { numRuns: times(120, 25) },
    );
  });

  it("pointwise holds the extremes of its operands: no sum of products saturates", () => {
    for (const [activation, weight] of [
      [255, 64],
      [255, -64],
      [0, 64],
      [0, -64],
      [128, 64],
    ]) {
      const input = new Uint8Array(6 * 512).fill(form.isUnsigned ? activation : activation ^ 128);
      const call: Call = {
        kernel: "pointwise",
        sizes: {
          pixels: 6,
          channels: 8,
          depth: 512,
          fineDepth: 512,
          fineChannels: 0,
          activation: 0,
          isBlocked: 0,
        },
        buffers: {
          input,
          fine: input,
          weights: new Uint8Array(8 * 512).fill(weight & 255),
          weightSums: new Uint8Array(Int32Array.from({ length: 16 }, () => 512 * weight).buffer),
          scale: new Uint8Array(new Float32Array(8).fill(1).buffer),
          bias: new Uint8Array(32),
          slope: null,
          residual: null,
          output: new Uint8Array(6 * 32),
          quantized: null,
          quantizedFine: null,
          inverseScale: null,
          zeroPoint: null,
        },
      };
      run(form, call);
    }
  });
});

describe("the comparison itself", () => {
  it.each(kernelNames)("sees one changed argument of %s", (kernel: KernelName) => {
    const [call] = fc.sample(callsOf(kernel), { numRuns: 1, seed: 3 });
    const bytes = call.buffers.input!;
    const memory = new ArrayBuffer(1 << 20);
    const named = place(call, memory, 64);
    const other = memory.slice(0);
    new Uint8Array(other)[named.input + bytes.length - 1] ^= 0x7f;
    runReference(kernel, named, memory, false);
    runReference(kernel, named, other, false);
    expect(Buffer.compare(new Uint8Array(memory), new Uint8Array(other))).not.toBe(0);
  });
});

describe("the comparison of softmax", () => {
  const bytes = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const accepted = (actual: Uint8Array, wanted: Uint8Array) => {
    acceptPowers(actual, wanted, 4, 2);
    return Buffer.compare(actual, wanted) === 0;
  };

  it("takes a value that is off by a rounding, and none that is off by more or no number", () => {
    const wanted = bytes(0, 0.25, 0.75, 0);
    expect(accepted(bytes(0, 0.25, 0.7500005, 0), wanted)).toBe(true);
    expect(accepted(bytes(0, 0.25, 0.750002, 0), wanted)).toBe(false);
    expect(accepted(bytes(0, 0.25, Number.NaN, 0), wanted)).toBe(false);
  });

  it("takes no other bytes beside the output, however near", () => {
    const wanted = bytes(0, 0.25, 0.75, 0);
    expect(accepted(bytes(1e-20, 0.25, 0.75, 0), wanted)).toBe(false);
    expect(accepted(bytes(0, 0.25, 0.75, 1e-20), wanted)).toBe(false);
  });
});

const native = hasCompiler();

describe.skipIf(!native)(
  `compiled natively with sanitizers${native ? "" : ` (skipped: no ${compiler})`}`,
  () => {
    it("computes the same bits, inside its buffers, without undefined behaviour", () => {
      const calls = kernelNames.flatMap((kernel) =>
        fc.sample(callsOf(kernel), { numRuns: times(150, 30), seed: 11 }),
      );
      const outputs = runNatively(calls.map(nativeCall));
      let at = 0;
      for (const call of calls) {
        const memory = new ArrayBuffer(1 << 20);
        const named = place(call, memory, 64);
        runReference(call.kernel, named, memory, false);
        for (const name of call.buffers ? inParameterOrder(call) : []) {
          const length = call.buffers[name]!.length;
          const actual = new Uint8Array(outputs.subarray(at, at + length));
          const expected = new Uint8Array(memory.slice(named[name], named[name] + length));
          if (name === "output") expectSame(call, actual, expected, 0);
          else expect(Buffer.compare(actual, expected), `${call.kernel}'s ${name}`).toBe(0);
          at += length;
        }
      }
      expect(at).toBe(outputs.length);
    });

    it("expands sparse constants the same, and stays inside for any bitmap", () => {
      const runs = fc.sample(sparseRuns, { numRuns: times(300, 50), seed: 12 });
      const calls = runs.map(({ type, bitmap, values, units }) => {
        const { kernel, unit } = kindOfUnits[type];
        return { kernel, parameters: [bitmap, values, new Uint8Array(units * unit).fill(0xa5), units] };
      });
      const outputs = runNatively(calls);
      let at = 0;
      for (const run of runs) {
        at += run.bitmap.length + run.values.length;
        const { dense } = scatterReference(run);
        expect(Buffer.compare(outputs.subarray(at, at + dense.length), dense)).toBe(0);
        at += dense.length;
      }
      expect(at).toBe(outputs.length);
    });
  },
);

/** Puts buffers in the native program's order. */
function inParameterOrder({ kernel, buffers }: Call): string[] {
  const named = Object.fromEntries(Object.keys(buffers).map((name, i) => [name, i + 1]));
  const marks = inOrder(kernel, named);
  const names = Object.keys(buffers);
  return marks
    .map((mark) => names[mark - 1])
    .filter((name): name is string => name !== undefined && buffers[name] !== null);
}

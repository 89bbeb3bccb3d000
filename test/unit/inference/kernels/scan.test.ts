/**
 * The scan kernel against plain loops, bit for bit: both builds, random shapes and the extremes; compiled
 * natively, under sanitizers; and the scanner around it, piece by piece.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../model/convert/proof/images.ts";
import { createScanner } from "../../../../src/inference/kernels/scan.ts";
import { compiler, hasCompiler } from "../../../../wasm/build.ts";
import { runNatively } from "../../../fixtures/kernels/native-kernels.ts";
import { scanBlock } from "../../../fixtures/kernels/scan-reference.ts";

interface Block {
  readonly probe: Int16Array;
  readonly codes: Int8Array;
  readonly stride: number;
  readonly count: number;
}

const modules = ["kernels-relaxed.wasm", "kernels.wasm"].map((file) => ({
  file,
  module: new WebAssembly.Module(readFileSync(join(import.meta.dirname, "../../../../wasm", file))),
}));

/** Makes random codes, including those that no quantizer writes. */
function randomBlock(stride: number, count: number, seed: number): Block {
  const random = seededRandom(seed);
  return {
    probe: Int16Array.from({ length: stride }, () => 65_536 * random()),
    codes: Int8Array.from({ length: count * stride }, () => 256 * random()),
    stride,
    count,
  };
}

const shapes = { stride: fc.integer({ min: 1, max: 40 }).map((n) => 16 * n), seed: fc.nat() };
const blocks = fc
  .record({ ...shapes, count: fc.nat(21) })
  .map(({ stride, count, seed }) => randomBlock(stride, count, seed));

/** Every number is at an end of its range; at the largest strides the sums wrap around. */
const extremes: Block[] = [-32_768, -32_767, 32_767].flatMap((probe) =>
  [-128, -127, 127].flatMap((code) =>
    [16, 352, 4096].map((stride) => ({
      probe: new Int16Array(stride).fill(probe),
      codes: new Int8Array(7 * stride).fill(code),
      stride,
      count: 7,
    })),
  ),
);

const asBytes = ({ buffer, byteOffset, byteLength }: Int8Array | Int16Array | Int32Array) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

function dotsOf({ probe, codes, stride, count }: Block, scan = scanBlock): Int32Array {
  const dots = new Int32Array(count);
  scan(probe, codes, stride, count, dots);
  return dots;
}

describe.each(modules)("the kernel of $file", ({ module }) => {
  const { exports } = new WebAssembly.Instance(module);
  const memory = exports.memory as WebAssembly.Memory;
  memory.grow(8);
  const start = Math.ceil((exports.heapBase as () => number)() / 64) * 64;
  const kernel = exports.scan as (...parameters: number[]) => void;

  /** Checks that all memory beyond the kernels' own is as the plain loops leave it: buffers and gaps. */
  function expectSameMemory(block: Block): void {
    const { probe, codes, stride, count } = block;
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0xa5, start);
    const probeAt = start + 64;
    const codesAt = probeAt + probe.byteLength + 64;
    const dotsAt = codesAt + codes.length + 64;
    bytes.set(asBytes(probe), probeAt);
    bytes.set(asBytes(codes), codesAt);
    const expected = bytes.slice(start);
    expected.set(asBytes(dotsOf(block)), dotsAt - start);
    kernel(probeAt, codesAt, dotsAt, stride, count);
    if (Buffer.compare(bytes.subarray(start), expected) !== 0) expect.fail("other bytes than the reference");
  }

  it("leaves the memory that plain loops leave, whatever the shape and the numbers", () => {
    fc.assert(fc.property(blocks, expectSameMemory), { numRuns: 300 });
  });

  it("holds the extremes of its operands, and wraps around where plain loops do", () => {
    for (const block of extremes) expectSameMemory(block);
  });
});

const native = hasCompiler();

describe.skipIf(!native)(
  `compiled natively with sanitizers${native ? "" : ` (skipped: no ${compiler})`}`,
  () => {
    it("the kernel computes the same bits, inside its buffers, without undefined behaviour", () => {
      const all = [...fc.sample(blocks, { numRuns: 150, seed: 11 }), ...extremes];
      const output = runNatively(
        all.map(({ probe, codes, stride, count }) => ({
          kernel: "scan" as const,
          parameters: [asBytes(probe), asBytes(codes), new Uint8Array(4 * count), stride, count],
        })),
      );
      const expected = all.flatMap((block) => [block.probe, block.codes, dotsOf(block)].map(asBytes));
      expect(Buffer.compare(output, Buffer.concat(expected))).toBe(0);
    });
  },
);

describe.each(modules)("a scanner on $file", ({ module }) => {
  const scanner = createScanner(module);
  const { exports } = new WebAssembly.Instance(module);
  const room = scanner.memoryBytes() - Math.ceil((exports.heapBase as () => number)() / 64) * 64;
  /** Largest stride of which four templates fit beside a probe. */
  const largestStride = 16 * Math.floor((room - 16) / (6 * 16));

  it("gives the sums of plain loops at every number of templates around the ends of its pieces", () => {
    for (const stride of [16, 352, 4096]) {
      // Number of templates in a piece: the probe, then codes and a sum for each.
      const piece = 4 * Math.floor((room - 2 * stride) / (4 * (stride + 4)));
      for (const count of [0, 1, 3, 4, piece - 1, piece, piece + 1, 2 * piece + 5]) {
        const block = randomBlock(stride, count, count + 1);
        const [actual, expected] = [scanner.scan, scanBlock].map((scan) => asBytes(dotsOf(block, scan)));
        expect(Buffer.compare(actual, expected)).toBe(0);
      }
    }
  });

  it("scans blocks of changing shapes one after another, and none sees another's numbers", () => {
    fc.assert(
      fc.property(fc.array(blocks, { minLength: 2, maxLength: 6 }), (several) => {
        for (const block of several) expect(dotsOf(block, scanner.scan)).toEqual(dotsOf(block));
      }),
    );
  });

  it("reads a view into a larger buffer, and leaves the sums beyond the last template as they were", () => {
    const { probe, codes, stride } = randomBlock(32, 9, 5);
    const dots = new Int32Array(12).fill(-7);
    scanner.scan(probe, codes.subarray(2 * stride), stride, 7, dots);
    const wanted = dotsOf({ probe, codes: codes.slice(2 * stride), stride, count: 7 });
    expect([...dots]).toEqual([...wanted, -7, -7, -7, -7, -7]);
  });

  it("has one size of memory, whatever it has scanned", () => {
    expect(scanner.memoryBytes()).toBe(327_680);
    for (const count of [0, 5, 9000]) dotsOf(randomBlock(192, count, 1), scanner.scan);
    for (let i = 0; i < 1000; i++) dotsOf(randomBlock(16, i % 50, i), scanner.scan);
    expect(scanner.memoryBytes()).toBe(327_680);
  });

  const { probe, codes } = randomBlock(32, 4, 9);
  const dots = new Int32Array(4);
  const tooLong = new Int16Array(largestStride + 16);
  it.each([
    [
      "codes that end before the last template does",
      () => scanner.scan(probe, codes.subarray(1), 32, 4, dots),
    ],
    ["room for fewer sums than templates", () => scanner.scan(probe, codes, 32, 4, dots.subarray(1))],
    ["a probe shorter than the stride", () => scanner.scan(probe.subarray(1), codes, 32, 4, dots)],
    ["a probe longer than the stride", () => scanner.scan(probe, codes, 16, 4, dots)],
    ["a stride that is not whole vectors", () => scanner.scan(probe.subarray(0, 24), codes, 24, 4, dots)],
    ["a stride of nothing", () => scanner.scan(probe.subarray(0, 0), codes, 0, 4, dots)],
    ["a stride of which four do not fit", () => scanner.scan(tooLong, codes, tooLong.length, 0, dots)],
    ["no number of templates", () => scanner.scan(probe, codes, 32, Number.NaN, dots)],
  ])("throws for %s, rather than scan what is not there", (_, call) => {
    expect(call).toThrow(RangeError);
  });

  it("scans the largest stride of which four fit", () => {
    const block = randomBlock(largestStride, 5, 3);
    expect(dotsOf(block, scanner.scan)).toEqual(dotsOf(block));
  });
});

describe("the comparison itself", () => {
  it("sees one changed bit of a code or of the probe", () => {
    const block = randomBlock(48, 5, 2);
    const before = dotsOf(block);
    for (const array of [block.codes, block.probe]) {
      array[array.length - 1] ^= 1;
      expect(dotsOf(block)).not.toEqual(before);
      array[array.length - 1] ^= 1;
    }
    expect(dotsOf(block)).toEqual(before);
  });
});

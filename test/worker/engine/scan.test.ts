/** The scan of a gallery inside workerd. */
import { expect, test } from "vitest";
import { createScanner } from "../../../src/inference/kernels/scan.ts";
import plain from "../../../wasm/kernels.wasm";
import relaxed from "../../../wasm/kernels-relaxed.wasm";
import { scanBlock } from "../../fixtures/kernels/scan-reference.ts";

const stride = 352;
const count = 5107;
const probe = Int16Array.from({ length: stride }, (_, i) => ((i * 7919) % 65_535) - 32_767);
const codes = Int8Array.from({ length: count * stride }, (_, i) => ((i * 104_729) % 255) - 127);
const expected = new Int32Array(count);
scanBlock(probe, codes, stride, count, expected);

test.each([
  ["relaxed", relaxed],
  ["plain", plain],
])("a full block has the sums of plain loops on the %s build", (_, module) => {
  const dots = new Int32Array(count);
  createScanner(module).scan(probe, codes, stride, count, dots);
  expect(dots).toEqual(expected);
});

test("a thousand scans give the same bits in the same memory", () => {
  const scanner = createScanner(relaxed);
  const before = scanner.memoryBytes();
  const dots = new Int32Array(count);
  for (let i = 0; i < 1000; i++) {
    const templates = i % 2 === 0 ? count : i;
    dots.fill(0);
    scanner.scan(probe, codes, stride, templates, dots);
    expect(dots[templates - 1]).toBe(expected[templates - 1]);
  }
  scanner.scan(probe, codes, stride, count, dots);
  expect(dots).toEqual(expected);
  expect(scanner.memoryBytes()).toBe(before);
});

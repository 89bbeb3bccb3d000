/** Mutated zlib streams of PNGs through the reader, compiled natively with sanitizers. */
import { describe, expect, it } from "vitest";
import { compiler, hasCompiler } from "../../../../wasm/build.ts";
import { times } from "../../../fixtures/exhaustive.ts";
import { fuzzPngNatively } from "../../../fuzz/png.ts";

const native = hasCompiler();
describe.skipIf(!native)(`natively, with sanitizers${native ? "" : ` (skipped: no ${compiler})`}`, () => {
  const count = times(1_000_000, 20_000);
  it(`${count} mutants end well`, { timeout: 900_000 }, () => {
    expect(fuzzPngNatively(count, 7_000_000)).toMatch(/ok [1-9]\d+, rows missing [1-9]\d+, damaged [1-9]/);
  });
});

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { codecs } from "../../../wasm/build.ts";
import { importMemory, memoryImport } from "../../../wasm/import-memory.ts";

const require = createRequire(import.meta.url);
const committed = (name: string) => readFileSync(new URL(`../../../wasm/codecs/${name}`, import.meta.url));

/** (module (import "a" "f" (func)) (memory 1 3) (export "m" (memory 0)) (data (i32.const 1) "x")) */
const small = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[2, 7, 1, 1, 0x61, 1, 0x66, 0, 0],
  ...[5, 4, 1, 1, 1, 3],
  ...[7, 5, 1, 1, 0x6d, 2, 0],
  ...[11, 7, 1, 0, 0x41, 1, 0x0b, 1, 0x78],
]);

describe("importMemory", () => {
  it("has the module work in the memory it is given", () => {
    const module = new WebAssembly.Module(importMemory(small));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
    const { exports } = new WebAssembly.Instance(module, { a: { f: () => undefined, memory } });
    expect(exports.m).toBe(memory);
    expect([...new Uint8Array(memory.buffer, 0, 3)]).toEqual([0, 0x78, 0]);
  });

  it("keeps the limits: a smaller memory is refused", () => {
    const module = new WebAssembly.Module(importMemory(small));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    expect(() => new WebAssembly.Instance(module, { a: { f: () => undefined, memory } })).toThrow(/maximum/);
  });

  it("refuses a module that has no memory of its own", () => {
    expect(() => importMemory(importMemory(small))).toThrow("no memory");
  });

  it.each(Object.entries(codecs))("made %s as it is committed", (name, source) => {
    const original = readFileSync(require.resolve(source));
    expect(committed(name).equals(importMemory(original))).toBe(true);
    const added = WebAssembly.Module.imports(new WebAssembly.Module(committed(name))).filter(
      ({ kind }) => kind === "memory",
    );
    expect(added).toEqual([{ ...memoryImport, kind: "memory" }]);
  });
});

/** A kernel's signature is written once: every other place is generated from the table, or compared with it. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { helpers, kernels } from "../../../../src/inference/kernels/kernels.ts";
import type { Kernel } from "../../../../src/inference/kernels/parameters.ts";
import { kernelSources } from "../../../../wasm/build.ts";
import { headers } from "../../../../wasm/signatures.ts";

const wasm = join(import.meta.dirname, "../../../../wasm");
const all: [string, Kernel][] = Object.entries({ ...kernels, ...helpers });

describe("what is written from the table of kernels", () => {
  it.each(Object.entries(headers()))("%s is as `npm run wasm:build` writes it", (name, text) => {
    expect(readFileSync(join(wasm, name), "utf8")).toBe(text);
  });

  it("has no prototype elsewhere", () => {
    const sources = globSync("**/*.{c,h}", { cwd: wasm }).filter((path) => path !== "include/signatures.h");
    const prototypes = all.filter(([name]) =>
      sources.some((path) =>
        new RegExp(`^(?:void|s32) ${name}\\([^{]*;`, "m").test(readFileSync(join(wasm, path), "utf8")),
      ),
    );
    expect(sources.length).toBeGreaterThan(12);
    expect(prototypes).toEqual([]);
  });
});

describe.each(["kernels-relaxed.wasm", "kernels.wasm"])("%s", (file) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(wasm, file))));

  it.each(all)("exports %s with as many parameters as the table has", (name, { parameters, forms }) => {
    const [first, ...others] = forms ?? [name];
    const there = [first, ...others.filter((form) => form in exports)];
    expect(there).toHaveLength(file === "kernels.wasm" ? 1 : 1 + others.length);
    for (const form of there) expect(exports[form]).toHaveLength(parameters.length);
  });

  it("exports nothing that is in no table, but what an instance says of itself", () => {
    const known = all.flatMap(([name, { forms }]) => forms ?? [name]);
    const others = Object.keys(exports).filter((name) => !known.includes(name));
    expect(others.filter((name) => name !== "products").sort()).toEqual([
      "heapBase",
      "memory",
      "useUnsigned",
    ]);
  });
});

describe("the table of kernels", () => {
  it.each(all)("names every parameter of %s once, pointers before sizes", (_, { parameters }) => {
    const names = parameters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const kinds = parameters.map(({ kind }) => kind);
    expect(kinds).toEqual(kinds.toSorted());
  });
});

describe("the sources of the kernels", () => {
  it("are all linked, each once", () => {
    const there = globSync("kernels/**/*.c", { cwd: wasm }).map((path) => join(wasm, path));
    expect(kernelSources.toSorted()).toEqual(there.sort());
  });
});

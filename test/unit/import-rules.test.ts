/** The directions of import in `src/` hold, and a breach of each kind is noticed. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forbiddenImports, importCycles, mayImport } from "../import-rules/rules.ts";

const root = join(import.meta.dirname, "../..");
const sources = new Map(
  globSync("src/**/*.ts", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => [path, readFileSync(join(root, path), "utf8")]),
);

describe("src/", () => {
  it("imports what its rooms may import, and nothing else", () => {
    expect(sources.size).toBeGreaterThan(100);
    expect(forbiddenImports(sources)).toEqual([]);
  });

  it("has no circle of imports, of types neither", () => {
    expect(importCycles(sources)).toEqual([]);
  });

  it("has a folder or a file for every rule", () => {
    const isThere = (room: string) =>
      [...sources.keys()].some((path) => path === `src/${room}` || path.startsWith(`src/${room}/`));
    expect(Object.keys(mayImport).filter((room) => !isThere(room))).toEqual([]);
  });
});

describe("a breach of the rules", () => {
  it.each([
    ['import { fail } from "../trust/scopes.ts";', "trust"],
    ['import type { Scope } from "../trust/scopes.ts";', "trust"],
    ['export { fail } from "../trust/scopes.ts";', "trust"],
    ['export type { Scope } from "../trust/scopes.ts";', "trust"],
    ['export * from "../http/answer.ts";', "http"],
    ['const late = () => import("../http/answer.ts");', "http"],
    ['type Deps = import("../http/answer.ts").Deps;', "http"],
    ['import { Hono } from "hono";', "hono"],
    ['import { cors } from "hono/cors";', "hono"],
    ['import leak from "@scope/package/file";', "@scope/package"],
    ['import kernels from "../../wasm/kernels.wasm";', "wasm"],
  ])("in identity/ is noticed: %s", (text, target) => {
    const path = "src/identity/breach.ts";
    expect(forbiddenImports(new Map([[path, text]]))).toEqual([`${path}: identity may not import ${target}`]);
  });

  it("by a file in a room without a rule is noticed", () => {
    expect(forbiddenImports(new Map([["src/utils/a.ts", ""]]))).toEqual([
      "src/utils/a.ts: no rule for utils",
    ]);
  });

  it.each(["import type", "import"])("by a circle of files is noticed: %s", (word) => {
    const circle = new Map([
      ["src/face/a.ts", `${word} { B } from "./b.ts";`],
      ["src/face/b.ts", `${word} { C } from "./c.ts";`],
      ["src/face/c.ts", `${word} { A } from "./a.ts";`],
    ]);
    expect(importCycles(circle)).toEqual([
      "src/face/a.ts -> src/face/b.ts -> src/face/c.ts -> src/face/a.ts",
    ]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { type Equivalent, equivalentTo } from "../../mutate/equivalent.ts";
import { apply, mutantsOf } from "../../mutate/mutants.ts";
import { summary, type Tried } from "../../mutate/report.ts";
import { sample } from "../../mutate/sample.ts";

const changed = (source: string) => mutantsOf("a.ts", source).map(({ after }) => after);

describe("the mutants of a source", () => {
  it.each([
    ["a < b;", ["a <= b;"]],
    ["a >= b;", ["a > b;"]],
    ["a === b;", ["a !== b;"]],
    ["a + b;", ["a - b;"]],
    ["a >>> b;", ["a << b;"]],
    ["(a) /* < */ * b;", ["(a) /* < */ / b;"]],
    ["a && b;", ["a || b;"]],
    ["(a ?? b) || c;", ["(a) || c;", "(a ?? b) && c;"]],
    ["(f(x)) ?? b;", ["(f(x));"]],
    ["a += b;", ["a -= b;"]],
    ["a ??= b;", ["a = b;"]],
    ["n++;", ["n--;"]],
    ["--n;", ["++n;"]],
    ["-a;", ["a;"]],
    ["!a;", ["a;"]],
    ["typeof a;", []],
  ])("operators: %s", (source, mutants) => {
    expect(changed(source)).toEqual(mutants);
  });

  it.each([
    ["f(7);", ["f(6);", "f(8);"]],
    ["f(0);", ["f(1);"]],
    ["f(0xff);", ["f(254);", "f(256);"]],
    ["f(0.5);", ["f(0.25);", "f(1);"]],
    ["f(10n);", ["f(11n);"]],
    ["f(true);", ["f(false);"]],
    ["f(null, undefined, /1/);", []],
    ["1..toFixed();", ["(0).toFixed();", "(2).toFixed();"]],
  ])("constants: %s", (source, mutants) => {
    expect(changed(source).toSorted()).toEqual(mutants.toSorted());
  });

  it.each([
    ["Math.min(a, b);", ["Math.max(a, b);"]],
    ["Math.floor(a);", ["Math.ceil(a);"]],
    ["list.some(f);", ["list.every(f);"]],
    ["other.min(a);", []],
    ["Math.sqrt(a);", []],
  ])("functions: %s", (source, mutants) => {
    expect(changed(source)).toEqual(mutants);
  });

  it.each([
    ["if (a) b();", ["if (false) b();", "if (true) b();"]],
    ["a ? b : c;", ["false ? b : c;", "true ? b : c;"]],
    // An endless loop would prove nothing.
    ["while (a) b();", ["while (false) b();"]],
    ["for (; a; i++) b();", ["for (; false; i++) b();"]],
  ])("conditions: %s", (source, mutants) => {
    expect(changed(source)).toEqual(mutants);
  });

  it.each([
    ["function f() { return g(); }", ["function f() { return undefined; }"]],
    ["function f() { return; }", []],
    ["function f() { return undefined; }", []],
    ["function f() { return true; }", ["function f() { return false; }"]],
    ["const f = () => ({ a });", ["const f = () => (undefined);"]],
    ["async function f() { await g(); }", ["async function f() { g(); }"]],
  ])("returns and awaits: %s", (source, mutants) => {
    expect(changed(source)).toEqual(mutants);
  });

  it.each([
    'import a from "a < b";',
    'export * from "1";',
    'import json from "./x.json" with { type: "json" };',
    "// a < b",
    "/* 1 + 1 */",
    'f("a + b", `c < d`);',
    "type A = 1 | 2;",
    "interface A { readonly b: 3 }",
    "let a: 1 | -1;",
    "function f<T extends 1>(a: T): asserts a is 2 {}",
    "declare const a: 4;",
  ])("leave types, texts, comments and imports alone: %s", (source) => {
    expect(changed(source)).toEqual([]);
  });

  it("are found behind types and inside of texts", () => {
    expect(changed("f(a < b as boolean);")).toEqual(["f(a <= b as boolean);"]);
    expect(changed(`f(\`\${a < b}\`);`)).toEqual([`f(\`\${a <= b}\`);`]);
    expect(changed("const f = <T>(a: T): a is T => !a;")).toContain("const f = <T>(a: T): a is T => a;");
  });

  it("do not subtract from texts", () => {
    expect(changed('a + "b"; `c` + d;')).toEqual([]);
  });

  it("say which line they change, and how it reads then, over several lines in one", () => {
    const source = "f();\n\n  if (\n    a &&\n    b\n  )\n    c();\n";
    expect(mutantsOf("a.ts", source)).toMatchObject([
      { file: "a.ts", line: 4, before: "a && b", after: "false" },
      { file: "a.ts", line: 4, before: "a && b", after: "true" },
      { file: "a.ts", line: 4, before: "a &&", after: "a ||" },
    ]);
  });

  it("parse, and differ from what they change, in every file of src/face", () => {
    const folder = join(import.meta.dirname, "../../../src/face");
    let count = 0;
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    )) {
      const source = readFileSync(join(folder, file), "utf8");
      for (const mutant of mutantsOf(file, source)) {
        const mutated = apply(source, mutant);
        expect(mutated).not.toBe(source);
        expect(() => parseAst(mutated, { lang: "ts" }), mutant.after).not.toThrow();
        count++;
      }
    }
    expect(count).toBeGreaterThan(500);
  });
});

describe("a sample of mutants", () => {
  const source = Array.from({ length: 30 }, (_, i) => `f(${i} < x, x + 1);`).join("\n");
  const all = mutantsOf("a.ts", source);
  const placesOf = (seed: number, count: number) =>
    sample(all, seed, count).map(({ start, after }) => `${start} ${after}`);

  it("is the same for the same seed, and another for another", () => {
    expect(placesOf(7, 10)).toEqual(placesOf(7, 10));
    expect(placesOf(8, 10)).not.toEqual(placesOf(7, 10));
  });

  it("has one mutant of a line, and as many lines as were asked for or as there are", () => {
    const lines = sample(all, 1, 20).map(({ line }) => line);
    expect(new Set(lines).size).toBe(20);
    expect(sample(all, 1, 99)).toHaveLength(30);
  });
});

describe("an equivalent mutant", () => {
  const known: Equivalent[] = [{ file: "a.ts", before: "f(a < b);", after: "f(a <= b);", reason: "r" }];
  const [mutant] = mutantsOf("a.ts", "\n\n  f(a < b);\n");

  it("is known by its file and by what stands on its lines, wherever they are", () => {
    expect(equivalentTo(mutant, known)).toBe(known[0]);
    expect(equivalentTo({ ...mutant, file: "b.ts" }, known)).toBeUndefined();
    expect(equivalentTo({ ...mutant, after: "f(a > b);" }, known)).toBeUndefined();
    expect(equivalentTo({ ...mutant, before: "f(a < c);" }, known)).toBeUndefined();
  });
});

describe("the summary of a run", () => {
  const of = (verdict: object) =>
    ({ file: "a.ts", line: 3, before: "a", after: "b", seconds: 1, ...verdict }) as Tried;
  const killed = of({ verdict: "killed", by: "t", failure: "f" });
  const survived = of({ verdict: "survived", run: 2, tests: 5 });
  const equivalent = of({ verdict: "equivalent", reason: "r" });
  const report = { seed: 7, count: 4, paths: ["src"], broken: [] as string[] };

  it("is the share killed of those that change something, after the survivors", () => {
    const text = summary({ ...report, tried: [killed, survived, equivalent, killed] });
    expect(text).toContain("a.ts:3 survived 2 of 5 test files\n  - a\n  + b");
    expect(text).toMatch(/seed 7: 2 of 3 killed \(66\.7 %\), 1 equivalent$/);
  });

  it("names what fails without a mutant, and has no share of nothing", () => {
    const text = summary({ ...report, broken: ["unit x"], tried: [equivalent] });
    expect(text).toContain("fails without a mutant: unit x");
    expect(text).toContain("0 of 0 killed (none)");
  });
});

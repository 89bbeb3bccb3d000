/** Verdicts on mutants, with tests that are functions of the file's text. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createJudge } from "../../mutate/judge.ts";
import { mutantsOf } from "../../mutate/mutants.ts";
import type { Runs } from "../../mutate/runs.ts";
import { relatedTests, specifiersOf } from "../../related/imports.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "sameface-mutants-")));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

type Test = (text: string, run: number) => boolean;

/** Returns the verdict on the only mutant of `a < b`, and the tests that ran, in order. */
async function judged(tests: Readonly<Record<string, Test>>, { maxSeconds = 10, seconds = 0 } = {}) {
  const source = write("src/mutated.ts", "f(a < b);\n");
  const [mutant] = mutantsOf("src/mutated.ts", readFileSync(source, "utf8"));
  const ran: string[] = [];
  const runs: Runs = {
    testsOf: async () =>
      Object.keys(tests).map((name) => ({
        project: name.startsWith("w") ? "worker" : "unit",
        path: join(folder, name),
        distance: Number.parseInt(name.slice(1), 10),
      })),
    run: async ({ path }) => {
      const name = path.slice(folder.length + 1);
      ran.push(name);
      const passes = tests[name](readFileSync(source, "utf8"), ran.filter((each) => each === name).length);
      return { failure: passes ? undefined : `${name} failed`, seconds };
    },
    stop: () => {},
  };
  const judge = createJudge(runs, folder, maxSeconds);
  const verdict = await judge.judge(mutant);
  expect(readFileSync(source, "utf8")).toBe("f(a < b);\n");
  return { verdict, ran, broken: [...judge.broken], again: () => judge.judge(mutant) };
}

const blind: Test = () => true;
const sharp: Test = (text) => !text.includes("<=");

describe("a mutant", () => {
  it("is killed by the first test that fails on it alone", async () => {
    const { verdict, ran } = await judged({ u1: blind, u2: sharp, u3: sharp });
    expect(verdict).toMatchObject({ verdict: "killed", by: "unit u2", failure: "u2 failed" });
    // The test runs with the mutant, without it, and with it again.
    expect(ran).toEqual(["u1", "u2", "u2", "u2"]);
  });

  it("survives where no test fails, with how many ran", async () => {
    const { verdict } = await judged({ u1: blind, u2: blind });
    expect(verdict).toMatchObject({ verdict: "survived", run: 2, tests: 2 });
  });

  it("is not killed by a test that fails all the time, and that is said", async () => {
    const { verdict, broken } = await judged({ u1: () => false });
    expect(verdict.verdict).toBe("survived");
    expect(broken).toEqual(["unit u1"]);
  });

  it("is not killed by a test that fails once", async () => {
    const { verdict, broken } = await judged({ u1: (_, run) => run !== 1 });
    expect(verdict.verdict).toBe("survived");
    expect(broken).toEqual([]);
  });

  it("meets the nearest tests first, and those of workerd where they are three imports nearer", async () => {
    const { ran } = await judged({ u3: blind, w0: blind, u9: blind, u1: blind });
    expect(ran).toEqual(["u1", "w0", "u3", "u9"]);
  });

  it("meets a test that is named after its file before nearer ones", async () => {
    const { ran } = await judged({ u1: blind, "u3-mutated": blind });
    expect(ran).toEqual(["u3-mutated", "u1"]);
  });

  it("meets the test that killed another of its file first", async () => {
    const { ran, again } = await judged({ u1: blind, u2: sharp });
    ran.length = 0;
    await again();
    expect(ran[0]).toBe("u2");
  });

  it("begins no test that would take it past its time", async () => {
    const slow = { u1: blind, u2: blind, u3: blind };
    const { verdict, again } = await judged(slow, { seconds: 7, maxSeconds: 6 });
    expect(verdict).toMatchObject({ verdict: "survived", run: 3 });
    expect(await again()).toMatchObject({ verdict: "survived", run: 0, tests: 3 });
  });
});

describe("the tests that reach a file", () => {
  const a = write("src/a.ts", 'import { b } from "./b.ts";\nexport const a = b;\n');
  const b = write("src/b.ts", 'import type { T } from "./types.ts";\nexport { c } from "./c.json";\n');
  const types = write("src/types.ts", "export type T = 1;\n");
  const json = write("src/c.json", "{}");
  const index = write("src/index.ts", 'import "./a.ts";\n');
  const tests = [
    { project: "unit", path: write("test/unit/a.test.ts", 'import "../../src/a.ts";') },
    { project: "unit", path: write("test/unit/b.test.ts", 'import "../../src/b.ts";') },
    { project: "unit", path: write("test/unit/c.test.ts", 'await import("../../src/c.json");') },
    { project: "unit", path: write("test/unit/none.test.ts", 'import "node:fs"; import "cloudflare:test";') },
    {
      project: "worker",
      path: write("test/worker/all.test.ts", 'import { env } from "cloudflare:workers";'),
    },
  ];
  const reaching = (...files: string[]) =>
    relatedTests(files, tests, folder).map(({ path, distance }) => [path.split("/").at(-1), distance]);

  it("are those that import it, directly or not, the nearest first and workerd's last", () => {
    expect(reaching(a)).toEqual([
      ["a.test.ts", 1],
      ["all.test.ts", 2],
    ]);
    expect(reaching(b)).toEqual([
      ["b.test.ts", 1],
      ["a.test.ts", 2],
      ["all.test.ts", 3],
    ]);
  });

  it("in workerd reach all that the Worker does, where they ask it", () => {
    expect(reaching(index)).toEqual([["all.test.ts", 1]]);
  });

  it("reach data too, and not what only types are imported of", () => {
    expect(reaching(json).map(([name]) => name)).toEqual([
      "c.test.ts",
      "b.test.ts",
      "a.test.ts",
      "all.test.ts",
    ]);
    expect(reaching(types)).toEqual([]);
  });

  it("are a test itself, and of several files those that reach any", () => {
    expect(reaching(tests[1].path)).toEqual([["b.test.ts", 0]]);
    expect(reaching(index, tests[0].path)).toEqual([
      ["a.test.ts", 0],
      ["all.test.ts", 1],
    ]);
  });
});

it("the modules that a source names are those of imports and re-exports, but not of types", () => {
  const source = `
    import a, { type B } from "./a.ts";
    import type { C } from "./c.ts";
    export type { D } from "./d.ts";
    export { e } from "./e.ts";
    export * from "./f.ts";
    import "./g.ts";
    const h = import("./h.ts");
    const text = 'import "./i.ts"';
    // import "./j.ts"
  `;
  expect(specifiersOf(source, "x.ts")).toEqual(["./a.ts", "./e.ts", "./f.ts", "./g.ts", "./h.ts"]);
});

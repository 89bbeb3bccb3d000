/**
 * Everything in the checkout that the documentation refers to exists: files, tests by their names, scripts,
 * variables.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, test } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import {
  blocksOf,
  housePages,
  modelPages,
  pages,
  read,
  repository,
  spansOf,
} from "../../fixtures/documentation.ts";

const allPages = [...new Set([...pages, ...modelPages, ...housePages])];
const thisFile = "test/unit/docs/references.test.ts";
const found = globSync("{src,client,cli,model,openapi,public,tools,wasm,test}/**/*.{ts,js,html,c,h}", {
  cwd: repository,
});
// The bench has packages of its own.
const sources = found.filter((path) => path !== thisFile && !path.includes("node_modules"));
const configuration = ["wrangler.toml", "vitest.config.ts", ".dev.vars.example"];
const isThere = (path: string) => existsSync(join(repository, path));

/** Returns targets of links that are no files, relative to the page. */
function deadLinksOf(page: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\(((?!https?:|#)[^)#]+)/g)].map(([, target]) => target);
  return targets.filter((target) => !isThere(join(dirname(page), target)));
}

/** Returns pages of docs/ and design/ that are named and do not exist. */
function deadPagesOf(text: string): string[] {
  const named = text.match(/\b(?:docs|design)\/[\w-]+\.md\b/g) ?? [];
  return named.filter((path) => !isThere(path));
}

/** Paths inside the packages that models come from. */
const elsewhere = ["model/fr_feature.onnx", "model/fr_liveness.onnx"];
const folders = /^(?:src|client|cli|model|openapi|public|tools|wasm|test|docs|design)\/[\w./-]+$/;

/** Returns the path of a test that is named without its folder: it is one of those in workerd. */
function pathOfTest(name: string): string {
  const [found] = globSync(`test/worker/*/${name}`, { cwd: repository });
  return found ?? `test/worker/${name}`;
}

/** Returns paths in backticks, and in commands, that do not exist; tests may be named without their folder. */
function deadPathsOf(text: string): string[] {
  const spans = spansOf(text);
  const commands = blocksOf(text).filter(({ language, notRun }) => language === "sh" && notRun === undefined);
  const words = [...spans, ...commands.map(({ code }) => code)].flatMap((span) => span.split(/[\s'"=@]+/));
  const paths = words.filter((word) => folders.test(word) && !elsewhere.includes(word));
  const tests = spans.filter((span) => /^[\w-]+\.test\.ts$/.test(span)).map(pathOfTest);
  return [...paths, ...tests].filter((path) => !isThere(path) && !isThere(join("model", path)));
}

/** Returns names of tests, as in `sessions.test.ts` "a forged token", that no test of that file has. */
function deadTestsOf(text: string): string[] {
  const named = [...text.matchAll(/`([\w/.-]+\.test\.ts)`((?: ?,? "[^"]+")*)/g)];
  return named.flatMap(([, file, names]) => {
    const path = file.includes("/") ? file : pathOfTest(file);
    const source = readFileSync(join(repository, path), "utf8");
    return [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => name).filter((name) => !source.includes(name));
  });
}

/** Returns names of `npm run` that package.json does not have. */
function deadScriptsOf(text: string): string[] {
  const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  return named.filter((name) => !Object.hasOwn(packageJson.scripts, name));
}

const code = [...sources, ...configuration]
  .map((path) => readFileSync(join(repository, path), "utf8"))
  .join("\n");
const variables = new Set(code.match(/\bSAMEFACE_[A-Z_]+\b/g));

function deadVariablesOf(text: string): string[] {
  return (text.match(/\bSAMEFACE_[A-Z_]+\b/g) ?? []).filter((name) => !variables.has(name));
}

describe.each(allPages)("%s refers to", (page) => {
  const text = read(page);

  it("pages that there are", () => {
    expect([...deadLinksOf(page, text), ...deadPagesOf(text)]).toEqual([]);
  });

  it("files and tests that there are", () => {
    expect([...deadPathsOf(text), ...deadTestsOf(text)]).toEqual([]);
  });

  it("scripts and variables that there are", () => {
    expect([...deadScriptsOf(text), ...deadVariablesOf(text)]).toEqual([]);
  });
});

describe("sources and configuration refer to", () => {
  it("pages that there are", () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(deadPagesOf(code)).toEqual([]);
  });
});

/** Commands whose options a tool's own help names. */
const tools: readonly (readonly [command: RegExp, script: string])[] = [
  [/npm run train -- ([^`\n]*)/g, "model/train/main.ts"],
  [/npm run evaluate -- ([^`\n]*)/g, "model/evaluate/main.ts"],
  [/npx sameface ([^`\n]*)/g, "cli/main.ts"],
];

describe.each(tools)("%s", (command, script) => {
  const ask = (...words: string[]) =>
    execFileSync(process.execPath, [join(repository, script), ...words, "--help"], { encoding: "utf8" });
  // The command line has several pages of help.
  const pagesOfHelp = script === "cli/main.ts" ? ["keys", "deploy", "serve"] : [];
  const help = [ask(), ...pagesOfHelp.map((page) => ask(page))].join("\n");

  it("is given options that its help names", () => {
    const named = allPages.flatMap((page) =>
      [
        ...read(page)
          .replaceAll(/\\\n\s*/g, " ")
          .matchAll(command),
      ].flatMap(([, rest]) => rest.match(/--[\w-]+/g) ?? []),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((option) => !help.includes(option) && option !== "--help")).toEqual([]);
  });
});

describe("these checks find", () => {
  test.each([
    ["a link to no file", () => deadLinksOf("docs/a.md", "[here](no-page.md), [there](limits.md#photos)")],
    ["a page that is not there", () => deadPagesOf("See docs/no-page.md.")],
    ["a path that is not there", () => deadPathsOf("`src/no/file.ts`, `src/app.ts`")],
    [
      "a test that is not there",
      () => deadTestsOf('`sessions.test.ts` "no such sentence", "a forged token"'),
    ],
    ["a script that is not there", () => deadScriptsOf("npm run nothing; npm run check")],
    ["a variable that is not there", () => deadVariablesOf("SAMEFACE_NO_SUCH, SAMEFACE_KEK")],
  ])("%s", (_, dead) => {
    expect(dead()).toHaveLength(1);
  });
});

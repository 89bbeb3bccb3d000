/**
 * Finds the tests that reach a file, by the imports of the sources. `vitest related` does not see the Worker that a
 * test reaches through `cloudflare:workers`, and does not leave `.wasm` to workerd. Files that a test reads as data
 * are not seen.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseAst } from "vitest/node";
import { childrenOf, type Node } from "./syntax.ts";

/** A test file in one project of `vitest.config.ts`. */
export interface TestFile {
  readonly project: string;
  readonly path: string;
}

export interface RelatedTest extends TestFile {
  /** Number of imports between the test and the nearest of the files; 0 for a file that is itself a test. */
  readonly distance: number;
}

/** Modules that the projects of workerd's tests run as the Worker, as in `wrangler.toml`. */
const workers: Readonly<Record<string, string>> = {
  worker: "src/index.ts",
  "worker-onnxruntime": "src/index-onnxruntime.ts",
};

/**
 * Returns the tests that reach one of `files`, Node's before workerd's and the nearest first. All paths are absolute.
 */
export function relatedTests(
  files: readonly string[],
  tests: readonly TestFile[],
  root: string,
): RelatedTest[] {
  const wanted = new Set(files);
  return tests
    .map((test) => ({ ...test, distance: distanceTo(wanted, test, root) }))
    .filter(({ distance }) => Number.isFinite(distance))
    .sort((a, b) => cost(a) - cost(b) || (a.path < b.path ? -1 : 1));
}

/** Starting workerd takes seconds, a process of Node a quarter of one. */
function cost({ project, distance }: RelatedTest): number {
  return distance + (project in workers ? 1000 : 0);
}

function distanceTo(wanted: ReadonlySet<string>, { path, project }: TestFile, root: string): number {
  const seen = new Set([path]);
  let ring = [path];
  for (let distance = 0; ring.length > 0; distance++) {
    if (ring.some((file) => wanted.has(file))) return distance;
    const next = new Set(ring.flatMap((file) => importsOf(file, root, workers[project])));
    ring = [...next].filter((file) => !seen.has(file));
    for (const file of ring) seen.add(file);
  }
  return Number.POSITIVE_INFINITY;
}

const known = new Map<string, readonly string[]>();

/**
 * Returns the modules of this repository that a module imports, by absolute path, without types, which are not
 * imported at run time.
 */
function importsOf(file: string, root: string, worker: string | undefined): readonly string[] {
  if (!/\.[jt]s$/.test(file)) return [];
  let specifiers = known.get(file);
  if (!specifiers) {
    specifiers = specifiersOf(readFileSync(file, "utf8"), file);
    known.set(file, specifiers);
  }
  return specifiers.flatMap((specifier) => {
    if (specifier.startsWith("cloudflare:")) return worker ? [join(root, worker)] : [];
    const path = resolve(dirname(file), specifier.replace(/\?.*$/, ""));
    return specifier.startsWith(".") && existsSync(path) ? [path] : [];
  });
}

/** Lists every module that the source names in an import or a re-export, except those of types alone. */
export function specifiersOf(source: string, file: string): string[] {
  const found: string[] = [];
  const visit = (node: Node): void => {
    const isType = node.importKind === "type" || node.exportKind === "type";
    const from = node.source as Node | null | undefined;
    if (/^(Import|Export)/.test(node.type) && !isType && typeof from?.value === "string")
      found.push(from.value);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(parseAst(source, { lang: file.endsWith(".ts") ? "ts" : "js" }, file) as unknown as Node);
  return found;
}

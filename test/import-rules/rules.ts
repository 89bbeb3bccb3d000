/**
 * The allow-list of imports between folders of `src/`, type imports included. A folder stands for all below it that
 * has no rule of its own, and may import itself. Cycles of files are refused in all folders, cycles of types alone
 * included.
 */
import { posix } from "node:path";
import { parseAst } from "vitest/node";
import { childrenOf, type Node } from "../related/syntax.ts";

/**
 * Allowed imports by room: a folder of `src/`, or a file. A module outside `src/` goes by its package or top folder.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "free-buffer.ts": [],
  "modules.d.ts": [],
  "stopwatch.ts": [],
  crypto: [],
  admission: ["errors.ts"],
  image: ["errors.ts", "crypto"],
  inference: ["errors.ts"],
  "inference/kernels": ["errors.ts", "inference"],
  "inference/kernels/bundle.ts": ["inference", "inference/kernels", "models.ts", "model", "wasm"],
  "inference/onnxruntime": ["errors.ts", "inference", "onnxruntime-web"],
  "inference/onnxruntime/bundle.ts": [
    ...["inference", "inference/onnxruntime", "models.ts", "model", "node_modules"],
  ],
  face: ["errors.ts", "crypto", "image", "inference", "zod"],
  "own-machine": ["cloudflare:workers", "crypto"],
  "own-machine/entry.ts": ["cloudflare:workers", "index.ts", "wiring"],
  "decoder.ts": ["face", "errors.ts", "free-buffer.ts", "image", "stopwatch.ts"],
  "pipeline.ts": ["decoder.ts", "errors.ts", "face", "image", "stopwatch.ts"],
  "models.ts": ["face", "inference", "pipeline.ts"],
  "config.ts": ["crypto", "zod"],
  identity: ["errors.ts", "config.ts", "crypto", "face", "zod", "cloudflare:workers"],
  trust: ["errors.ts", "crypto", "face", "identity", "jose", "zod"],
  rendering: ["crypto", "face", "image", "trust"],
  http: [
    ...[
      "errors.ts",
      "admission",
      "config.ts",
      "crypto",
      "doctor.ts",
      "face",
      "free-buffer.ts",
      "identity",
      "image",
    ],
    ...["pipeline.ts", "rendering", "stopwatch.ts", "trust", "hono", "zod"],
  ],
  "doctor.ts": ["config.ts", "crypto", "identity", "trust"],
  "app.ts": ["config.ts", "http", "hono"],
  wiring: [
    ...[
      "admission",
      "app.ts",
      "config.ts",
      "crypto",
      "doctor.ts",
      "face",
      "http",
      "identity",
      "pipeline.ts",
      "trust",
    ],
  ],
  "gallery-object.ts": ["identity", "inference/kernels", "wasm"],
  "worker.ts": [
    ...["admission", "config.ts", "crypto", "face", "image", "inference", "models.ts"],
    ...["pipeline.ts", "wiring", "cloudflare:workers", "model", "node_modules", "wasm"],
  ],
  "index.ts": ["gallery-object.ts", "identity", "inference/kernels/bundle.ts", "worker.ts"],
  "index-onnxruntime.ts": ["gallery-object.ts", "identity", "inference/onnxruntime/bundle.ts", "worker.ts"],
};

/** Sources by their path from the repository's root, such as `src/app.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** Returns one line for each import that no rule allows. */
export function forbiddenImports(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) => {
    const room = roomOf(file);
    const allowed = mayImport[room];
    if (allowed === undefined) return [`${file}: no rule for ${room}`];
    return specifiersOf(source, file)
      .map((specifier) => roomOf(targetOf(file, specifier)))
      .filter((target) => target !== room && !allowed.includes(target))
      .map((target) => `${file}: ${room} may not import ${target}`);
  });
}

/** Returns one line for each cycle of files that import each other. */
export function importCycles(sources: Sources): string[] {
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const found: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    state.set(file, "open");
    path.push(file);
    for (const specifier of specifiersOf(sources.get(file)!, file)) {
      const target = targetOf(file, specifier);
      if (sources.has(target)) visit(target);
    }
    path.pop();
    state.set(file, "done");
  };
  for (const file of sources.keys()) visit(file);
  return found;
}

function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return posix.join(posix.dirname(file), specifier.replace(/\?.*$/, ""));
}

/**
 * Returns a path's room: `src/face/quality/pose.ts` is of "face", `src/app.ts` of "app.ts", `hono/cors` of "hono",
 * `wasm/kernels.wasm` of "wasm".
 */
function roomOf(path: string): string {
  const [first, second] = path.split("/");
  if (first === "src") return nearestRule(path.slice("src/".length)) ?? second;
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/** Finds the longest rule whose folder, or file, this is. */
function nearestRule(path: string): string | undefined {
  return Object.keys(mayImport)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Lists every module that a source names: imports, re-exports, `import()` and `import("...").Type`. */
function specifiersOf(source: string, file: string): string[] {
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (/^(Import|Export|TSImportType)/.test(node.type)) {
      const from = (node.source ?? node.argument) as Node | null | undefined;
      const literal = from?.type === "TSLiteralType" ? (from.literal as Node) : from;
      if (typeof literal?.value === "string") found.push(literal.value);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(parseAst(source, { lang: "ts" }, file) as unknown as Node);
  return found;
}

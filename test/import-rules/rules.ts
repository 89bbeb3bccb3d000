/**
 * Which folder of `src/` may import which: an allow-list, type imports included. A folder stands for all below it that
 * has no rule of its own, and may import itself. Cycles of files are refused whatever the folders, those of types alone too.
 */
import { posix } from "node:path";
import { parseAst } from "vitest/node";
import { childrenOf, type Node } from "../related/syntax.ts";

/** By room: a folder of `src/`, or a file. What is not of `src/` goes by its package or top folder. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "forget-stack.ts": [],
  "free-buffer.ts": [],
  "modules.d.ts": [],
  "stopwatch.ts": [],
  crypto: [],
  admission: ["errors.ts"],
  image: ["errors.ts", "crypto", "forget-stack.ts", "free-buffer.ts"],
  inference: ["errors.ts"],
  "inference/kernels": ["errors.ts", "inference"],
  "inference/kernels/bundle.ts": ["inference", "inference/kernels", "models.ts", "model", "wasm"],
  "inference/onnxruntime": ["errors.ts", "inference", "onnxruntime-web"],
  "inference/onnxruntime/bundle.ts": [
    ...["inference", "inference/onnxruntime", "models.ts", "model", "node_modules"],
  ],
  face: ["errors.ts", "crypto", "image", "inference", "zod"],
  "decoder.ts": ["errors.ts", "free-buffer.ts", "image", "stopwatch.ts"],
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
      "face",
      "forget-stack.ts",
      "free-buffer.ts",
      "identity",
      "image",
    ],
    ...["pipeline.ts", "rendering", "stopwatch.ts", "trust", "hono", "zod"],
  ],
  "app.ts": ["http", "hono"],
  "gallery-object.ts": ["identity", "inference/kernels", "wasm"],
  "worker.ts": [
    ...["admission", "app.ts", "config.ts", "crypto", "face", "identity", "image", "inference", "models.ts"],
    ...["pipeline.ts", "trust", "cloudflare:workers", "model", "node_modules", "wasm"],
  ],
  "index.ts": ["gallery-object.ts", "identity", "inference/kernels/bundle.ts", "worker.ts"],
  "index-onnxruntime.ts": ["gallery-object.ts", "identity", "inference/onnxruntime/bundle.ts", "worker.ts"],
};

/** Sources by their path from the repository's root, such as `src/app.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** One line for each import that no rule allows. */
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

/** Files that import each other in a circle, a line each circle. */
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

/** `src/face/pose.ts` is of "face", `src/app.ts` of "app.ts", `hono/cors` of "hono", `wasm/kernels.wasm` of "wasm". */
function roomOf(path: string): string {
  const [first, second] = path.split("/");
  if (first === "src") return nearestRule(path.slice("src/".length)) ?? second;
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/** The longest rule whose folder, or file, this is. */
function nearestRule(path: string): string | undefined {
  return Object.keys(mayImport)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Every module that a source names: imports, re-exports, `import()` and `import("...").Type`. */
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

/**
 * Builds what browsers load: `sameface.js` for pages, `worker.js` for its worker, and the files that the worker fetches.
 *
 *   node tools/build-browser.ts FOLDER
 *
 * The folder is written anew, file by file, each at once, since tests and servers may read it meanwhile. Prints the size
 * of every file, and compressed by gzip.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { EngineDescription } from "../browser/worker/stages.ts";
import { jpegPath, kernelPaths, modelPath, readManifest, samplingPath } from "../model/runtime.ts";
import { artifactOf } from "../src/inference/kernels/engine.ts";
import { encoderInUse, type Manifest } from "../src/models.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name the folder to build into");

/** Parts of the manifest that a page needs: neither thresholds nor the passive signal are among them. */
function manifestForPages(manifest: Manifest): Manifest {
  const { encoder, detectors, landmarks, models, calibration } = manifest;
  const used = [...encoder, ...detectors, landmarks];
  const { id } = encoderInUse(manifest);
  const { recognisability, occlusion } = (calibration?.[id] ?? {}) as Record<string, unknown>;
  return {
    encoder,
    detectors,
    landmarks,
    models: Object.fromEntries(used.map((name) => [name, models[name]])),
    calibration: { [id]: { recognisability, occlusion } },
  };
}

const manifest = manifestForPages(readManifest());
const plans = Object.values(manifest.models).map((model) => modelPath(artifactOf(model).file));
const files = new Map(
  [...kernelPaths, samplingPath, jpegPath, ...plans].map((path) => [basename(path), readFileSync(path)]),
);
const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const description: EngineDescription = {
  manifest,
  hashes: Object.fromEntries([...files].map(([name, bytes]) => [name, hashOf(bytes)])),
};

const entry = (path: string) => fileURLToPath(new URL(`../browser/${path}`, import.meta.url));
const bundled = await build({
  entryPoints: { sameface: entry("index.ts"), worker: entry("worker/main.ts") },
  outdir: "/",
  bundle: true,
  write: false,
  minify: true,
  legalComments: "none",
  format: "esm",
  target: "es2022",
  define: { ENGINE: JSON.stringify(description) },
});
for (const { path, contents } of bundled.outputFiles) files.set(basename(path), Buffer.from(contents));

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) {
  const isLeftOver = /\.(?:js|wasm|plan)$/.test(name) && !files.has(name);
  if (isLeftOver) rmSync(join(folder, name));
}
for (const [name, bytes] of files) {
  writeAtOnce(join(folder, name), bytes);
  console.log(`${name.padEnd(28)} ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} by gzip`);
}

function writeAtOnce(path: string, bytes: Buffer): void {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

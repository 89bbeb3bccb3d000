/**
 * Builds the models: `npm run model:build`, with
 *
 *     --check   build and compare with the files at hand; writes nothing, exits 1 on a difference
 *     --plain   also write unsimplified float32 networks to .cache/plain, the benches' baseline
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileOf, writeManifest } from "./manifest.ts";
import { writeOnnx } from "./onnx/writer.ts";
import { convertPlainly, prepareFloat, root } from "./prepare.ts";
import { recipes } from "./recipes.ts";

const { values: flags } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    plain: { type: "boolean", default: false },
  },
});

const folder = join(root, "model");
const artifacts = recipes.map((recipe) => ({ recipe, bytes: writeOnnx(prepareFloat(recipe)) }));
const manifestPath = join(folder, "manifest.json");
const previous = existsSync(manifestPath) ? readFileSync(manifestPath, "utf8") : null;
const files = new Map<string, Uint8Array>([
  ...artifacts.map(({ recipe, bytes }) => [join(folder, fileOf(recipe)), bytes] as const),
  [manifestPath, new TextEncoder().encode(writeManifest(artifacts, previous))],
]);

if (flags.check) {
  const differing = [...files].filter(
    ([path, bytes]) => !existsSync(path) || !readFileSync(path).equals(bytes),
  );
  for (const [path] of differing) console.error(`differs: ${path}`);
  console.log(`${files.size - differing.length} of ${files.size} files are as built`);
  process.exitCode = differing.length === 0 ? 0 : 1;
} else {
  for (const [path, bytes] of files) {
    writeFileSync(path, bytes);
    console.log(`${path}: ${bytes.length} bytes`);
  }
}

if (flags.plain) {
  const plain = join(root, ".cache/plain");
  mkdirSync(plain, { recursive: true });
  for (const recipe of recipes) writeFileSync(join(plain, fileOf(recipe)), writeOnnx(convertPlainly(recipe)));
}

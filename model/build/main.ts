/**
 * Builds the models: `npm run model:build`, with
 *
 *     -- --check                      compare with the files at hand instead; exits 1 on a difference
 *     -- --prove                      check the float32 networks against TensorFlow.js; exits 1 on failure
 *     -- --vectors                    write golden vectors for the tests
 *     -- --calibrate DIR [--list TSV] observe ranges on photos, then build
 *     -- --bench                      build, then time the models in workerd against plain conversions
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildArtifact } from "./artifact.ts";
import { fileOf, writeManifest } from "./manifest.ts";
import { root } from "./prepare.ts";
import { recipes } from "./recipes.ts";

const { values: flags } = parseArgs({
  options: {
    check: { type: "boolean" },
    prove: { type: "boolean" },
    vectors: { type: "boolean" },
    calibrate: { type: "string" },
    list: { type: "string" },
    bench: { type: "boolean" },
  },
});

if (flags.prove) await proveAll();
else if (flags.vectors) await writeVectors();
else if (flags.check) check(build());
else {
  if (flags.calibrate !== undefined) {
    const { calibrate } = await import("./calibration/calibrate.ts");
    await calibrate(recipes, flags.calibrate, flags.list);
  }
  for (const [path, bytes] of build()) {
    writeFileSync(path, bytes);
    console.log(`${path}: ${bytes.length} bytes`);
  }
  if (flags.bench) {
    const { bench } = await import("./bench/bench.ts");
    await bench(recipes);
  }
}

/** Every file of the build, by path. */
function build(): Map<string, Uint8Array> {
  const folder = join(root, "model");
  const artifacts = recipes.map((recipe) => ({ recipe, bytes: buildArtifact(recipe) }));
  const manifestPath = join(folder, "manifest.json");
  const previous = existsSync(manifestPath) ? readFileSync(manifestPath, "utf8") : null;
  return new Map([
    ...artifacts.map(({ recipe, bytes }) => [join(folder, fileOf(recipe)), bytes] as const),
    [manifestPath, new TextEncoder().encode(writeManifest(artifacts, previous))],
  ]);
}

function check(files: ReadonlyMap<string, Uint8Array>): void {
  const differing = [...files].filter(
    ([path, bytes]) => !existsSync(path) || !readFileSync(path).equals(bytes),
  );
  for (const [path] of differing) console.error(`differs: ${path}`);
  console.log(`${files.size - differing.length} of ${files.size} files are as built`);
  process.exitCode = differing.length === 0 ? 0 : 1;
}

async function proveAll(): Promise<void> {
  const { prove, tolerance } = await import("./proof/prove.ts");
  console.log("model, output: inputs, largest difference as a share of the output's range");
  for (const recipe of recipes) {
    for (const { output, inputs, worst } of await prove(recipe)) {
      const passed = worst <= tolerance;
      console.log(
        `${recipe.id}, ${output}: ${inputs}, ${worst.toExponential(1)} ${passed ? "ok" : "TOO LARGE"}`,
      );
      if (!passed) process.exitCode = 1;
    }
  }
}

async function writeVectors(): Promise<void> {
  const { makeVectors } = await import("./proof/vectors.ts");
  for (const recipe of recipes) {
    const path = join(root, "test/vectors", `model-${recipe.id}.json`);
    writeFileSync(path, `${JSON.stringify(await makeVectors(recipe), null, 1)}\n`);
    console.log(path);
  }
}

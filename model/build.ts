/**
 * Builds the models, from their packages to ONNX files (`convert/`), and from those to plans (`compile/`):
 * `npm run model:build`, with
 *
 *     -- --extra                      build every model, those not shipped too, into .cache/extra
 *     -- --check                      compare with the files at hand instead; exits 1 on a difference
 *     -- --prove                      check the float32 networks against TensorFlow.js; exits 1 on failure
 *     -- --vectors                    write golden vectors for the tests
 *     -- --ranges DIR [--list TSV] [--only IDS]
 *                                     observe the ranges of activations on photos, then build
 *     -- --bench                      build, then time the models in workerd against plain conversions
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { compilePlan } from "./compile/compile.ts";
import { buildArtifact } from "./convert/artifact.ts";
import { fileOf, planFileOf, writeManifest } from "./convert/manifest.ts";
import { root } from "./convert/prepare.ts";
import { type Recipe, recipes } from "./convert/recipes.ts";

const { values: flags } = parseArgs({
  options: {
    extra: { type: "boolean" },
    check: { type: "boolean" },
    prove: { type: "boolean" },
    vectors: { type: "boolean" },
    ranges: { type: "string" },
    only: { type: "string" },
    list: { type: "string" },
    bench: { type: "boolean" },
  },
});

const shipped = recipes.filter((recipe) => recipe.shipped);

if (flags.prove) await proveAll();
else if (flags.vectors) await writeVectors();
else if (flags.check) check(buildShipped());
else if (flags.extra) write(buildExtra());
else {
  if (flags.ranges !== undefined) {
    const { writeRanges } = await import("./convert/ranges/write.ts");
    await writeRanges(shipped, flags.ranges, { list: flags.list, only: flags.only?.split(",") });
  }
  write(buildShipped());
  if (flags.bench) {
    const { bench } = await import("./convert/bench/bench.ts");
    await bench(shipped);
  }
}

function buildShipped(): Map<string, Uint8Array> {
  const folder = join(root, "model/networks");
  const manifestPath = join(folder, "manifest.json");
  return build(shipped, folder, existsSync(manifestPath) ? readFileSync(manifestPath, "utf8") : null);
}

/**
 * Builds a complete folder of its own in which the other encoder is in use. It has no calibration, since that belongs
 * to the shipped encoder's bytes.
 */
function buildExtra(): Map<string, Uint8Array> {
  const extra = recipes.filter((recipe) => !recipe.shipped);
  const beside = shipped.filter(({ descriptor }) => descriptor.role !== "encoder");
  return build([...extra, ...beside], join(root, ".cache/extra"), null);
}

/** Returns every file of the build, by path. */
function build(
  wanted: readonly Recipe[],
  folder: string,
  previousManifest: string | null,
): Map<string, Uint8Array> {
  const artifacts = wanted.map((recipe) => {
    const bytes = buildArtifact(recipe);
    return recipe.shipped ? { recipe, bytes, plan: compilePlan(recipe.id, bytes) } : { recipe, bytes };
  });
  return new Map([
    ...artifacts.map(({ recipe, bytes }) => [join(folder, fileOf(recipe)), bytes] as const),
    ...artifacts.flatMap(({ recipe, plan }) =>
      plan === undefined ? [] : [[join(folder, planFileOf(recipe)), plan] as const],
    ),
    [join(folder, "manifest.json"), new TextEncoder().encode(writeManifest(artifacts, previousManifest))],
  ]);
}

function write(files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    console.log(`${path}: ${bytes.length} bytes`);
  }
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
  const { prove, tolerance } = await import("./convert/proof/prove.ts");
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
  const { makeVectors } = await import("./convert/proof/vectors.ts");
  for (const recipe of recipes) {
    const path = join(root, "test/vectors", `model-${recipe.id}.json`);
    writeFileSync(path, `${JSON.stringify(await makeVectors(recipe), null, 1)}\n`);
    console.log(path);
  }
}

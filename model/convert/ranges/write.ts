/** Observes the ranges that static quantization needs, on photos that go through the production pipeline. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ObservedValue, observedGraph, type RangesFile, rangesPath } from "../artifact.ts";
import { fileOf, writeManifest } from "../manifest.ts";
import { writeOnnx } from "../onnx/writer.ts";
import { prepareFloat } from "../prepare.ts";
import type { Channel } from "../quantize/affine.ts";
import type { Recipe } from "../recipes.ts";
import { chooseFine } from "./choose-fine.ts";
import { listeningPipeline } from "./inputs.ts";
import { observeRanges } from "./observe.ts";
import { writeVarying } from "./varying.ts";

/** Number of photos used, evenly spaced over all that are given. */
const maxPhotos = 400;

/** Number of these that measure the effect of rounding: every value is rounded alone for each of them. */
const fineInputs = 40;

/**
 * Writes the ranges of every statically quantized model, or of those in `only`. `list`, if given, is a table whose first
 * column names the photos under `folder` to choose from; without it all JPEG files count.
 */
export async function writeRanges(
  recipes: readonly Recipe[],
  folder: string,
  { list, only }: { readonly list?: string | undefined; readonly only?: readonly string[] | undefined },
): Promise<void> {
  const wanted = recipes.filter(
    ({ id, precision, varyingChannels }) =>
      (precision === "int8-static" || varyingChannels !== undefined) && (only?.includes(id) ?? true),
  );
  const inputs = await collectInputs(recipes, wanted, choosePhotos(folder, list));
  for (const recipe of wanted) {
    if (recipe.varyingChannels !== undefined) {
      await writeVarying(recipe, inputs.get(recipe.id)!);
      continue;
    }
    const { graph, names } = observedGraph(recipe);
    const seen = inputs.get(recipe.id)!;
    const ranges = await observeRanges(graph, names, seen);
    const every = Math.max(1, Math.floor(seen.length / fineInputs));
    const some = seen.filter((_, i) => i % every === 0);
    const { counts, orders } = await chooseFine(
      graph,
      ranges,
      some,
      recipe.mostRounding ?? Number.POSITIVE_INFINITY,
    );
    const values = [...ranges].map(([name, channels]) => {
      const list = (part: keyof Channel) => channels.map((channel) => round(channel[part]));
      const fine = counts.get(name) ?? 0;
      return [name, { low: list("low"), high: list("high"), mean: list("mean"), fine }] as const;
    });
    const file: RangesFile = {
      images: seen.length,
      values: Object.fromEntries(values),
      orders: Object.fromEntries(orders),
    };
    mkdirSync(dirname(rangesPath(recipe)), { recursive: true });
    writeFileSync(rangesPath(recipe), print(file));
    console.log(`${rangesPath(recipe)}: ${names.length} ranges from ${seen.length} inputs`);
  }
}

function choosePhotos(folder: string, list: string | undefined): string[] {
  const names =
    list === undefined
      ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.jpe?g$/i.test(name))
      : readFileSync(list, "utf8")
          .trim()
          .split("\n")
          .slice(1)
          .map((line) => line.split("\t", 1)[0]);
  const sorted = names.toSorted();
  const count = Math.min(maxPhotos, sorted.length);
  return Array.from({ length: count }, (_, i) =>
    join(folder, sorted[Math.floor((i * sorted.length) / count)]),
  );
}

/** Collects the inputs of each wanted model; the other models are float32 as well. */
async function collectInputs(
  recipes: readonly Recipe[],
  wanted: readonly Recipe[],
  photos: readonly string[],
): Promise<Map<string, Float32Array[]>> {
  const artifacts = recipes.map((recipe) => ({ recipe, bytes: writeOnnx(prepareFloat(recipe)) }));
  const byFile = new Map(artifacts.map(({ recipe, bytes }) => [fileOf(recipe), bytes]));
  const inputs = new Map<string, Float32Array[]>(wanted.map(({ id }) => [id, []]));
  const pipeline = listeningPipeline(
    JSON.parse(writeManifest(artifacts, null)),
    (file) => byFile.get(file)!,
    (id, input) => inputs.get(id)?.push(input),
  );
  for (const photo of photos) {
    const { ok } = await pipeline.encodeFace(readFileSync(photo), "center", { judgePassive: true });
    if (!ok) console.warn(`not used: ${photo}`);
  }
  return inputs;
}

/** Prints one list a line. */
function print({ images, values, orders }: RangesFile): string {
  const value = ([name, { low, high, mean, fine }]: [string, ObservedValue]) =>
    `    "${name}": {\n      "low": ${list(low)},\n      "high": ${list(high)},\n` +
    `      "mean": ${list(mean)},\n      "fine": ${fine}\n    }`;
  const order = ([name, channels]: [string, readonly number[]]) => `    "${name}": ${list(channels)}`;
  const block = (lines: readonly string[]) => `{\n${lines.join(",\n")}\n  }`;
  return (
    `{\n  "images": ${images},\n  "values": ${block(Object.entries(values).map(value))},\n` +
    `  "orders": ${block(Object.entries(orders).map(order))}\n}\n`
  );
}

const list = (numbers: readonly number[]) => `[${numbers.join(", ")}]`;

function round(value: number): number {
  return Number(value.toPrecision(5));
}

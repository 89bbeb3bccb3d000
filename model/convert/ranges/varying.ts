/**
 * Chooses the channels of an intermediate value that vary over photos, for a network that is shipped without the
 * others. A channel counts by its variance times the squares of the weights that read it, those of dropped channels
 * left out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { floatsOf, type Graph } from "../graph.ts";
import { openSession } from "../onnx/session.ts";
import { writeOnnx } from "../onnx/writer.ts";
import { convertPlainly, root, simplify } from "../prepare.ts";
import type { Recipe } from "../recipes.ts";
import type { Varying } from "../rewrite/idle.ts";

export interface VaryingFile {
  readonly images: number;
  readonly values: Readonly<Record<string, Varying>>;
}

const pathOf = ({ id }: Recipe) => join(root, "model/convert/ranges", `${id}.json`);

export function readVarying(recipe: Recipe): VaryingFile {
  return JSON.parse(readFileSync(pathOf(recipe), "utf8"));
}

export async function writeVarying(recipe: Recipe, inputs: readonly Float32Array[]): Promise<void> {
  const graph = simplify(convertPlainly(recipe));
  const wanted = Object.entries(recipe.varyingChannels ?? {});
  const moments = await observe(
    graph,
    wanted.map(([value]) => value),
    inputs,
  );
  const values: Record<string, Varying> = {};
  // A later value says which of the outputs that an earlier one's readers make are still there.
  let outputsLeft: ReadonlySet<number> | undefined;
  for (const [value, count] of wanted.toReversed()) {
    const { means, variances } = moments.get(value)!;
    const weights = squaredWeights(graph, value, outputsLeft);
    const worth = variances.map((variance, channel) => variance * weights[channel]);
    const kept = [...worth.keys()]
      .sort((a, b) => worth[b] - worth[a])
      .slice(0, count)
      .sort((a, b) => a - b);
    values[value] = { kept, means: means.map((mean) => Number(mean.toPrecision(6))) };
    outputsLeft = new Set(kept);
  }
  const ordered = Object.fromEntries(wanted.map(([value]) => [value, values[value]]));
  writeFileSync(pathOf(recipe), print({ images: inputs.length, values: ordered }));
  console.log(`${pathOf(recipe)}: channels of ${wanted.length} values from ${inputs.length} inputs`);
}

async function observe(graph: Graph, names: readonly string[], inputs: readonly Float32Array[]) {
  const outputs = names.map((name) => ({ name, shape: graph.shapes.get(name)! }));
  const session = await openSession(writeOnnx({ ...graph, outputs }), graph.input.shape);
  const sums = new Map(
    outputs.map(({ name, shape }) => [
      name,
      { means: new Array<number>(shape[1]).fill(0), squares: new Array<number>(shape[1]).fill(0) },
    ]),
  );
  for (const input of inputs) {
    for (const [name, values] of await session.run(input)) {
      const { means, squares } = sums.get(name)!;
      const length = values.length / means.length;
      values.forEach((value, at) => {
        const channel = Math.floor(at / length);
        means[channel] += value / length / inputs.length;
        squares[channel] += value ** 2 / length / inputs.length;
      });
    }
  }
  await session.release();
  return new Map(
    [...sums].map(([name, { means, squares }]) => [
      name,
      { means, variances: squares.map((square, channel) => square - means[channel] ** 2) },
    ]),
  );
}

/** Sums the squares of the weights that read each channel, for the outputs that are left. */
function squaredWeights(graph: Graph, value: string, outputsLeft: ReadonlySet<number> | undefined): number[] {
  const reader = graph.nodes.find(({ op, inputs }) => op === "Conv" && inputs[0] === value);
  if (reader === undefined) throw new Error(`no convolution reads ${value}`);
  const [outputs, depth, height, width] = graph.constants.get(reader.inputs[1])!.shape;
  const weights = floatsOf(graph, reader.inputs[1]);
  const places = height * width;
  const sums = new Array<number>(depth).fill(0);
  for (let output = 0; output < outputs; output++) {
    if (outputsLeft !== undefined && !outputsLeft.has(output)) continue;
    for (let at = 0; at < depth * places; at++) {
      sums[Math.floor(at / places)] += weights[output * depth * places + at] ** 2;
    }
  }
  return sums;
}

function print({ images, values }: VaryingFile): string {
  const list = (numbers: readonly number[]) => `[${numbers.join(", ")}]`;
  const blocks = Object.entries(values).map(
    ([name, { kept, means }]) =>
      `    "${name}": {\n      "kept": ${list(kept)},\n      "means": ${list(means)}\n    }`,
  );
  return `{\n  "images": ${images},\n  "values": {\n${blocks.join(",\n")}\n  }\n}\n`;
}

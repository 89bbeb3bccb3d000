/** A recipe's artifact: its prepared network at the precision it is shipped in, as a file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "./graph.ts";
import { writeOnnx } from "./onnx/writer.ts";
import { convertPlainly, prepareFloat, root, simplify } from "./prepare.ts";
import type { Range } from "./quantize/affine.ts";
import { isQuantizable, quantizePointwise } from "./quantize/pointwise.ts";
import { halveWeights } from "./quantize/weights.ts";
import type { Recipe } from "./recipes.ts";
import { fuseActivations } from "./rewrite/convolutions.ts";

export function buildArtifact(recipe: Recipe): Uint8Array {
  return writeOnnx(atPrecision(recipe));
}

/** The network at the precision it is shipped in. */
export function atPrecision(recipe: Recipe): Graph {
  switch (recipe.precision) {
    case "fp32":
      return prepareFloat(recipe);
    case "fp16-weights":
      return halveWeights(prepareFloat(recipe));
    case "int8-static":
      return halveWeights(
        fuseActivations(quantizePointwise(simplify(convertPlainly(recipe)), readRanges(recipe))),
      );
  }
}

/** The network whose values are observed, and those that static quantization needs a range of. */
export function observedGraph(recipe: Recipe): { graph: Graph; names: string[] } {
  const graph = simplify(convertPlainly(recipe));
  const layers = graph.nodes.filter((each) => isQuantizable(graph, each));
  return { graph, names: [...new Set(layers.map(({ inputs }) => inputs[0]))] };
}

/** Observed ranges, kept with the sources so that a build needs no images. */
export interface RangesFile {
  readonly images: number;
  readonly ranges: Readonly<Record<string, readonly [low: number, high: number]>>;
}

export function rangesPath({ id }: Recipe): string {
  return join(root, "model/build/ranges", `${id}.json`);
}

function readRanges(recipe: Recipe): Map<string, Range> {
  const { ranges } = JSON.parse(readFileSync(rangesPath(recipe), "utf8")) as RangesFile;
  return new Map(Object.entries(ranges).map(([name, [low, high]]) => [name, { low, high }]));
}

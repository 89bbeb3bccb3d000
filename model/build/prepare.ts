/** A recipe's float32 network: read, converted, tidied. */
import { join } from "node:path";
import type { Graph } from "./graph.ts";
import type { Recipe } from "./recipes.ts";
import { composeLinear, foldPads, fuseActivations } from "./rewrite/convolutions.ts";
import { flushDenormals } from "./rewrite/denormals.ts";
import { foldPrelu } from "./rewrite/prelu.ts";
import { foldSoftmax } from "./rewrite/softmax.ts";
import { readSource } from "./sources.ts";
import { convertTflite } from "./tflite/convert.ts";
import { readTflite, type TfliteGraph } from "./tflite/reader.ts";

/** Repository root. */
export const root = join(import.meta.dirname, "../..");
const packages = join(root, ".cache/packages");

export function sourceGraph(recipe: Recipe): TfliteGraph {
  return readTflite(readSource(recipe.source, packages));
}

/** Operator by operator as the source has it: the baseline of speed, and the start of everything else. */
export function convertPlainly(recipe: Recipe): Graph {
  const { input, outputs } = recipe.descriptor;
  const graph = convertTflite(sourceGraph(recipe), {
    name: recipe.id,
    outputNames: outputs.map(({ name }) => name),
    transposed: recipe.transposed,
  });
  assertSameShape(graph.input, input);
  graph.outputs.forEach((output, i) => {
    assertSameShape(output, outputs[i]);
  });
  return graph;
}

/** The same function in fewer operators, tiny weights flushed. */
export function simplify(graph: Graph): Graph {
  return flushDenormals(composeLinear(foldPads(foldSoftmax(foldPrelu(graph)))));
}

/** As `simplify`, with operators of onnxruntime's own where they save a pass over memory. */
export function prepareFloat(recipe: Recipe): Graph {
  return fuseActivations(simplify(convertPlainly(recipe)));
}

interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

function assertSameShape(actual: Shaped, expected: Shaped): void {
  if (actual.shape.join() !== expected.shape.join()) {
    throw new Error(`${actual.name} is [${actual.shape}], the recipe says [${expected.shape}]`);
  }
}

/** Prepares a recipe's float32 network: read, converted, simplified. */
import { join, posix } from "node:path";
import type { Graph } from "./graph.ts";
import { readOnnx } from "./onnx/reader.ts";
import type { Recipe } from "./recipes.ts";
import { dropUnreadChannels, fillChannels } from "./rewrite/channels.ts";
import { takeRedFirst } from "./rewrite/colours.ts";
import { composeLinear, foldPads, fuseActivations } from "./rewrite/convolutions.ts";
import { flushDenormals } from "./rewrite/denormals.ts";
import { keepDirections } from "./rewrite/directions.ts";
import { foldPrelu } from "./rewrite/prelu.ts";
import { foldScales } from "./rewrite/scales.ts";
import { foldSoftmax } from "./rewrite/softmax.ts";
import { readSource } from "./sources.ts";
import { convertDlibResnet } from "./tfjs/dlib-resnet.ts";
import { convertGraphModel } from "./tfjs/graph-model.ts";
import { readTfjsWeights } from "./tfjs/weights.ts";
import { convertTflite } from "./tflite/convert.ts";
import { readTflite, type TfliteGraph } from "./tflite/reader.ts";

/** Repository root. */
export const root = join(import.meta.dirname, "../..");
const packages = join(root, ".cache/packages");

/** Reads the recipe's file, or another one that it refers to by path. */
export function sourceFile({ source }: Recipe, path?: string): Uint8Array {
  if (path === undefined) return readSource(source, packages);
  return readSource({ ...source, path: posix.join(posix.dirname(source.path), path) }, packages);
}

export function sourceGraph(recipe: Recipe): TfliteGraph {
  return readTflite(sourceFile(recipe));
}

export function sourceOnnx(recipe: Recipe): Graph {
  const { input, outputs } = recipe.descriptor;
  const options = { name: recipe.id, inputShape: input.shape, outputName: outputs[0].name };
  return readOnnx(sourceFile(recipe), options);
}

/** Converts operator by operator as in the source: the baseline of speed, and the input of every pass. */
export function convertPlainly(recipe: Recipe): Graph {
  const { input, outputs } = recipe.descriptor;
  const source = convert(recipe);
  const graph = recipe.blueFirst ? takeRedFirst(source) : source;
  assertSameShape(graph.input, input);
  graph.outputs.forEach((output, i) => {
    assertSameShape(output, outputs[i]);
  });
  return graph;
}

function convert(recipe: Recipe): Graph {
  const { id: name, network, transposed, descriptor } = recipe;
  const outputNames = descriptor.outputs.map((output) => output.name);
  switch (network) {
    case "tflite":
      return convertTflite(sourceGraph(recipe), { name, outputNames, transposed });
    case "onnx": {
      const graph = sourceOnnx(recipe);
      return recipe.directions === undefined ? graph : keepDirections(graph, recipe.directions);
    }
    case "tfjs": {
      const options = { name, inputShape: descriptor.input.shape, outputName: outputNames[0] };
      return convertGraphModel(sourceFile(recipe), (path) => sourceFile(recipe, path), options);
    }
    case "dlib-resnet": {
      const weights = readTfjsWeights(sourceFile(recipe), (path) => sourceFile(recipe, path));
      const inputShape = descriptor.input.shape;
      return convertDlibResnet(weights, { name, inputShape, outputName: outputNames[0] });
    }
  }
}

/** Simplifies to the same function with fewer operators and channels, and sets tiny weights to zero. */
export function simplify(graph: Graph): Graph {
  return flushDenormals(
    dropUnreadChannels(composeLinear(foldScales(foldPads(foldSoftmax(foldPrelu(graph)))))),
  );
}

/** Simplifies a network whose 1x1 convolutions will be in 8-bit integers. */
export function simplifyForCodes(recipe: Recipe): Graph {
  return fillChannels(simplify(convertPlainly(recipe)));
}

/** Simplifies, and uses operators of onnxruntime's own where they save a pass over memory. */
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

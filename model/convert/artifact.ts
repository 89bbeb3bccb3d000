/** Makes a recipe's artifact: its prepared network at the precision in which it is shipped, as a file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "./graph.ts";
import { writeOnnx } from "./onnx/writer.ts";
import { convertPlainly, prepareFloat, root, simplify, simplifyForCodes } from "./prepare.ts";
import type { Channels } from "./quantize/affine.ts";
import { isQuantizable, quantizePointwise } from "./quantize/pointwise.ts";
import { halveWeights } from "./quantize/weights.ts";
import { readVarying } from "./ranges/varying.ts";
import type { Recipe } from "./recipes.ts";
import { channelGroups, chooseChannels } from "./rewrite/channels.ts";
import { fuseActivations } from "./rewrite/convolutions.ts";
import { dropIdleChannels } from "./rewrite/idle.ts";

export function buildArtifact(recipe: Recipe): Uint8Array {
  return writeOnnx(atPrecision(recipe));
}

/** The network at the precision it is shipped in. */
export function atPrecision(recipe: Recipe): Graph {
  switch (recipe.precision) {
    case "fp32":
      return prepareFloat(recipe);
    case "fp16-weights":
      return halveWeights(
        recipe.varyingChannels === undefined ? prepareFloat(recipe) : prepareVarying(recipe),
      );
    case "int8-static":
      return halveWeights(fuseActivations(quantize(simplifyForCodes(recipe), readRanges(recipe))));
  }
}

function prepareVarying(recipe: Recipe): Graph {
  const { values } = readVarying(recipe);
  return fuseActivations(dropIdleChannels(simplify(convertPlainly(recipe)), values));
}

function quantize(graph: Graph, { values, orders }: RangesFile): Graph {
  const groups = channelGroups(graph);
  const ranges = Object.entries(values).map(([name, { low, high, mean, fine }]): [string, Channels] => {
    const order = orders[groups.get(name) ?? ""] ?? [...low.keys()];
    return [name, { channels: order.map((c) => ({ low: low[c], high: high[c], mean: mean[c] })), fine }];
  });
  return quantizePointwise(chooseChannels(graph, new Map(Object.entries(orders))), new Map(ranges));
}

/**
 * Returns the network whose values are observed, and the names of those that static quantization needs a range of.
 */
export function observedGraph(recipe: Recipe): { graph: Graph; names: string[] } {
  const graph = simplifyForCodes(recipe);
  const layers = graph.nodes.filter((each) => isQuantizable(graph, each));
  return { graph, names: [...new Set(layers.map(({ inputs }) => inputs[0]))] };
}

/** Observed ranges, stored with the sources so that a build needs no images. */
export interface RangesFile {
  readonly images: number;
  readonly values: Readonly<Record<string, ObservedValue>>;
  /** Order of the channels of each group, those first that need fine codes most. */
  readonly orders: Readonly<Record<string, readonly number[]>>;
}

/** Ranges of each channel, in the simplified network's order, and the number of channels with fine codes. */
export interface ObservedValue {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly mean: readonly number[];
  readonly fine: number;
}

export function rangesPath({ id }: Recipe): string {
  return join(root, "model/convert/ranges", `${id}.json`);
}

function readRanges(recipe: Recipe): RangesFile {
  return JSON.parse(readFileSync(rangesPath(recipe), "utf8"));
}

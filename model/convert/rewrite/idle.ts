/** Drops channels that hardly vary: the mean of each goes into the bias of the convolutions that read it. */
import type { Constant, Graph } from "../graph.ts";
import { floats, floatsOf, prune } from "../graph.ts";
import { channelGroups, chooseChannels } from "./channels.ts";

export interface Varying {
  /** Channels that stay, in rising order. */
  readonly kept: readonly number[];
  /** Mean of every channel over photos. */
  readonly means: readonly number[];
}

/**
 * @param values what convolutions read, by name. A convolution that pads would read zeros there, and not the mean:
 *   such a use is an error.
 */
export function dropIdleChannels(graph: Graph, values: Readonly<Record<string, Varying>>): Graph {
  const constants = new Map<string, Constant>(graph.constants);
  for (const [value, { kept, means }] of Object.entries(values)) {
    const isKept = new Set(kept);
    for (const { op, inputs, attributes } of graph.nodes.filter(({ inputs: [first] }) => first === value)) {
      if (op !== "Conv" || attributes.group !== 1 || (attributes.pads as number[]).some((pad) => pad !== 0))
        throw new Error(`${value} is read by what takes no mean`);
      const [outputs, depth, height, width] = constants.get(inputs[1])!.shape;
      if (depth !== means.length) throw new Error(`${value}: ${means.length} means for ${depth} channels`);
      const weights = floatsOf({ constants }, inputs[1]);
      const places = height * width;
      const bias = Float64Array.from(floatsOf({ constants }, inputs[2]));
      for (let at = 0; at < weights.length; at++) {
        const channel = Math.floor(at / places) % depth;
        if (!isKept.has(channel)) bias[Math.floor(at / (places * depth))] += weights[at] * means[channel];
      }
      constants.set(inputs[2], floats([outputs], Float32Array.from(bias)));
    }
  }
  const groups = channelGroups(graph);
  const orders = Object.entries(values).map(([value, { kept }]): [string, readonly number[]] => {
    const group = groups.get(value);
    if (group === undefined) throw new Error(`the channels of ${value} are not free`);
    return [group, kept];
  });
  return prune(chooseChannels({ ...graph, constants }, new Map(orders)));
}

/**
 * Chooses the channels that get fine codes. Rounding a value to its codes moves the embedding; fine codes divide a
 * channel's share of that by 256^2, and cost another product with its weights. The channels that remove most for
 * their multiplications are chosen, until little enough is left.
 */
import { floatsOf, type Graph, node } from "../graph.ts";
import { openSession } from "../onnx/session.ts";
import { writeOnnx } from "../onnx/writer.ts";
import { affineOf, type Range } from "../quantize/affine.ts";
import { isQuantizable } from "../quantize/pointwise.ts";
import { channelGroups } from "../rewrite/channels.ts";

/** Kernels store channels in eights. */
const together = 8;

/** Cost of a product of fine codes besides its multiplications, in channels. */
const overhead = 6;

export interface FineChannels {
  /** Number of first channels with fine codes, by value. */
  readonly counts: ReadonlyMap<string, number>;
  /** Order of the channels of each group; see `channelGroups`. */
  readonly orders: ReadonlyMap<string, readonly number[]>;
}

/** Effect of rounding a value's channels, and the cost of fine codes for one. */
interface Rounding {
  readonly value: string;
  readonly group: string;
  /** Mean squared distance by which rounding each channel moves the embedding, of unit length. */
  readonly noise: readonly number[];
  /** Squared sum of each channel's weights, as they are multiplied with codes. */
  readonly weights: readonly number[];
  /** Multiplications for one channel. */
  readonly cost: number;
}

/** @param mostNoise mean squared distance by which rounding may move an embedding of unit length */
export async function chooseFine(
  graph: Graph,
  ranges: ReadonlyMap<string, readonly Range[]>,
  inputs: readonly Float32Array[],
  mostNoise: number,
): Promise<FineChannels> {
  const roundings = await measureRounding(graph, ranges, inputs);
  const orders = orderChannels(roundings);
  const counts = new Map(roundings.map(({ value }) => [value, 0]));
  let left = roundings.reduce((sum, { noise }) => sum + total(noise), 0);
  while (left > mostNoise) {
    let best: Rounding | undefined;
    let most = 0;
    let taken = 0;
    for (const rounding of roundings) {
      const { value, group, noise, cost } = rounding;
      const from = counts.get(value)!;
      const next = orders.get(group)!.slice(from, from + together);
      if (next.length < together) continue;
      const removed = total(next.map((channel) => noise[channel]));
      const gain = removed / (cost * (together + (from === 0 ? overhead : 0)));
      if (gain > most) [best, most, taken] = [rounding, gain, removed];
    }
    if (best === undefined) break;
    counts.set(best.value, counts.get(best.value)! + together);
    left -= taken;
  }
  return { counts, orders: spreadLarge(roundings, orders, counts) };
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Orders the channels of a group by noise over all its values, noisiest first; ties keep their order. */
function orderChannels(roundings: readonly Rounding[]): Map<string, number[]> {
  const sums = new Map<string, number[]>();
  for (const { group, noise, cost } of roundings) {
    const known = sums.get(group) ?? noise.map(() => 0);
    sums.set(
      group,
      known.map((sum, channel) => sum + noise[channel] / cost),
    );
  }
  return new Map(
    [...sums].map(([group, sum]) => [group, [...sum.keys()].sort((a, b) => sum[b] - sum[a] || a - b)]),
  );
}

/**
 * Puts, among channels that are fine for the same values, large weights beside small ones: two neighbours of one sign
 * must not sum up to more than `mostOfPair`.
 */
function spreadLarge(
  roundings: readonly Rounding[],
  orders: ReadonlyMap<string, readonly number[]>,
  counts: ReadonlyMap<string, number>,
): Map<string, number[]> {
  return new Map(
    [...orders].map(([group, order]) => {
      const values = roundings.filter((each) => each.group === group);
      const size = (channel: number) => total(values.map(({ weights }) => weights[channel]));
      const ends = new Set([...values.map(({ value }) => counts.get(value)!), order.length]);
      let from = 0;
      const spread = [...ends]
        .sort((a, b) => a - b)
        .flatMap((end) => {
          const sorted = order.slice(from, end).sort((a, b) => size(b) - size(a) || a - b);
          from = end;
          return sorted.map((_, i) => (i % 2 === 0 ? sorted[i / 2] : sorted[sorted.length - (i + 1) / 2]));
        });
      return [group, spread];
    }),
  );
}

async function measureRounding(
  graph: Graph,
  ranges: ReadonlyMap<string, readonly Range[]>,
  inputs: readonly Float32Array[],
): Promise<Rounding[]> {
  const groups = channelGroups(graph);
  const exact = await embeddings(graph, inputs);
  const roundings: Rounding[] = [];
  for (const [value, channels] of ranges) {
    const group = groups.get(value);
    // Channels in a fixed order cannot have the noisiest first.
    if (group === undefined) continue;
    const scales = Float32Array.from(channels, (range) => affineOf(range).scale);
    const rounded = await embeddings(rounding(graph, value, scales), inputs);
    const moved = total(rounded.map((each, i) => squaredDistance(each, exact[i]))) / inputs.length;
    const layers = graph.nodes.filter((each) => each.inputs[0] === value && isQuantizable(graph, each));
    const local = [...scales].map((scale, channel) => scale ** 2 * squaredWeights(graph, layers, channel));
    const sum = total(local);
    const [, , height, width] = graph.shapes.get(value)!;
    const outputs = layers.reduce((count, each) => count + graph.shapes.get(each.outputs[0])![1], 0);
    const noise = local.map((each) => (moved * each) / sum);
    roundings.push({ value, group, noise, weights: local, cost: height * width * outputs });
  }
  return roundings;
}

/** Returns the graph with one value rounded to its steps wherever it is multiplied, without limits. */
function rounding(graph: Graph, value: string, scales: Float32Array): Graph {
  const constants = new Map(graph.constants);
  const shape = [1, scales.length, 1, 1];
  const [steps, whole, rounded] = ["steps", "whole", "rounded"].map((part) => `${value}/${part}`);
  constants.set(`${value}/scale`, { type: "float32", shape, data: scales });
  const shapes = new Map(graph.shapes);
  for (const name of [steps, whole, rounded]) shapes.set(name, graph.shapes.get(value)!);
  const round = [
    node("Div", [value, `${value}/scale`], steps),
    node("Round", [steps], whole),
    node("Mul", [whole, `${value}/scale`], rounded),
  ];
  let isThere = false;
  const nodes = graph.nodes.flatMap((each) => {
    if (each.inputs[0] !== value || !isQuantizable(graph, each)) return [each];
    const reader = { ...each, inputs: [rounded, ...each.inputs.slice(1)] };
    const before = isThere ? [] : round;
    isThere = true;
    return [...before, reader];
  });
  return { ...graph, constants, shapes, nodes };
}

function squaredWeights(graph: Graph, layers: Graph["nodes"], channel: number): number {
  let sum = 0;
  for (const { inputs } of layers) {
    const [outputs, depth] = graph.constants.get(inputs[1])!.shape;
    const weights = floatsOf(graph, inputs[1]);
    for (let o = 0; o < outputs; o++) sum += weights[o * depth + channel] ** 2;
  }
  return sum;
}

/** Returns embeddings of unit length. */
async function embeddings(graph: Graph, inputs: readonly Float32Array[]): Promise<Float64Array[]> {
  const session = await openSession(writeOnnx(graph), graph.input.shape);
  const all: Float64Array[] = [];
  for (const input of inputs) {
    const [values] = (await session.run(input)).values();
    const length = Math.hypot(...values);
    all.push(Float64Array.from(values, (value) => value / length));
  }
  await session.release();
  return all;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

/**
 * Reorders and drops channels without changing the function: the order of the channels between two layers is free,
 * and channels that are never read may go.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floatsOf } from "../graph.ts";

const byValue: ReadonlySet<string> = new Set(["Add", "MaxPool", "Mul", "PRelu", "Relu", "Sigmoid"]);

/** Operators that keep channels apart and in their order. */
const isByChannel = ({ op, attributes }: Node) =>
  byValue.has(op) || (op === "Conv" && Number(attributes.group) > 1);

/** Convolutions whose outputs and inputs can be reordered independently. */
const isFree = ({ op, attributes }: Node) => op === "Conv" && Number(attributes.group) === 1;

/**
 * Groups the values whose channels must stand in one order: for each value the first of its group, and undefined for
 * values whose order another reader or maker fixes.
 */
export function channelGroups(graph: Graph): Map<string, string> {
  const parents = new Map<string, string>();
  const find = (name: string): string => {
    const parent = parents.get(name) ?? name;
    return parent === name ? name : find(parent);
  };
  const fixed = "";
  const join = (a: string, b: string) => void parents.set(find(a), find(b));
  join(graph.input.name, fixed);
  for (const { name } of graph.outputs) join(name, fixed);
  for (const each of graph.nodes) {
    const values = each.inputs.filter((input) => input !== "" && !graph.constants.has(input));
    const [output] = each.outputs;
    if (isByChannel(each)) for (const value of values) join(value, output);
    // Rows and columns of its weights can move independently.
    else if (isFree(each)) continue;
    else for (const value of [...values, output]) join(value, fixed);
  }
  const groups = new Map<string, string>();
  for (const name of graph.shapes.keys()) if (find(name) !== find(fixed)) groups.set(name, find(name));
  return groups;
}

/** Share of a layer's largest column of weights below which a column counts as empty. */
const emptyColumn = 1e-6;

/** Kernels store channels in eights: eight remain, or a multiple. */
const together = 8;

/** Drops the channels that no convolution reads. */
export function dropUnreadChannels(graph: Graph): Graph {
  const groups = channelGroups(graph);
  const isRead = new Map<string, boolean[]>();
  for (const each of graph.nodes) {
    const group = groups.get(each.inputs[0]);
    if (group === undefined || !isFree(each)) continue;
    const lengths = columnLengths(graph, each);
    const largest = Math.max(...lengths);
    const known = isRead.get(group) ?? lengths.map(() => false);
    isRead.set(
      group,
      known.map((read, channel) => read || lengths[channel] > emptyColumn * largest),
    );
  }
  const kept = [...isRead].flatMap(([group, read]): [string, number[]][] => {
    const channels = [...read.keys()];
    const count = Math.ceil(read.filter(Boolean).length / together) * together;
    if (count >= read.length) return [];
    // Unread channels make up the multiple of eight.
    const chosen = [...channels.filter((c) => read[c]), ...channels.filter((c) => !read[c])].slice(0, count);
    return [[group, chosen.sort((a, b) => a - b)]];
  });
  return chooseChannels(graph, new Map(kept));
}

function columnLengths(graph: Graph, { inputs }: Node): number[] {
  const [outputs, depth, height, width] = graph.constants.get(inputs[1])!.shape;
  const weights = floatsOf(graph, inputs[1]);
  const places = height * width;
  return Array.from({ length: depth }, (_, channel) => {
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      const from = (o * depth + channel) * places;
      for (let place = 0; place < places; place++) sum += weights[from + place] ** 2;
    }
    return Math.sqrt(sum);
  });
}

/** Adds channels of zeros until every free group has whole eights, for layers whose codes kernels store in eights. */
export function fillChannels(graph: Graph): Graph {
  const orders = new Map<string, number[]>();
  for (const [value, group] of channelGroups(graph)) {
    const channels = graph.shapes.get(value)![1];
    const missing = (together - (channels % together)) % together;
    if (missing > 0) orders.set(group, [...Array(channels).keys(), ...Array<number>(missing).fill(absent)]);
  }
  return orders.size === 0 ? graph : chooseChannels(graph, orders);
}

/** Place in an order of a channel of zeros. */
const absent = -1;

/**
 * @param orders of groups, by the names that `channelGroups` gives: channel i becomes what was `order[i]`, or zeros
 *   for -1
 */
export function chooseChannels(graph: Graph, orders: ReadonlyMap<string, readonly number[]>): Graph {
  const groups = channelGroups(graph);
  const orderOf = (value: string) => orders.get(groups.get(value) ?? "");
  const constants = new Map<string, Constant>(graph.constants);
  const done = new Set<string>();
  const move = (name: string | undefined, order: readonly number[] | undefined, axis: number) => {
    const key = `${name} ${axis}`;
    if (name === undefined || order === undefined || done.has(key)) return;
    done.add(key);
    const { shape } = constants.get(name)!;
    const data = choose(floatsOf({ constants }, name), shape, axis, order);
    constants.set(name, { type: "float32", shape: shape.with(axis, order.length), data });
  };
  const nodes = graph.nodes.map((each) => {
    const [input, second, bias] = each.inputs;
    const order = orderOf(each.outputs[0]);
    if (each.op === "Conv") {
      move(second, order, 0);
      move(bias, order, 0);
      if (isFree(each)) move(second, orderOf(input), 1);
    } else if (isByChannel(each)) {
      for (const name of [input, second]) {
        const constant = name === undefined ? undefined : constants.get(name);
        // Holds one number for each channel, or one for all.
        const channels = graph.shapes.get(each.outputs[0])![1];
        const axis = constant?.shape.indexOf(channels) ?? -1;
        if (axis >= 0) move(name, order, axis);
      }
    }
    const isDepthwise = each.op === "Conv" && !isFree(each) && order !== undefined;
    return isDepthwise ? { ...each, attributes: { ...each.attributes, group: order.length } } : each;
  });
  const shapes = new Map(
    [...graph.shapes].map(([name, shape]) => [name, shape.with(1, orderOf(name)?.length ?? shape[1])]),
  );
  return { ...graph, nodes, constants, shapes };
}

function choose(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
  order: readonly number[],
): Float32Array {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const block = inner * shape[axis];
  const out = new Float32Array((data.length / shape[axis]) * order.length);
  let to = 0;
  for (let outer = 0; outer < data.length; outer += block) {
    for (const channel of order) {
      const from = outer + channel * inner;
      if (channel !== absent) out.set(data.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return out;
}

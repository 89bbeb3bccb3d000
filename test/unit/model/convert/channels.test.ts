/** Channels that are reordered, dropped and refined: the function stays the same, or comes closer. */
import { expect, it } from "vitest";
import { compilePlan } from "../../../../model/compile/compile.ts";
import type { Constant, Graph, Node } from "../../../../model/convert/graph.ts";
import { floats, floatsOf, node, prune } from "../../../../model/convert/graph.ts";
import { openSession } from "../../../../model/convert/onnx/session.ts";
import { writeOnnx } from "../../../../model/convert/onnx/writer.ts";
import { seededRandom } from "../../../../model/convert/proof/images.ts";
import { relativeDifference } from "../../../../model/convert/proof/prove.ts";
import { type Channel, quantizePairs } from "../../../../model/convert/quantize/affine.ts";
import { quantizePointwise } from "../../../../model/convert/quantize/pointwise.ts";
import { chooseFine } from "../../../../model/convert/ranges/choose-fine.ts";
import { observeRanges } from "../../../../model/convert/ranges/observe.ts";
import {
  channelGroups,
  chooseChannels,
  dropUnreadChannels,
} from "../../../../model/convert/rewrite/channels.ts";
import { kernels } from "../../../../src/inference/kernels/kernels.ts";
import { readPlan } from "../../../../src/inference/kernels/plan.ts";

const random = seededRandom(7);
const normal = (count: number, size = 1) =>
  Float32Array.from({ length: count }, () => size * (random() + random() + random() + random() - 2));

const side = 6;
const window = { strides: [1, 1], pads: [0, 0, 0, 0], group: 1 };
const pointwise = { ...window, kernel_shape: [1, 1] };
const depthwise = (group: number) => ({ ...window, kernel_shape: [3, 3], pads: [1, 1, 1, 1], group });

/**
 * The network is input (3) -> 1x1 -> a (16) -> PReLU b -> depthwise c -> 1x1 -> d (16) -> + e (its own 1x1 of b) ->
 * 1x1 -> y (8). Channels of a, b and c stand in one order, and those of d, e and their sum.
 */
function network(unread: readonly number[] = []): Graph {
  const columns = (outputs: number, inputs: number) =>
    normal(outputs * inputs).map((weight, i) => (unread.includes(i % inputs) ? 0 : weight));
  const constants: [string, Constant][] = [
    ["wa", floats([16, 3, 1, 1], normal(48))],
    ["ba", floats([16], normal(16))],
    ["slope", floats([16, 1, 1], normal(16, 0.1))],
    ["wc", floats([16, 1, 3, 3], normal(144, 0.3))],
    ["bc", floats([16], normal(16))],
    ["wd", floats([16, 16, 1, 1], columns(16, 16))],
    ["bd", floats([16], normal(16))],
    ["we", floats([16, 16, 1, 1], columns(16, 16))],
    ["be", floats([16], normal(16))],
    ["wy", floats([8, 16, 1, 1], normal(128))],
    ["by", floats([8], normal(8))],
  ];
  const nodes: Node[] = [
    node("Conv", ["input", "wa", "ba"], "a", pointwise),
    node("PRelu", ["a", "slope"], "b"),
    node("Conv", ["b", "wc", "bc"], "c", depthwise(16)),
    node("Conv", ["c", "wd", "bd"], "d", pointwise),
    node("Conv", ["b", "we", "be"], "e", pointwise),
    node("Add", ["d", "e"], "sum"),
    node("Conv", ["sum", "wy", "by"], "y", pointwise),
  ];
  const shape = (name: string) => [1, name === "y" ? 8 : 16, side, side];
  return {
    name: "channels",
    input: { name: "input", shape: [1, 3, side, side] },
    outputs: [{ name: "y", shape: shape("y") }],
    nodes,
    constants: new Map(constants),
    shapes: new Map(nodes.map(({ outputs: [name] }) => [name, shape(name)])),
  };
}

const image = () => normal(3 * side * side);

async function evaluate(graph: Graph, input: Float32Array): Promise<Float32Array> {
  const session = await openSession(writeOnnx(graph), graph.input.shape);
  const outputs = await session.run(input);
  await session.release();
  return outputs.get("y")!;
}

it("values that meet in a sum or pass a depthwise convolution share their order; inputs and outputs keep theirs", () => {
  const groups = channelGroups(network());
  expect(new Set(["a", "b", "c"].map((name) => groups.get(name))).size).toBe(1);
  expect(new Set(["d", "e", "sum"].map((name) => groups.get(name))).size).toBe(1);
  expect(groups.get("a")).not.toBe(groups.get("d"));
  expect(groups.has("y") || groups.has("input")).toBe(false);
});

it("in another order of channels a network computes the same", async () => {
  const graph = network();
  const groups = channelGroups(graph);
  const backwards = Array.from({ length: 16 }, (_, i) => 15 - i);
  const moved = chooseChannels(graph, new Map([...groups.values()].map((group) => [group, backwards])));
  expect([...floatsOf(moved, "bc")]).toEqual([...floatsOf(graph, "bc")].reverse());
  const input = image();
  expect(relativeDifference(await evaluate(moved, input), await evaluate(graph, input))).toBeLessThan(1e-5);
});

it("channels that nobody reads are left out, down to a multiple of eight, and the output stays", async () => {
  const graph = network([0, 3, 4, 5, 9, 10, 11, 12, 15]);
  const narrow = dropUnreadChannels(graph);
  expect(["a", "b", "c", "d"].map((name) => narrow.shapes.get(name)![1])).toEqual([8, 8, 8, 16]);
  expect(narrow.constants.get("wc")!.shape).toEqual([8, 1, 3, 3]);
  const input = image();
  expect(relativeDifference(await evaluate(narrow, input), await evaluate(graph, input))).toBeLessThan(1e-5);
});

it("a channel that one of two readers reads stays", () => {
  const graph = network([0, 1, 2, 3, 4, 5, 6, 7]);
  const weights = floatsOf(graph, "we");
  weights[0] = 1;
  expect(dropUnreadChannels(graph).shapes.get("a")![1]).toBe(16);
});

const images = Array.from({ length: 12 }, image);

async function observed(graph: Graph): Promise<Map<string, Channel[]>> {
  return observeRanges(graph, ["b", "c", "sum"], images);
}

/** Returns outputs of the quantized network less those of the float32 one, for each image. */
async function errorsOf(
  graph: Graph,
  fine: number,
  change = (channel: Channel) => channel,
): Promise<Float32Array[]> {
  const ranges = await observed(graph);
  const values = [...ranges].map(([name, all]) => [name, { channels: all.map(change), fine }] as const);
  const quantized = quantizePointwise(graph, new Map(values));
  const errors: Float32Array[] = [];
  for (const input of images) {
    const exact = await evaluate(graph, input);
    errors.push((await evaluate(quantized, input)).map((value, i) => value - exact[i]));
  }
  return errors;
}

const squared = (errors: readonly Float32Array[]) =>
  errors.reduce((sum, each) => each.reduce((part, error) => part + error ** 2, sum), 0);

it("fine codes take away what rounding to codes does, channel by channel", async () => {
  const graph = network();
  const [none, some, all] = await Promise.all([0, 8, 16].map((fine) => errorsOf(graph, fine)));
  // The error that is left with fine codes everywhere comes from the weights, which are the same each time.
  const rounding = (errors: readonly Float32Array[]) =>
    squared(errors.map((each, k) => each.map((error, i) => error - all[k][i])));
  const size = squared(await Promise.all(images.map((input) => evaluate(graph, input))));
  expect(rounding(none)).toBeGreaterThan(0);
  expect(rounding(none)).toBeLessThan(1e-3 * size);
  expect(rounding(some)).toBeLessThan(0.8 * rounding(none));
});

it("what rounded weights make of the inputs' mean is given back by the bias", async () => {
  const graph = network();
  floatsOf(graph, "bc").fill(6);
  const offset = (errors: readonly Float32Array[]) =>
    squared([errors[0].map((_, i) => errors.reduce((sum, each) => sum + each[i], 0) / errors.length)]);
  const mended = offset(await errorsOf(graph, 16));
  const left = offset(await errorsOf(graph, 16, (channel) => ({ ...channel, mean: 0 })));
  expect(mended).toBeLessThan(0.3 * left);
});

/** Makes a chain of layers that a plan can be made of, with fine codes for the first product. */
async function quantizedChain(): Promise<Graph> {
  const graph = network();
  const isLinear = ({ outputs: [name] }: Node) => name !== "e" && name !== "sum";
  const nodes = graph.nodes
    .filter(isLinear)
    .map((each) => (each.outputs[0] === "y" ? { ...each, inputs: ["d", "wy", "by"] } : each));
  const linear = prune({ ...graph, nodes });
  const ranges = await observeRanges(linear, ["c", "d"], images);
  const values = [...ranges].map(
    ([name, channels]) => [name, { channels, fine: name === "c" ? 8 : 0 }] as const,
  );
  return quantizePointwise(linear, new Map(values));
}

it("a plan has the fine codes of its ONNX file", async () => {
  const { plan } = readPlan(compilePlan("channels", writeOnnx(await quantizedChain())));
  const sizes = (kernel: "pointwise" | "depthwiseBlocked", ...wanted: string[]) =>
    plan.steps
      .filter((step) => step.kernel === kernel)
      .map((step) => {
        const names = kernels[kernel].parameters.map((parameter) => parameter.name);
        return wanted.map((name) => step.arguments[names.indexOf(name)]);
      });
  expect(sizes("depthwiseBlocked", "channels", "fineChannels")).toEqual([[16, 8]]);
  expect(sizes("pointwise", "depth", "fineDepth", "fineChannels")).toEqual([
    [16, 8, 0],
    [16, 0, 0],
  ]);
});

it("no plan is made where a layer reads pixels of what a depthwise convolution into codes reads blocked", async () => {
  const channels = (await observed(network())).get("c")!;
  const quantized = quantizePointwise(network(), new Map([["c", { channels, fine: 0 }]]));
  expect(() => compilePlan("channels", writeOnnx(quantized))).toThrow("a blocked value is read as pixels");
});

it.each([
  ["weights", "d/fine-w", "other weights"],
  ["scales", "d/fine-scale", "other scales"],
])("a file whose fine codes are multiplied with %s of their own is no plan", async (_, name, message) => {
  const graph = await quantizedChain();
  const constant = graph.constants.get(name)!;
  const data = constant.data.slice() as Float32Array;
  data[3] += 1;
  const constants = new Map(graph.constants).set(name, { ...constant, data });
  expect(() => compilePlan("channels", writeOnnx({ ...graph, constants }))).toThrow(message);
});

it("fine codes go to the noisiest channels first, and to no more than needed", async () => {
  const graph = network();
  // Channel 5 of c is read with weights ten times as large.
  const weights = floatsOf(graph, "wd");
  for (let o = 0; o < 16; o++) weights[o * 16 + 5] *= 10;
  const ranges = await observed(graph);
  const none = await chooseFine(graph, ranges, images, 1);
  expect([...none.counts.values()]).toEqual([0, 0, 0]);
  const every = await chooseFine(graph, ranges, images, 0);
  expect([...every.counts.values()]).toEqual([16, 16, 16]);
  for (const order of every.orders.values())
    expect(order.toSorted((a, b) => a - b)).toEqual([...Array(16).keys()]);
  // The loop ends when the first channels of c have fine codes.
  for (let mostNoise = 1; ; mostNoise /= 1.2) {
    const { counts, orders } = await chooseFine(graph, ranges, images, mostNoise);
    if (counts.get("c") === 0) continue;
    expect(orders.get(channelGroups(graph).get("c")!)!.slice(0, 8)).toContain(5);
    break;
  }
});

it("weights whose large ones stand beside small ones lose less to the limit of neighbours", () => {
  const large = Array.from({ length: 32 }, (_, i) => (i < 16 ? 1 : 0.01));
  const apart = Array.from({ length: 32 }, (_, i) => large[i % 2 === 0 ? i / 2 : 31 - (i - 1) / 2]);
  const error = (row: readonly number[]) => {
    const { values, scales } = quantizePairs(Float32Array.from(row), 1);
    return row.reduce((sum, value, i) => sum + (value - scales[0] * values[i]) ** 2, 0);
  };
  expect(error(apart)).toBeLessThan(error(large));
});

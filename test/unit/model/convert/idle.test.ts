import { expect, it } from "vitest";
import { floats, type Graph, node } from "../../../../model/convert/graph.ts";
import { openSession } from "../../../../model/convert/onnx/session.ts";
import { writeOnnx } from "../../../../model/convert/onnx/writer.ts";
import { seededRandom } from "../../../../model/convert/proof/images.ts";
import { takeRedFirst } from "../../../../model/convert/rewrite/colours.ts";
import { dropIdleChannels } from "../../../../model/convert/rewrite/idle.ts";

const random = seededRandom(4);
const draw = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
const attributes = { strides: [1, 1], pads: [0, 0, 0, 0], group: 1 };

/** Two convolutions; the first one's second channel is 3 everywhere. */
function network(): Graph {
  const first = draw(3 * 3 * 9);
  first.fill(0, 27, 54);
  return {
    name: "two",
    input: { name: "input", shape: [1, 3, 8, 8] },
    outputs: [{ name: "y", shape: [1, 2, 4, 4] }],
    nodes: [
      node("Conv", ["input", "w1", "b1"], "x", { kernel_shape: [3, 3], ...attributes }),
      node("Conv", ["x", "w2", "b2"], "y", { kernel_shape: [3, 3], ...attributes }),
    ],
    constants: new Map([
      ["w1", floats([3, 3, 3, 3], first)],
      ["b1", floats([3], Float32Array.of(0.1, 3, -0.2))],
      ["w2", floats([2, 3, 3, 3], draw(2 * 3 * 9))],
      ["b2", floats([2], draw(2))],
    ]),
    shapes: new Map([
      ["x", [1, 3, 6, 6]],
      ["y", [1, 2, 4, 4]],
    ]),
  };
}

async function run(graph: Graph, input: Float32Array): Promise<Float32Array> {
  const session = await openSession(writeOnnx(graph), graph.input.shape);
  const output = (await session.run(input)).get("y")!;
  await session.release();
  return output;
}

it("a channel that never varies is dropped without a change of the result", async () => {
  const graph = network();
  const smaller = dropIdleChannels(graph, { x: { kept: [0, 2], means: [0, 3, 0] } });
  expect(smaller.constants.get("w1")!.shape).toEqual([2, 3, 3, 3]);
  expect(smaller.constants.get("w2")!.shape).toEqual([2, 2, 3, 3]);
  const input = draw(3 * 64);
  const [before, after] = [await run(graph, input), await run(smaller, input)];
  before.forEach((value, at) => {
    expect(after[at]).toBeCloseTo(value, 5);
  });
});

it("a convolution that pads takes no mean", () => {
  const graph = network();
  const [first, second] = graph.nodes;
  const padded = { ...second, attributes: { ...second.attributes, pads: [1, 1, 1, 1] } };
  const act = () =>
    dropIdleChannels({ ...graph, nodes: [first, padded] }, { x: { kept: [0], means: [0, 3, 0] } });
  expect(act).toThrow("takes no mean");
});

it("a network that takes blue first computes the same of red first", async () => {
  const graph = network();
  const input = draw(3 * 64);
  const turned = input.map((_, at) => input[(2 - Math.floor(at / 64)) * 64 + (at % 64)]);
  const [own, expected] = [await run(takeRedFirst(graph), turned), await run(graph, input)];
  own.forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at], 5);
  });
});

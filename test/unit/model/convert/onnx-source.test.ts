/** Networks from ONNX files: how they are read, and how many numbers of their embedding are kept. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Constant, Graph } from "../../../../model/convert/graph.ts";
import { floats, integers, node } from "../../../../model/convert/graph.ts";
import { readOnnx } from "../../../../model/convert/onnx/reader.ts";
import { openSession } from "../../../../model/convert/onnx/session.ts";
import { writeOnnx } from "../../../../model/convert/onnx/writer.ts";
import { seededRandom } from "../../../../model/convert/proof/images.ts";
import { keepDirections, mainDirections, project } from "../../../../model/convert/rewrite/directions.ts";

const convolution = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], group: 1 };

/** Makes a network on 4 x 4 pixels of 3 channels, averaged by a depthwise filter, with a layer of `outputs` rows. */
function network(weights: Float32Array, outputs: number, last = "Conv"): Graph {
  const constants = new Map<string, Constant>([
    ["mean", floats([3, 1, 4, 4], new Float32Array(48).fill(1 / 16))],
    ["mean-bias", floats([3], Float32Array.of(0.5, -0.5, 0.25))],
    ["slope", floats([3, 1, 1], Float32Array.of(0.1, 0.2, 0.3))],
    ["w", floats([outputs, 3, 1, 1], weights)],
    ["b", floats([outputs], weights.slice(0, outputs))],
    ["flat", integers([1, outputs])],
  ]);
  return {
    name: "small",
    input: { name: "input", shape: [1, 3, 4, 4] },
    outputs: [{ name: "embedding", shape: [1, outputs] }],
    nodes: [
      node("Conv", ["input", "mean", "mean-bias"], "m", { ...convolution, kernel_shape: [4, 4], group: 3 }),
      node("PRelu", ["m", "slope"], "p"),
      node(last, ["p", "w", "b"], "y", convolution),
      node("Reshape", ["y", "flat"], "embedding"),
    ],
    constants,
    shapes: new Map(),
  };
}

const random = seededRandom(7);
const noise = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
const options = { name: "small", inputShape: [1, 3, 4, 4], outputName: "embedding" };
const run = async (graph: Graph, input: Float32Array) => {
  const session = await openSession(writeOnnx(graph), graph.input.shape);
  const output = (await session.run(input)).get("embedding")!;
  await session.release();
  return output;
};

describe("an ONNX file", () => {
  it("is read as a network that computes what the file does", async () => {
    const graph = network(noise(15), 5);
    const read = readOnnx(writeOnnx(graph), options);
    const input = noise(48);
    expect(read.outputs).toEqual([{ name: "embedding", shape: [1, 5] }]);
    expect(await run(read, input)).toEqual(await run(graph, input));
  });

  it.each([
    ["with an operator that the build does not know", "Gelu", "the operator Gelu is not known"],
    ["with a filter of other channels' number", "Conv", "values for a shape"],
  ])("%s is refused by name", (_, op, message) => {
    const make = () => readOnnx(writeOnnx(network(noise(op === "Conv" ? 16 : 15), 5, op)), options);
    expect(make).toThrow(message);
  });

  it("that is no ONNX file is refused", () => {
    expect(() => readOnnx(new Uint8Array([8, 1]), options)).toThrow("not an ONNX model");
  });
});

describe("the main directions of a last layer", () => {
  it("keep every distance where the layer reaches no others", async () => {
    // The five outputs have rank two.
    const weights = project(noise(10), noise(6), 2);
    const wide = readOnnx(writeOnnx({ ...network(weights, 5) }), options);
    const unbiased = {
      ...wide,
      constants: new Map(wide.constants).set("cb", floats([5], new Float32Array(5))),
    };
    const narrow = keepDirections(unbiased, 2);
    expect(narrow.outputs).toEqual([{ name: "embedding", shape: [1, 2] }]);
    const [a, b] = [noise(48), noise(48)];
    const distance = async (graph: Graph) => {
      const [left, right] = [await run(graph, a), await run(graph, b)];
      return Math.hypot(...left.map((value, i) => value - right[i]));
    };
    expect(await distance(narrow)).toBeCloseTo(await distance(unbiased), 5);
  });

  it("are at right angles, and of unit length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 12 }), (outputs, inputs) => {
        const count = Math.min(outputs, inputs);
        const rows = mainDirections(noise(outputs * inputs), outputs, count);
        for (let a = 0; a < count; a++) {
          for (let b = 0; b <= a; b++) {
            let dot = 0;
            for (let i = 0; i < outputs; i++) dot += rows[a * outputs + i] * rows[b * outputs + i];
            expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
          }
        }
      }),
    );
  });
});

/** Fine codes from the converter to the compiler: one recognises what the other writes, and nothing similar. */
import { describe, expect, it } from "vitest";
import { Builder } from "../../../../model/compile/builder.ts";
import {
  fineSteps,
  fineZero,
  makeCodes,
  makeFineCodes,
  makeFineProduct,
  type Part,
} from "../../../../model/convert/fine-codes/make.ts";
import { recogniseFineCodes, recogniseFineProduct } from "../../../../model/convert/fine-codes/recognise.ts";
import { type Constant, type Graph, node } from "../../../../model/convert/graph.ts";
import { readOnnx } from "../../../../model/convert/onnx/operators.ts";
import { openSession } from "../../../../model/convert/onnx/session.ts";
import { writeOnnx } from "../../../../model/convert/onnx/writer.ts";
import { seededRandom } from "../../../../model/convert/proof/images.ts";

const [channels, fine, pixels, outputs] = [16, 8, 6, 8];
const random = seededRandom(4);
const scales = Float32Array.from({ length: channels }, () => 0.01 + 0.02 * random());
const zeroPoints = Uint8Array.from({ length: channels }, () => 100 + 50 * random());
const stored = Uint8Array.from({ length: outputs * channels }, () => 64 + 128 * random());
const weightScales = Float32Array.from({ length: outputs }, () => 0.01 * random());

const vector = (type: Constant["type"], data: Constant["data"]): Constant => ({
  type,
  shape: [data.length],
  data,
});

/** Makes codes of the input, fine codes of its first channels, and the product of both with weights. */
function network(change: (constants: Map<string, Constant>) => void = () => {}) {
  const codes = makeCodes("input", "x/u8", { scales, zeroPoints });
  const fineCodes = makeFineCodes("x", "input", codes.output, { scales, zeroPoints }, fine);
  const product = makeFineProduct("y", fineCodes.output, fine, {
    stored,
    scales: weightScales,
    inputs: channels,
  });
  const coarse: Part = {
    constants: {
      "w-zero": { type: "uint8", shape: [], data: Uint8Array.of(128) },
      "codes-zero": { type: "uint8", shape: [], data: Uint8Array.of(0) },
      "y/w": { type: "uint8", shape: [1, outputs, channels], data: stored },
      "y/w-scale": vector("float32", weightScales),
    },
    nodes: [
      node("MatMulInteger", ["y/w", codes.output, "w-zero", "codes-zero"], "y/i32"),
      node("DequantizeLinear", ["y/i32", "y/w-scale"], "y/product", { axis: 1 }),
    ],
    output: "y/product",
  };
  const parts = [codes, fineCodes, coarse, product];
  const constants = new Map(parts.flatMap((part) => Object.entries(part.constants)));
  change(constants);
  const graph: Graph = {
    name: "fine",
    input: { name: "input", shape: [1, channels, pixels] },
    outputs: [
      { name: codes.output, shape: [1, channels, pixels] },
      { name: fineCodes.output, shape: [1, fine, pixels] },
      { name: product.output, shape: [1, outputs, pixels] },
    ],
    nodes: parts.flatMap((part) => part.nodes),
    constants,
    shapes: new Map(),
  };
  return { graph, codes: codes.output, fineCodes: fineCodes.output, product: product.output };
}

/** Prepares the graph for the compiler; outputs count as read by others, so there are none. */
function compiled(graph: Graph): Builder {
  return new Builder({ ...readOnnx(writeOnnx(graph)), outputs: [] });
}

const recognise = (graph: Graph) => recogniseFineCodes(compiled(graph), "input", "x/u8", scales);

function recogniseProduct(graph: Graph, isFineCodes = (name: string): boolean => name === "x/rest-u8") {
  const g = compiled(graph);
  const dequantize = g.graph.operators.find(({ output }) => output === "y/product")!;
  const weights = g.constant("y/w");
  return recogniseFineProduct(g, {
    dequantize,
    weights,
    scales: weightScales,
    fineChannels: fine,
    isFineCodes,
  });
}

/** Changes one value of one constant. */
const changed = (name: string, value: number | bigint, at = 0) =>
  network((constants) => {
    const constant = constants.get(name)!;
    const data = constant.data.slice();
    data[at] = value as never;
    constants.set(name, { ...constant, data });
  }).graph;

describe("fine codes that the converter makes", () => {
  it("are recognised, with all of the operators that make them", () => {
    const { graph, fineCodes } = network();
    const found = recognise(graph)!;
    expect(found).toMatchObject({ name: fineCodes, channels: fine });
    expect(found.operators.map(({ op }) => op)).toEqual([
      "Slice",
      "Slice",
      "DequantizeLinear",
      "Sub",
      "QuantizeLinear",
    ]);
  });

  it("have a product that is recognised, with the sum that joins it to the other", () => {
    const { graph, product } = network();
    const found = recogniseProduct(graph);
    expect(found.sum.output).toBe(product);
    expect(found.operators.map(({ op }) => op)).toEqual(["MatMulInteger", "DequantizeLinear", "Add"]);
  });

  it("say with their codes what the value was, to half a step of theirs", async () => {
    const { graph } = network();
    // The input is inside the codes' range.
    const input = Float32Array.from({ length: channels * pixels }, (_, i) => {
      const channel = Math.floor(i / pixels);
      return (255 * random() - zeroPoints[channel]) * scales[channel];
    });
    const outputs = graph.outputs.slice(0, 2);
    const session = await openSession(
      writeOnnx({ ...graph, outputs, nodes: asFloats(graph, outputs) }),
      graph.input.shape,
    );
    const [coarse, finer] = (await session.run(input)).values();
    for (let i = 0; i < fine * pixels; i++) {
      const channel = Math.floor(i / pixels);
      const steps = coarse[i] - zeroPoints[channel] + (finer[i] - fineZero) / fineSteps;
      const error = Math.abs(steps * scales[channel] - input[i]) / scales[channel];
      // The largest fine code is half a step short of the end of its coarse one.
      expect(error).toBeLessThanOrEqual(1.01 / fineSteps);
    }
    await session.release();
  });

  /** Casts the nodes' outputs to float32, which a session returns. */
  function asFloats(graph: Graph, outputs: Graph["outputs"]): Graph["nodes"] {
    const rename = (name: string) => (outputs.some((output) => output.name === name) ? `${name}/raw` : name);
    const renamed = graph.nodes.map((each) => ({
      ...each,
      inputs: each.inputs.map(rename),
      outputs: each.outputs.map(rename),
    }));
    return [...renamed, ...outputs.map(({ name }) => node("Cast", [`${name}/raw`], name, { to: 1 }))];
  }
});

describe("what is like fine codes", () => {
  it.each([
    ["another scale", "x/rest-u8-scale", scales[0] / 255, 0],
    ["another zero point", "x/rest-u8-zero", 127, fine - 1],
    ["channels that are not the first", "first", 8n, 0],
    ["another axis", "channels", 2n, 0],
    ["another scale of the codes that they go beyond", "x/fine-of-scale", 2 * scales[0], 0],
    ["another zero point of those codes", "x/fine-of-zero", zeroPoints[fine - 1] + 1, fine - 1],
    ["a number of channels that is not in eights", `first/${fine}`, 7n, 0],
  ])("with %s is refused", (_, name, value, at) => {
    expect(() => recognise(changed(name, value, at))).toThrow("no step for");
  });

  it.each([
    ["another weight", "y/fine-w", 1, 0],
    ["another scale", "y/fine-scale", weightScales[0] / 255, 0],
    ["another zero point", "w-zero", 127, 0],
  ])("in a product with %s is refused", (_, name, value, at) => {
    expect(() => recogniseProduct(changed(name, value, at))).toThrow("no step for");
  });

  it("in a product of other codes is refused", () => {
    expect(() => recogniseProduct(network().graph, () => false)).toThrow("other fine codes");
  });

  it("is nothing where a value has coarse codes alone", () => {
    const { graph } = network();
    const alone = { ...graph, nodes: graph.nodes.slice(0, 1), outputs: graph.outputs.slice(0, 1) };
    expect(recognise(alone)).toBeNull();
  });
});

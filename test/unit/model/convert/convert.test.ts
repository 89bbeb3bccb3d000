/** Parts of the model build whose faults do not show in a model at first sight. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Constant,
  floats,
  floatsOf,
  type Graph,
  type Node,
  node,
} from "../../../../model/convert/graph.ts";
import { narrowToHalf, widenHalf } from "../../../../model/convert/half.ts";
import { openSession } from "../../../../model/convert/onnx/session.ts";
import { writeOnnx } from "../../../../model/convert/onnx/writer.ts";
import { seededRandom } from "../../../../model/convert/proof/images.ts";
import { relativeDifference, toNhwc } from "../../../../model/convert/proof/prove.ts";
import { affineOf, quantizePairs } from "../../../../model/convert/quantize/affine.ts";
import { quantizePointwise } from "../../../../model/convert/quantize/pointwise.ts";
import { halveWeights } from "../../../../model/convert/quantize/weights.ts";
import { rangeOfLeastError } from "../../../../model/convert/ranges/observe.ts";
import { composeLinear, fuseActivations } from "../../../../model/convert/rewrite/convolutions.ts";
import { flushDenormals } from "../../../../model/convert/rewrite/denormals.ts";
import { foldPrelu } from "../../../../model/convert/rewrite/prelu.ts";
import { foldSoftmax } from "../../../../model/convert/rewrite/softmax.ts";
import { depthwiseToOihw, filterToOihw } from "../../../../model/convert/tflite/layout.ts";
import { densify } from "../../../../model/convert/tflite/weights.ts";

const random = seededRandom(7);
const randoms = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);

describe("half floats", () => {
  it("survive widening and narrowing, all 63,488 finite ones", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) === 0x7c00 || bits === 0x8000) continue;
      if (narrowToHalf(widenHalf(bits)) !== bits) expect.fail(`0x${bits.toString(16)}`);
    }
  });

  it("round to the nearest, ties to even", () => {
    expect(widenHalf(narrowToHalf(1 + 1 / 2048))).toBe(1);
    expect(widenHalf(narrowToHalf(1 + 3 / 2048))).toBe(1 + 4 / 2048);
    expect(widenHalf(narrowToHalf(65519))).toBe(65504);
    expect(() => narrowToHalf(65520)).toThrow();
  });
});

describe("sparse tensors", () => {
  it("expand rows that are stored compressed", () => {
    // The tensor is [[1 0 0] [0 0 0] [2 0 3]].
    const sparsity = {
      traversalOrder: [0, 1],
      blockMap: [],
      dimensions: [
        { format: "dense", size: 3 },
        { format: "csr", segments: [0, 1, 1, 3], indices: [0, 0, 2] },
      ],
    } as const;
    expect([...densify(Float32Array.of(1, 2, 3), [3, 3], sparsity)]).toEqual([1, 0, 0, 0, 0, 0, 2, 0, 3]);
  });

  it("expand blocks of two rows", () => {
    // Blocks of [2 x 1] over [4 x 2]: only the upper left and the lower right are stored.
    const sparsity = {
      traversalOrder: [0, 1, 2],
      blockMap: [0],
      dimensions: [
        { format: "dense", size: 2 },
        { format: "csr", segments: [0, 1, 2], indices: [0, 1] },
        { format: "dense", size: 2 },
      ],
    } as const;
    const dense = densify(Float32Array.of(1, 2, 3, 4), [4, 2], sparsity);
    expect([...dense]).toEqual([1, 0, 2, 0, 0, 3, 0, 4]);
  });

  it("refuse values that no index speaks of", () => {
    const sparsity = {
      traversalOrder: [0],
      blockMap: [],
      dimensions: [{ format: "dense", size: 2 }],
    } as const;
    expect(() => densify(Float32Array.of(1, 2, 3), [2], sparsity)).toThrow("2 of 3");
  });
});

describe("layouts", () => {
  it("bring a filter's channels before its pixels", () => {
    const ohwi = Float32Array.of(0, 1, 2, 3, 4, 5); // [1,1,3,2]
    expect([...filterToOihw(ohwi, [1, 1, 3, 2], false).data]).toEqual([0, 2, 4, 1, 3, 5]);
  });

  it("swap rows and columns of a filter for a network that lies on its side", () => {
    const filter = filterToOihw(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3, 1], true);
    expect(filter.shape).toEqual([1, 1, 3, 2]);
    expect([...filter.data]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it("make every channel of a depthwise filter a filter", () => {
    const filter = depthwiseToOihw(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 3, 1, 2], false);
    expect(filter.shape).toEqual([2, 1, 3, 1]);
    expect([...filter.data]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it("swap image axes twice without a trace", () => {
    const image = randoms(2 * 3 * 4);
    const sideways = toNhwc(image, [1, 2, 3, 4], true);
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 4; x++) expect(sideways[(x * 3 + y) * 2]).toBe(image[y * 4 + x]);
    }
  });
});

describe("8-bit quantization", () => {
  it("is off by at most half a step inside the range, and exact at zero", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 0, noNaN: true }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (low, high) => {
          const { scale, zeroPoint } = affineOf({ low, high });
          expect(zeroPoint).toBeGreaterThanOrEqual(0);
          expect(zeroPoint).toBeLessThanOrEqual(255);
          for (const value of [0, low / 3, high / 3]) {
            const stored = Math.round(value / scale) + zeroPoint;
            expect(Math.abs((stored - zeroPoint) * scale - value)).toBeLessThanOrEqual(scale * 0.5 + 1e-6);
          }
        },
      ),
    );
  });

  it("refuses a range without zero", () => {
    expect(() => affineOf({ low: 1, high: 2 })).toThrow();
  });

  it("gives each row a scale of its own, and a row of zeros none that divides by zero", () => {
    const { values, scales } = quantizePairs(Float32Array.of(1, -2, 100, 20, 0, 0), 3);
    expect(scales[1] / scales[0]).toBeGreaterThan(10);
    expect([...values.subarray(4)]).toEqual([0, 0]);
    expect(scales.every((scale) => Number.isFinite(scale) && scale > 0)).toBe(true);
  });

  it("keeps neighbours of one sign below the sum that 16 bits hold, and costs little by it", () => {
    const rows = 16;
    // Sums of four are nearly normal, as trained weights are.
    const data = Float32Array.from(
      { length: rows * 64 },
      () => random() + random() + random() + random() - 2,
    );
    const { values, scales } = quantizePairs(data, rows);
    for (let i = 0; i < values.length; i += 2) {
      const pair = [values[i], values[i + 1]];
      const most = pair.filter((value) => value > 0).reduce((sum, value) => sum + value, 0);
      const least = pair.filter((value) => value < 0).reduce((sum, value) => sum + value, 0);
      expect(most).toBeLessThanOrEqual(128);
      expect(least).toBeGreaterThanOrEqual(-128);
    }
    const error = (quantized: Int8Array, by: Float32Array) =>
      data.reduce((sum, value, i) => sum + (value - by[Math.floor(i / 64)] * quantized[i]) ** 2, 0);
    // The step without the limit is the largest magnitude by 127, in each row.
    const plain = scales.map((_, row) => {
      const magnitudes = data.subarray(64 * row, 64 * (row + 1)).map(Math.abs);
      return Math.max(...magnitudes) / 127;
    });
    const rounded = Int8Array.from(data, (value, i) => Math.round(value / plain[Math.floor(i / 64)]));
    expect(error(values, scales)).toBeLessThan(3 * error(rounded, plain));
  });

  it("cuts off a lone outlier where that costs less than a coarser step", () => {
    const histogram = new Float64Array(2048);
    for (let bin = 0; bin < 1024; bin++) histogram[bin] = 1e6;
    histogram[2047] = 1;
    expect(rangeOfLeastError({ histogram, low: 0, high: 10 }).high).toBeLessThan(6);
  });
});

describe("comparing outputs", () => {
  it("measures against the range of what is expected", () => {
    expect(relativeDifference(Float32Array.of(0, 5.5), Float32Array.of(0, 5))).toBeCloseTo(0.1, 6);
  });

  it.each([
    ["other lengths", Float32Array.of(1), Float32Array.of(1, 2)],
    ["NaN", Float32Array.of(1, Number.NaN), Float32Array.of(1, 2)],
    ["nothing", new Float32Array(), new Float32Array()],
  ])("fails on %s", (_, actual, expected) => {
    expect(relativeDifference(actual, expected)).toBe(Number.POSITIVE_INFINITY);
  });
});

const shape = [1, 4, 3, 3];

function graphOf(nodes: readonly Node[], constants: readonly (readonly [string, Constant])[]): Graph {
  return {
    name: "test",
    input: { name: "input", shape },
    outputs: [{ name: "y", shape }],
    nodes,
    constants: new Map(constants),
    shapes: new Map(nodes.flatMap(({ outputs }) => outputs.map((name) => [name, shape] as const))),
  };
}

const pointwise = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], group: 1 };

function convolution(name: string): readonly (readonly [string, Constant])[] {
  return [
    [`${name}w`, floats([4, 4, 1, 1], randoms(16))],
    [`${name}b`, floats([4], randoms(4))],
  ];
}

async function evaluate(graph: Graph, input: Float32Array): Promise<Float32Array> {
  const session = await openSession(writeOnnx(graph), shape);
  const output = (await session.run(input)).get("y")!;
  await session.release();
  return output;
}

const input = randoms(36);

describe("rewriting keeps the function and", () => {
  const slope = ["a", floats([4, 1, 1], randoms(4))] as const;

  it("finds a PReLU spelled with |x|", async () => {
    const spelled = graphOf(
      [
        node("Relu", ["input"], "p"),
        node("Abs", ["input"], "m"),
        node("Sub", ["input", "m"], "d"),
        node("Mul", ["a", "d"], "n"),
        node("Add", ["p", "n"], "y"),
      ],
      [slope],
    );
    const folded = foldPrelu(spelled);
    expect(folded.nodes.map(({ op }) => op)).toEqual(["PRelu"]);
    expect([...floatsOf(folded, "y/slope")]).toEqual([...floatsOf(spelled, "a").map((a) => 2 * a)]);
    expect(relativeDifference(await evaluate(folded, input), await evaluate(spelled, input))).toBeLessThan(
      1e-6,
    );
  });

  it("finds a PReLU spelled with relu(-x)", async () => {
    const spelled = graphOf(
      [
        node("Relu", ["input"], "p"),
        node("Neg", ["input"], "o"),
        node("Relu", ["o"], "r"),
        node("Neg", ["r"], "d"),
        node("Mul", ["a", "d"], "n"),
        node("Add", ["p", "n"], "y"),
      ],
      [slope],
    );
    const folded = foldPrelu(spelled);
    expect(folded.nodes.map(({ op }) => op)).toEqual(["PRelu"]);
    expect(relativeDifference(await evaluate(folded, input), await evaluate(spelled, input))).toBeLessThan(
      1e-6,
    );
  });

  it("leaves alone what only resembles a PReLU", () => {
    const other = graphOf(
      [
        node("Relu", ["input"], "p"),
        node("Abs", ["p"], "m"),
        node("Sub", ["input", "m"], "d"),
        node("Mul", ["a", "d"], "n"),
        node("Add", ["p", "n"], "y"),
      ],
      [slope],
    );
    expect(foldPrelu(other).nodes.map(({ op }) => op)).not.toContain("PRelu");
  });

  it("finds a softmax, and only of the maximum of the same value", () => {
    const spelled = (maximumOf: string) =>
      graphOf(
        [
          node("Relu", ["input"], "x"),
          node("ReduceMax", [maximumOf], "m"),
          node("Sub", ["x", "m"], "d"),
          node("Exp", ["d"], "e"),
          node("ReduceSum", ["e", "axes"], "s"),
          node("Div", ["e", "s"], "y"),
        ],
        [],
      );
    expect(foldSoftmax(spelled("x")).nodes.map(({ op }) => op)).toEqual(["Relu", "Softmax"]);
    expect(foldSoftmax(spelled("input")).nodes.map(({ op }) => op)).not.toContain("Softmax");
  });

  it("composes three 1x1 convolutions in a row", async () => {
    const chain = graphOf(
      [
        node("Conv", ["input", "1w", "1b"], "x", pointwise),
        node("Conv", ["x", "2w", "2b"], "z", pointwise),
        node("Conv", ["z", "3w", "3b"], "y", pointwise),
      ],
      [convolution("1"), convolution("2"), convolution("3")].flat(),
    );
    const composed = composeLinear(chain);
    expect(composed.nodes).toHaveLength(1);
    expect(relativeDifference(await evaluate(composed, input), await evaluate(chain, input))).toBeLessThan(
      1e-6,
    );
  });

  it("does not compose through a value that is read twice", () => {
    const chain = graphOf(
      [
        node("Conv", ["input", "1w", "1b"], "x", pointwise),
        node("Conv", ["x", "2w", "2b"], "z", pointwise),
        node("Add", ["x", "z"], "y"),
      ],
      [convolution("1"), convolution("2")].flat(),
    );
    expect(composeLinear(chain).nodes).toHaveLength(3);
  });

  it("fuses residual sum and ReLU into the convolution before them", async () => {
    const residual = graphOf(
      [
        node("Conv", ["input", "1w", "1b"], "x", pointwise),
        node("Add", ["input", "x"], "s"),
        node("Relu", ["s"], "y"),
      ],
      convolution("1"),
    );
    const fused = fuseActivations(residual);
    expect(fused.nodes.map(({ op }) => op)).toEqual(["FusedConv"]);
    expect(relativeDifference(await evaluate(fused, input), await evaluate(residual, input))).toBeLessThan(
      1e-6,
    );
  });

  it("flushes denormals, and nothing above 1e-12", () => {
    const graph = graphOf(
      [node("Add", ["input", "c"], "y")],
      [["c", floats([3], Float32Array.of(1e-40, -1e-13, 2e-12))]],
    );
    expect([...floatsOf(flushDenormals(graph), "c")]).toEqual([0, 0, Math.fround(2e-12)]);
  });
});

describe("narrow models stay close", () => {
  const stream = graphOf(
    [
      node("Conv", ["input", "1w", "1b"], "x", pointwise),
      node("Conv", ["x", "2w", "2b"], "z", pointwise),
      node("Add", ["x", "z"], "s"),
      node("Conv", ["s", "3w", "3b"], "y", pointwise),
    ],
    [convolution("1"), convolution("2"), convolution("3")].flat(),
  );

  it("as products of integers, a sum between them", async () => {
    const channels = Array.from({ length: 4 }, () => ({ low: -4, high: 4, mean: 0 }));
    const ranges = new Map(["input", "x", "s"].map((name) => [name, { channels, fine: 0 }]));
    const quantized = quantizePointwise(stream, ranges);
    expect(quantized.nodes.filter(({ op }) => op === "MatMulInteger")).toHaveLength(3);
    // Uniform weights suffer most from the limit on neighbours; trained ones have few large values.
    expect(relativeDifference(await evaluate(quantized, input), await evaluate(stream, input))).toBeLessThan(
      0.1,
    );
  });

  it("without a range, unchanged", () => {
    expect(quantizePointwise(stream, new Map()).nodes).toEqual(stream.nodes);
  });

  const wide = [1, 64, 2, 2];
  const large: Graph = {
    ...graphOf([node("Conv", ["input", "w", "b"], "y", pointwise)], []),
    input: { name: "input", shape: wide },
    outputs: [{ name: "y", shape: wide }],
    constants: new Map([
      ["w", floats([64, 64, 1, 1], randoms(64 * 64))],
      ["b", floats([64], randoms(64))],
    ]),
  };

  it("with weights of 16 bits", async () => {
    const image = randoms(256);
    const run = async (graph: Graph) => {
      const session = await openSession(writeOnnx(graph), wide);
      return (await session.run(image)).get("y")!;
    };
    const narrowed = writeOnnx(halveWeights(large));
    expect(narrowed.length).toBeLessThan(0.6 * writeOnnx(large).length);
    const difference = relativeDifference(await run(halveWeights(large)), await run(large));
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-3);
  });
});

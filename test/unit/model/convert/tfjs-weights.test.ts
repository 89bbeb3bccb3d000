/** The reader of TensorFlow.js weights, on shards made by hand. */
import { describe, expect, it } from "vitest";
import { readTfjsWeights } from "../../../../model/convert/tfjs/weights.ts";

type Entry = Readonly<Record<string, unknown>>;

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const bytesOf = (values: Float32Array | Uint16Array | Uint8Array) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Reads one group over the given shards, named 0, 1 and so on. */
function read(weights: readonly Entry[], ...shards: readonly Uint8Array[]) {
  const paths = shards.map((_, i) => String(i));
  return readTfjsWeights(json([{ paths, weights }]), (path) => shards[Number(path)]);
}

const pair = { name: "a", shape: [2], dtype: "float32" };
const singles = bytesOf(Float32Array.of(1.5, -2));

describe("weights of TensorFlow.js are read", () => {
  it.each([
    ["float32", undefined, singles, [1.5, -2]],
    ["float16", { dtype: "float16" }, bytesOf(Uint16Array.of(0x3e00, 0xc000)), [1.5, -2]],
    ["uint8", { dtype: "uint8", scale: 0.5, min: -2 }, Uint8Array.of(7, 255), [1.5, 125.5]],
    [
      "uint16",
      { dtype: "uint16", scale: 0.25, min: -1, original_dtype: "float32" },
      bytesOf(Uint16Array.of(10, 65535)),
      [1.5, 16382.75],
    ],
  ])("from %s", (_, quantization, shard, expected) => {
    const weights = read([{ ...pair, ...(quantization && { quantization }) }], shard);
    expect([...weights.keys()]).toEqual(["a"]);
    expect(weights.get("a")).toEqual({ shape: [2], data: Float32Array.from(expected) });
  });

  it("scaled and shifted in double precision, rounded once", () => {
    const [scale, min] = [0.0005260649557207145, -0.07101876902229645];
    const weights = read([{ ...pair, quantization: { dtype: "uint8", scale, min } }], Uint8Array.of(3, 200));
    expect([...weights.get("a")!.data]).toEqual([3, 200].map((q) => Math.fround(q * scale + min)));
  });

  it("one after another, across the border of two shards and at odd offsets", () => {
    const quantization = { dtype: "uint8", scale: 1, min: 0 };
    const entries = [{ name: "q", shape: [1, 1], dtype: "float32", quantization }, pair];
    const bytes = Uint8Array.of(9, ...singles);
    const weights = read(entries, bytes.subarray(0, 4), bytes.subarray(4));
    expect(weights.get("q")).toEqual({ shape: [1, 1], data: Float32Array.of(9) });
    expect(weights.get("a")?.data).toEqual(Float32Array.of(1.5, -2));
  });

  it("group by group, each from shards of its own; a scalar has no dimensions", () => {
    const scalar = { name: "b", shape: [], dtype: "float32" };
    const manifest = [
      { paths: ["x"], weights: [pair] },
      { paths: ["y"], weights: [scalar] },
    ];
    const shards = new Map([
      ["x", singles],
      ["y", singles.subarray(4)],
    ]);
    const weights = readTfjsWeights(json(manifest), (path) => shards.get(path)!);
    expect(weights.get("b")).toEqual({ shape: [], data: Float32Array.of(-2) });
  });
});

describe("weights of TensorFlow.js are refused", () => {
  it.each([
    ["one byte short", () => read([pair], singles.subarray(1)), "a ends at byte 8 of 7"],
    ["without a shard", () => read([pair]), "a ends at byte 8 of 0"],
    [
      "with a byte left over",
      () => read([pair], Uint8Array.of(...singles, 0)),
      "1 bytes belong to no weight",
    ],
    ["with a name listed twice", () => read([pair, pair], singles, singles), "a is listed twice"],
    [
      "with two groups over one shard",
      () => {
        const groups = ["a", "b"].map((name) => ({ paths: ["x"], weights: [{ ...pair, name }] }));
        return readTfjsWeights(json(groups), () => singles);
      },
      "x is listed twice",
    ],
    ["with NaN", () => read([pair], bytesOf(Float32Array.of(1, Number.NaN))), "a holds a value that is not"],
  ])("%s", (_, act, message) => {
    expect(act).toThrow(message);
  });

  it.each([
    ["another type", { dtype: "bool" }, "dtype"],
    ["another stored type", { quantization: { dtype: "int8", scale: 1, min: 0 } }, "quantization"],
    [
      "integers that were integers",
      { quantization: { dtype: "uint8", scale: 1, min: 0, original_dtype: "int32" } },
      "original_dtype",
    ],
    ["no scale", { quantization: { dtype: "uint8", min: 0 } }, "scale"],
    ["no minimum", { quantization: { dtype: "uint16", scale: 1 } }, "min"],
    ["a dimension of 0", { shape: [0] }, "shape"],
    ["a dimension of 1.5", { shape: [1.5] }, "shape"],
    ["a negative dimension", { shape: [-2, -1] }, "shape"],
    ["no name", { name: "" }, "name"],
    ["a place of its own", { byteOffset: 4 }, "byteOffset"],
  ])("with %s", (_, change, field) => {
    const act = () => read([{ ...pair, ...change }], singles);
    expect(act).toThrow("weights manifest");
    expect(act).toThrow(field);
  });

  it("when the manifest is of another kind", () => {
    expect(() => readTfjsWeights(json({ format: "graph-model" }), () => singles)).toThrow("weights manifest");
  });
});

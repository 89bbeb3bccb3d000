/**
 * Reads TensorFlow.js weights: a manifest (`*-weights_manifest.json`) of groups, each naming the shards whose bytes,
 * one after another, hold the group's weights in order, little-endian and without gaps.
 *
 * Weights are float32, int32 (shapes) or narrower: uint8 and uint16 stand for q * scale + min, float16 for itself. Every byte belongs
 * to exactly one weight; missing, left-over and repeated bytes and other types are errors, never skipped.
 */
import { z } from "zod";
import { sizeOf } from "../graph.ts";
import { widenHalf } from "../half.ts";

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Weights = ReadonlyMap<string, Weight>;

const original = { original_dtype: z.literal("float32").optional() };
const weightSchema = z.strictObject({
  name: z.string().min(1),
  shape: z.array(z.int().positive()),
  dtype: z.enum(["float32", "int32"]),
  quantization: z
    .discriminatedUnion("dtype", [
      z.strictObject({ dtype: z.enum(["uint8", "uint16"]), scale: z.number(), min: z.number(), ...original }),
      z.strictObject({ dtype: z.literal("float16"), ...original }),
    ])
    .optional(),
});
const manifestSchema = z.array(
  z.strictObject({ paths: z.array(z.string().min(1)), weights: z.array(weightSchema) }),
);

type WeightEntry = z.infer<typeof weightSchema>;

const bytesPerValue = { uint8: 1, uint16: 2, float16: 2, float32: 4, int32: 4 } as const;

/** Throws for anything that it does not know. `readShard` gives the bytes of a path in the manifest. */
export function readTfjsWeights(manifest: Uint8Array, readShard: (path: string) => Uint8Array): Weights {
  return readWeightGroups(JSON.parse(new TextDecoder().decode(manifest)), readShard);
}

/** Reads the weights of a manifest that is already parsed. Throws likewise. */
export function readWeightGroups(manifest: unknown, readShard: (path: string) => Uint8Array): Weights {
  const groups = manifestSchema.safeParse(manifest);
  if (!groups.success) throw new Error(`weights manifest: ${z.prettifyError(groups.error)}`);
  refuseTwice(groups.data.flatMap(({ paths }) => paths));
  refuseTwice(groups.data.flatMap(({ weights }) => weights.map(({ name }) => name)));
  const weights = new Map<string, Weight>();
  for (const group of groups.data) {
    const bytes = Buffer.concat(group.paths.map(readShard));
    let at = 0;
    for (const entry of group.weights) {
      const end = at + sizeOf(entry.shape) * bytesPerValue[storedType(entry)];
      if (end > bytes.length) throw new Error(`${entry.name} ends at byte ${end} of ${bytes.length}`);
      weights.set(entry.name, { shape: entry.shape, data: decode(entry, bytes.subarray(at, end)) });
      at = end;
    }
    if (at < bytes.length) throw new Error(`${group.paths}: ${bytes.length - at} bytes belong to no weight`);
  }
  return weights;
}

/**
 * Refuses repetition: a shard read twice would give two groups the same bytes, and a name given twice would lose the
 * first.
 */
function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`weights manifest: ${twice} is listed twice`);
}

function storedType({ quantization, dtype }: WeightEntry): keyof typeof bytesPerValue {
  return quantization?.dtype ?? dtype;
}

function decode(entry: WeightEntry, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readerOf(entry, view);
  const length = bytes.length / bytesPerValue[storedType(entry)];
  const data = Float32Array.from({ length }, (_, i) => read(i));
  if (!data.every(Number.isFinite)) throw new Error(`${entry.name} holds a value that is not finite`);
  return data;
}

function readerOf({ quantization, dtype }: WeightEntry, view: DataView): (i: number) => number {
  switch (quantization?.dtype) {
    case undefined:
      return dtype === "int32" ? (i) => view.getInt32(4 * i, true) : (i) => view.getFloat32(4 * i, true);
    case "float16":
      return (i) => widenHalf(view.getUint16(2 * i, true));
    case "uint8": {
      const { scale, min } = quantization;
      return (i) => view.getUint8(i) * scale + min;
    }
    case "uint16": {
      const { scale, min } = quantization;
      return (i) => view.getUint16(2 * i, true) * scale + min;
    }
  }
}

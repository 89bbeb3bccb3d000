/**
 * Constants of a TensorFlow Lite file as plain numbers: half floats widened, sparse tensors expanded, and DEQUANTIZE
 * and DENSIFY of a constant evaluated here instead of at run time.
 */
import { widenHalf } from "../half.ts";
import type { Sparsity, TfliteGraph, TfliteTensor } from "./reader.ts";

/** Reads constants by tensor index; `null` for a value that is computed from the network's input. */
export function constantsOf(graph: TfliteGraph): (index: number) => Float32Array | Int32Array | null {
  const producers = new Map(
    graph.operators
      .filter(({ code }) => code === "DEQUANTIZE" || code === "DENSIFY")
      .map((op) => [op.outputs[0], op]),
  );
  const read = (index: number): Float32Array | Int32Array | null => {
    const tensor = graph.tensors[index];
    if (tensor.bytes.length > 0) return decode(tensor);
    const producer = producers.get(index);
    // DEQUANTIZE and DENSIFY leave the numbers as they are: `decode` has widened and expanded them already.
    return producer === undefined ? null : read(producer.inputs[0]);
  };
  return read;
}

function decode(tensor: TfliteTensor): Float32Array | Int32Array {
  const stored = decodeStored(tensor);
  const { sparsity } = tensor;
  if (sparsity === null) return stored;
  if (stored instanceof Int32Array) throw new Error(`sparse integers in ${tensor.name}`);
  return densify(stored, tensor.shape, sparsity);
}

function decodeStored({ bytes, type }: TfliteTensor): Float32Array | Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case "float32":
      return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
    case "float16":
      return Float32Array.from({ length: bytes.length / 2 }, (_, i) =>
        widenHalf(view.getUint16(2 * i, true)),
      );
    case "int32":
      return Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true));
  }
}

/**
 * Expands a tensor stored as in "Sparse tensor format" (schema.fbs, `SparsityParameters`): its
 * dimensions are visited in `traversalOrder`, each stored whole or as compressed rows. Entries of
 * `traversalOrder` from the rank on are inner dimensions of blocks along `blockMap`.
 */
export function densify(stored: Float32Array, shape: readonly number[], sparsity: Sparsity): Float32Array {
  const { traversalOrder, blockMap, dimensions } = sparsity;
  const rank = shape.length;
  const blockSizes = blockMap.map((_, block) => denseSize(dimensions[traversalOrder.indexOf(rank + block)]));
  const dense = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const coordinates = new Array<number>(traversalOrder.length).fill(0);
  let next = 0;

  function store(): void {
    const place = shape.map((_, axis) => coordinates[axis]);
    for (const [block, axis] of blockMap.entries()) {
      place[axis] = place[axis] * blockSizes[block] + coordinates[rank + block];
    }
    dense[place.reduce((offset, coordinate, axis) => offset * shape[axis] + coordinate, 0)] = stored[next++];
  }

  function visit(level: number, parent: number): void {
    if (level === traversalOrder.length) {
      store();
      return;
    }
    const dimension = dimensions[level];
    const axis = traversalOrder[level];
    if (dimension.format === "dense") {
      for (let i = 0; i < dimension.size; i++) {
        coordinates[axis] = i;
        visit(level + 1, parent * dimension.size + i);
      }
      return;
    }
    for (let entry = dimension.segments[parent]; entry < dimension.segments[parent + 1]; entry++) {
      coordinates[axis] = dimension.indices[entry];
      visit(level + 1, entry);
    }
  }

  visit(0, 0);
  if (next !== stored.length) throw new Error(`sparse tensor: ${next} of ${stored.length} values used`);
  return dense;
}

function denseSize(dimension: Sparsity["dimensions"][number]): number {
  if (dimension.format !== "dense") throw new Error("a sparse block dimension is not supported");
  return dimension.size;
}

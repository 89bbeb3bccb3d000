/**
 * Reads a TensorFlow Lite file: a FlatBuffer with identifier "TFL3".
 *
 * Field numbers are those of tensorflow/lite/schema/schema.fbs (v3). Only the features of a feed-forward float
 * network are read; anything else in the file is refused, never skipped. Tensors are NHWC, filters OHWI (depthwise:
 * 1HWC).
 */
import { ByteBuffer } from "flatbuffers";

export type TensorType = "float32" | "float16" | "int32";

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** Raw little-endian bytes of a constant; empty for a computed value. */
  readonly bytes: Uint8Array;
  /** Layout of the bytes of a sparse constant. */
  readonly sparsity: Sparsity | null;
}

/** schema.fbs `SparsityParameters`: the order of the dimensions, and the storage of each. */
export interface Sparsity {
  readonly traversalOrder: readonly number[];
  readonly blockMap: readonly number[];
  readonly dimensions: readonly SparseDimension[];
}

export type SparseDimension =
  | { readonly format: "dense"; readonly size: number }
  | { readonly format: "csr"; readonly segments: readonly number[]; readonly indices: readonly number[] };

export interface TfliteOperator {
  readonly code: OperatorCode;
  /** Tensor indices; -1 stands for an absent optional input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: OptionsTable;
}

export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** schema.fbs `BuiltinOperator`, as far as the models here use it. */
const operatorCodes = {
  0: "ADD",
  2: "CONCATENATION",
  3: "CONV_2D",
  4: "DEPTHWISE_CONV_2D",
  5: "DEPTH_TO_SPACE",
  6: "DEQUANTIZE",
  9: "FULLY_CONNECTED",
  17: "MAX_POOL_2D",
  18: "MUL",
  19: "RELU",
  22: "RESHAPE",
  23: "RESIZE_BILINEAR",
  34: "PAD",
  41: "SUB",
  42: "DIV",
  47: "EXP",
  59: "NEG",
  74: "SUM",
  82: "REDUCE_MAX",
  101: "ABS",
  124: "DENSIFY",
} as const;

export type OperatorCode = (typeof operatorCodes)[keyof typeof operatorCodes];

const tensorTypes: Readonly<Record<number, TensorType>> = { 0: "float32", 1: "float16", 2: "int32" };

/** Returns the only subgraph of a TensorFlow Lite file. Throws for anything that it does not know. */
export function readTflite(file: Uint8Array): TfliteGraph {
  const buffer = new ByteBuffer(file);
  if (!buffer.__has_identifier("TFL3")) throw new Error("not a TensorFlow Lite file");
  const model = new Table(buffer, buffer.readInt32(0));
  const subgraphs = model.tables(2);
  if (subgraphs.length !== 1) throw new Error(`${subgraphs.length} subgraphs; expected one`);
  const codes = model.tables(1).map(readOperatorCode);
  const buffers = model.tables(4).map((table) => table.bytes(0));
  const [graph] = subgraphs;
  return {
    tensors: graph.tables(0).map((table) => readTensor(table, buffers)),
    inputs: graph.ints(1),
    outputs: graph.ints(2),
    operators: graph.tables(3).map((table) => ({
      code: codes[table.int(0, 0)],
      inputs: table.ints(1),
      outputs: table.ints(2),
      options: table.table(4) ?? emptyOptions,
    })),
  };
}

/** Files older than schema version 3a have the code in a byte, newer ones in both fields. */
function readOperatorCode(table: Table): OperatorCode {
  const number = Math.max(table.byte(0, 0), table.int(3, 0));
  const code = (operatorCodes as Readonly<Record<number, OperatorCode>>)[number];
  if (code === undefined) throw new Error(`unknown TensorFlow Lite operator ${number}`);
  return code;
}

function readTensor(table: Table, buffers: readonly Uint8Array[]): TfliteTensor {
  const type = tensorTypes[table.byte(1, 0)];
  if (type === undefined) throw new Error(`unknown tensor type ${table.byte(1, 0)} of ${table.string(3)}`);
  const sparsity = table.table(6);
  return {
    name: table.string(3),
    shape: table.ints(0),
    type,
    bytes: buffers[table.int(2, 0)],
    sparsity: sparsity === null ? null : readSparsity(sparsity),
  };
}

function readSparsity(table: Table): Sparsity {
  return {
    traversalOrder: table.ints(0),
    blockMap: table.ints(1),
    dimensions: table
      .tables(2)
      .map((dimension) =>
        dimension.byte(0, 0) === 0
          ? { format: "dense", size: dimension.int(1, 0) }
          : { format: "csr", segments: dimension.indices(2), indices: dimension.indices(4) },
      ),
  };
}

/** An operator's options by field number, each with the schema's default. */
export interface OptionsTable {
  byte(field: number, missing: number): number;
  int(field: number, missing: number): number;
  ints(field: number): number[];
}

const emptyOptions: OptionsTable = {
  byte: (_field, missing) => missing,
  int: (_field, missing) => missing,
  ints: () => [],
};

/** One FlatBuffer table; fields have the numbers of the schema. */
class Table implements OptionsTable {
  readonly #buffer: ByteBuffer;
  readonly #position: number;

  constructor(buffer: ByteBuffer, position: number) {
    this.#buffer = buffer;
    this.#position = position;
  }

  /** Absolute position of the field's value, or 0 when the table leaves it out. */
  #at(field: number): number {
    const offset = this.#buffer.__offset(this.#position, 4 + 2 * field);
    return offset === 0 ? 0 : this.#position + offset;
  }

  byte(field: number, missing: number): number {
    const at = this.#at(field);
    return at === 0 ? missing : this.#buffer.readInt8(at);
  }

  int(field: number, missing: number): number {
    const at = this.#at(field);
    return at === 0 ? missing : this.#buffer.readInt32(at);
  }

  string(field: number): string {
    const at = this.#at(field);
    return at === 0 ? "" : String(this.#buffer.__string(at));
  }

  table(field: number): Table | null {
    const at = this.#at(field);
    return at === 0 ? null : new Table(this.#buffer, this.#buffer.__indirect(at));
  }

  #vector<T>(field: number, stride: number, read: (at: number) => T): T[] {
    const at = this.#at(field);
    if (at === 0) return [];
    const start = this.#buffer.__vector(at);
    return Array.from({ length: this.#buffer.__vector_len(at) }, (_, i) => read(start + i * stride));
  }

  ints(field: number): number[] {
    return this.#vector(field, 4, (at) => this.#buffer.readInt32(at));
  }

  tables(field: number): Table[] {
    return this.#vector(field, 4, (at) => new Table(this.#buffer, this.#buffer.__indirect(at)));
  }

  bytes(field: number): Uint8Array {
    const at = this.#at(field);
    if (at === 0) return new Uint8Array(0);
    const start = this.#buffer.__vector(at);
    return this.#buffer.bytes().subarray(start, start + this.#buffer.__vector_len(at));
  }

  /** Reads the union `SparseIndexVector`: its type in `field`, its table in the next. */
  indices(field: number): number[] {
    const table = this.table(field + 1);
    if (table === null) throw new Error("a sparse dimension without its indices");
    switch (this.byte(field, 0)) {
      case 1:
        return table.ints(0);
      case 2:
        return table.#vector(0, 2, (at) => this.#buffer.readUint16(at));
      case 3:
        return table.#vector(0, 1, (at) => this.#buffer.readUint8(at));
      default:
        throw new Error(`unknown kind of sparse indices ${this.byte(field, 0)}`);
    }
  }
}

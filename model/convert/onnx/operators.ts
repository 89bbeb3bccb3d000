/**
 * An ONNX artifact in the form that the plan compiler reads: operators with their attributes, and constants as
 * numbers.
 */
import onnxProto from "onnx-proto";
import { widenHalf } from "../half.ts";

const { onnx } = onnxProto;
const { DataType } = onnx.TensorProto;

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | Int8Array | BigInt64Array;
  /** True when the file holds half floats, so that the plan may too. */
  readonly half: boolean;
}

export interface Operator {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Lists of integers by name; a single integer is a list of one. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
  readonly strings: ReadonlyMap<string, string>;
}

export interface OnnxGraph {
  readonly operators: readonly Operator[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** Throws an error that names the operator, unless `holds`. */
export function demand(holds: boolean, { op, name }: Pick<Operator, "op" | "name">, what: string): void {
  if (!holds) throw new Error(`the plan compiler has no step for ${op} (${name}): ${what}`);
}

/** Reads a file; casts of constants to float32 are evaluated and removed. */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  const { graph } = onnx.ModelProto.decode(bytes);
  if (!graph?.node || !graph.initializer || !graph.input || !graph.output)
    throw new Error("not an ONNX model");
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? "", readTensor(tensor)]));
  const operators: Operator[] = [];
  for (const operator of graph.node.map(readOperator)) {
    const widened = operator.op === "Cast" ? constants.get(operator.inputs[0]) : undefined;
    if (widened === undefined) operators.push(operator);
    else constants.set(operator.output, widened);
  }
  return { operators, constants, input: readValue(graph.input[0]), outputs: graph.output.map(readValue) };
}

function readOperator(node: onnxProto.onnx.INodeProto): Operator {
  const attributes = node.attribute ?? [];
  const { AttributeType } = onnx.AttributeProto;
  return {
    op: node.opType ?? "",
    name: node.name ?? "",
    inputs: node.input ?? [],
    output: node.output?.[0] ?? "",
    integers: new Map(
      attributes
        .filter(({ type }) => type === AttributeType.INT || type === AttributeType.INTS)
        .map(({ name, type, i, ints }) => [
          name ?? "",
          (type === AttributeType.INT ? [i] : (ints ?? [])).map(Number),
        ]),
    ),
    strings: new Map(
      attributes
        .filter(({ type }) => type === AttributeType.STRING)
        .map(({ name, s }) => [name ?? "", new TextDecoder().decode(s ?? new Uint8Array())]),
    ),
  };
}

function readTensor(tensor: onnxProto.onnx.ITensorProto): Tensor {
  const shape = (tensor.dims ?? []).map(Number);
  const raw = Uint8Array.from(tensor.rawData ?? new Uint8Array());
  const { buffer } = raw;
  switch (tensor.dataType) {
    case DataType.FLOAT:
      return { shape, data: new Float32Array(buffer), half: false };
    case DataType.FLOAT16:
      return { shape, data: Float32Array.from(new Uint16Array(buffer), widenHalf), half: true };
    case DataType.UINT8:
      return { shape, data: raw, half: false };
    case DataType.INT8:
      return { shape, data: new Int8Array(buffer), half: false };
    case DataType.INT64:
      return { shape, data: new BigInt64Array(buffer), half: false };
    default:
      throw new Error(`${tensor.name}: constants of type ${tensor.dataType} are unknown`);
  }
}

function readValue({ name, type }: onnxProto.onnx.IValueInfoProto) {
  const shape = (type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => Number(dimValue));
  return { name: name ?? "", shape };
}

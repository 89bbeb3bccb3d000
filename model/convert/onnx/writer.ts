/** Writes a graph as an ONNX file. The same graph always gives the same bytes. */
import onnxProto from "onnx-proto";
import type { Attribute, Constant, ElementType, Graph, Node, Value } from "../graph.ts";

const { onnx } = onnxProto;
const { AttributeProto, ModelProto, TensorProto } = onnx;

/** Opset 17 is the newest that onnxruntime's CPU operators had in full when ReduceMax still took attributes. */
const opsetVersion = 17;
const irVersion = 8;

const elementTypes: Readonly<Record<ElementType, number>> = {
  float32: TensorProto.DataType.FLOAT,
  float16: TensorProto.DataType.FLOAT16,
  int64: TensorProto.DataType.INT64,
  int32: TensorProto.DataType.INT32,
  int8: TensorProto.DataType.INT8,
  uint8: TensorProto.DataType.UINT8,
};

/** Attributes that are floats by their operator's definition; every other number is an integer. */
const floatAttributes = new Set(["alpha", "beta", "activation_params", "Y_scale"]);

export function writeOnnx(graph: Graph): Uint8Array {
  const domains = new Set(graph.nodes.map(({ domain }) => domain));
  const model = ModelProto.create({
    irVersion,
    producerName: "sameface",
    opsetImport: [
      { domain: "", version: opsetVersion },
      ...(domains.has("com.microsoft") ? [{ domain: "com.microsoft", version: 1 }] : []),
    ],
    graph: {
      name: graph.name,
      node: graph.nodes.map(writeNode),
      initializer: [...graph.constants].map(([name, constant]) => writeConstant(name, constant)),
      input: [writeValue(graph.input)],
      output: graph.outputs.map(writeValue),
    },
  });
  // The bytes are copied because they lie in a buffer of protobufjs's own pool.
  return Uint8Array.from(ModelProto.encode(model).finish());
}

function writeNode(
  { op, domain, inputs, outputs, attributes }: Node,
  index: number,
): onnxProto.onnx.INodeProto {
  return {
    name: `${op}_${index}`,
    opType: op,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => writeAttribute(name, value)),
  };
}

function writeAttribute(name: string, value: Attribute): onnxProto.onnx.IAttributeProto {
  const { AttributeType } = AttributeProto;
  const isFloat = floatAttributes.has(name);
  if (typeof value === "string")
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === "number") {
    return isFloat
      ? { name, type: AttributeType.FLOAT, f: value }
      : { name, type: AttributeType.INT, i: value };
  }
  return isFloat
    ? { name, type: AttributeType.FLOATS, floats: [...value] }
    : { name, type: AttributeType.INTS, ints: [...value] };
}

function writeConstant(name: string, { type, shape, data }: Constant): onnxProto.onnx.ITensorProto {
  // Typed arrays are little-endian on every machine that Node runs on, as ONNX demands.
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dataType: elementTypes[type], dims: [...shape], rawData };
}

function writeValue({ name, shape }: Value): onnxProto.onnx.IValueInfoProto {
  return {
    name,
    type: {
      tensorType: { elemType: elementTypes.float32, shape: { dim: shape.map((dimValue) => ({ dimValue })) } },
    },
  };
}

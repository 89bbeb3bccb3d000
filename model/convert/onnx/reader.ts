/**
 * Reads an ONNX file as a graph: batch 1, NCHW, float32, one input and one output, which is flattened. It
 * knows the operators of the sources at hand and works their shapes out; any other is an error that names it.
 */
import onnxProto, { type onnx as Onnx } from "onnx-proto";
import type { Attribute, Constant, Graph, Node } from "../graph.ts";
import { floats, integers, node, prune } from "../graph.ts";

const { onnx } = onnxProto;

export interface ReadOptions {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly outputName: string;
}

export function readOnnx(bytes: Uint8Array, { name, inputShape, outputName }: ReadOptions): Graph {
  const { graph } = onnx.ModelProto.decode(bytes);
  if (!graph?.node || !graph.initializer) throw new Error(`${name} is not an ONNX model`);
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializer) {
    if (tensor.dataType === onnx.TensorProto.DataType.FLOAT)
      constants.set(`c${tensor.name}`, readFloats(tensor));
  }
  const stored = new Set(graph.initializer.map((tensor) => tensor.name));
  const inputs = (graph.input ?? []).filter((input) => !stored.has(input.name));
  const outputs = graph.output ?? [];
  if (inputs.length !== 1 || outputs.length !== 1)
    throw new Error(`${name} has not one input and one output`);
  const rename = (value: string) => {
    if (value === inputs[0].name) return "input";
    if (value === outputs[0].name) return outputName;
    return stored.has(value) ? `c${value}` : `t${value}`;
  };

  const shapes = new Map<string, readonly number[]>([["input", inputShape]]);
  const nodes: Node[] = [];
  for (const { opType, input, output, attribute } of graph.node) {
    const attributes = Object.fromEntries((attribute ?? []).map((each) => [each.name!, readAttribute(each)]));
    const [operands, result] = [input!.map(rename), rename(output![0])];
    const step = lower(node(opType!, operands, result, attributes), { shapes, constants });
    shapes.set(result, step.shape);
    nodes.push(step.node);
  }
  const outputShape = shapes.get(outputName)!;
  shapes.delete("input");
  return prune({
    name,
    input: { name: "input", shape: inputShape },
    outputs: [{ name: outputName, shape: outputShape }],
    nodes,
    constants,
    shapes,
  });
}

interface Known {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly constants: Map<string, Constant>;
}

/** Returns the node with its defaults spelled out, and the shape of its result. */
function lower(each: Node, { shapes, constants }: Known): { node: Node; shape: readonly number[] } {
  const shape = shapes.get(each.inputs[0])!;
  switch (each.op) {
    case "Conv": {
      const { kernel_shape, strides, pads, group, dilations } = each.attributes;
      if ((dilations as number[] | undefined)?.some((step) => step !== 1))
        throw new Error("a dilated convolution");
      const [outputs] = constants.get(each.inputs[1])!.shape;
      const [top, left, bottom, right] = pads as number[];
      const size = (axis: number, padding: number) =>
        Math.floor(
          (shape[2 + axis] + padding - (kernel_shape as number[])[axis]) / (strides as number[])[axis],
        ) + 1;
      return {
        node: { ...each, attributes: { kernel_shape, strides, pads, group } },
        shape: [1, outputs, size(0, top + bottom), size(1, left + right)],
      };
    }
    case "PRelu":
    case "Add":
      return { node: each, shape };
    case "Reshape": {
      const flat = shape.reduce((product, side) => product * side, 1);
      constants.set("flat", integers([1, flat]));
      return { node: { ...each, inputs: [each.inputs[0], "flat"] }, shape: [1, flat] };
    }
    default:
      throw new Error(`the operator ${each.op} is not known`);
  }
}

function readFloats({ dims, rawData, floatData, name }: Onnx.ITensorProto): Constant {
  const raw = rawData ?? new Uint8Array();
  const data =
    raw.length > 0 ? new Float32Array(Uint8Array.from(raw).buffer) : Float32Array.from(floatData ?? []);
  if (data.some((value) => !Number.isFinite(value))) throw new Error(`${name} is not finite`);
  return floats((dims ?? []).map(Number), data);
}

function readAttribute({ name, type, f, i, ints }: Onnx.IAttributeProto): Attribute {
  const { AttributeType } = onnx.AttributeProto;
  switch (type) {
    case AttributeType.INT:
      return Number(i);
    case AttributeType.INTS:
      return (ints ?? []).map(Number);
    case AttributeType.FLOAT:
      return f!;
    default:
      throw new Error(`the attribute ${name} is of an unknown type`);
  }
}

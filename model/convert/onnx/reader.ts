/**
 * Reads an ONNX file as a graph: batch 1, NCHW, float32, one input and one output, which is flattened. It
 * knows the operators of the sources at hand and works their shapes out; any other is an error that names it.
 *
 * Layers after the last picture read a single pixel, and are spelled as 1x1 convolutions of it. A mean over a
 * picture is a row of convolutions by channel (`pooling.ts`).
 */
import onnxProto, { type onnx as Onnx } from "onnx-proto";
import type { Attribute, Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, integers, node, prune, sizeOf } from "../graph.ts";
import { meanOf } from "./pooling.ts";

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
  const pixels = new Map<string, string>();
  const rename = (value: string): string => {
    const pixel = pixels.get(value);
    if (pixel !== undefined) return pixel;
    if (value === inputs[0].name) return "input";
    if (value === outputs[0].name) return outputName;
    return stored.has(value) ? `c${value}` : `t${value}`;
  };

  const shapes = new Map<string, readonly number[]>([["input", inputShape]]);
  const nodes: Node[] = [];
  for (const { opType, input, output, attribute } of graph.node) {
    if (shapeArithmetic.has(opType!)) continue;
    const attributes = Object.fromEntries((attribute ?? []).map((each) => [each.name!, readAttribute(each)]));
    const [operands, result] = [input!.map(rename), rename(output![0])];
    if (opType === "Reshape" && result !== outputName) {
      const [, , height, width] = shapes.get(operands[0])!;
      if (height * width !== 1) throw new Error("a picture that is flattened before the output");
      pixels.set(output![0], operands[0]);
      continue;
    }
    for (const step of lower(node(opType!, operands, result, attributes), {
      shapes,
      constants,
      outputName,
    })) {
      shapes.set(step.node.outputs[0], step.shape);
      nodes.push(step.node);
    }
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

/** Operators that work out the shape to which a value is flattened. */
const shapeArithmetic: ReadonlySet<string> = new Set(["Shape", "Constant", "Gather", "Unsqueeze", "Concat"]);

interface Known {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly constants: Map<string, Constant>;
  readonly outputName: string;
}

export interface Step {
  readonly node: Node;
  /** Shape of its result. */
  readonly shape: readonly number[];
}

/** Returns the steps that make the node's result, with their defaults spelled out. */
function lower(each: Node, { shapes, constants, outputName }: Known): Step[] {
  const shape = shapes.get(each.inputs[0])!;
  const [output] = each.outputs;
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
      return [
        {
          node: { ...each, attributes: { kernel_shape, strides, pads, group } },
          shape: [1, outputs, size(0, top + bottom), size(1, left + right)],
        },
      ];
    }
    case "PRelu":
    case "Add":
    case "Relu":
    case "Sigmoid":
      return [{ node: each, shape }];
    case "Mul": {
      const picture = each.inputs.map((input) => shapes.get(input)!).sort((a, b) => sizeOf(b) - sizeOf(a))[0];
      return [{ node: each, shape: picture }];
    }
    case "GlobalAveragePool":
      return meanOf(each.inputs[0], output, shape, constants);
    case "Reshape":
      return [flatten(each.inputs[0], output, shape, constants)];
    case "MatMul": {
      const pixel = output === outputName ? `${output}/pixel` : output;
      const step = multiply(each, pixel, constants);
      return pixel === output ? [step] : [step, flatten(pixel, output, step.shape, constants)];
    }
    case "BatchNormalization":
      return normalise(each, shape, constants);
    default:
      throw new Error(`the operator ${each.op} is not known`);
  }
}

function flatten(
  input: string,
  output: string,
  shape: readonly number[],
  constants: Map<string, Constant>,
): Step {
  const flat = sizeOf(shape);
  constants.set("flat", integers([1, flat]));
  return { node: node("Reshape", [input, "flat"], output), shape: [1, flat] };
}

/** Spells a product of a vector by a matrix [inputs, outputs] as a 1x1 convolution. */
function multiply({ inputs: [input, matrix] }: Node, output: string, constants: Map<string, Constant>): Step {
  const [inputs, outputs] = constants.get(matrix)!.shape;
  const values = floatsOf({ constants }, matrix);
  const weights = values.map((_, i) => values[(i % inputs) * outputs + Math.floor(i / inputs)]);
  constants.set(`${output}/weights`, floats([outputs, inputs, 1, 1], weights));
  constants.set(`${output}/bias`, floats([outputs], new Float32Array(outputs)));
  const attributes = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], group: 1 };
  return {
    node: node("Conv", [input, `${output}/weights`, `${output}/bias`], output, attributes),
    shape: [1, outputs, 1, 1],
  };
}

/** Spells (x - mean) / sqrt(variance + epsilon) * scale + bias as a product and a sum for each channel. */
function normalise(each: Node, shape: readonly number[], constants: Map<string, Constant>): Step[] {
  const [input, ...names] = each.inputs;
  const [output] = each.outputs;
  const [scale, bias, mean, variance] = names.map((name) => floatsOf({ constants }, name));
  const epsilon = Number(each.attributes.epsilon);
  const factor = scale.map((value, c) => value / Math.sqrt(variance[c] + epsilon));
  const offset = bias.map((value, c) => value - mean[c] * factor[c]);
  constants.set(`${output}/factor`, floats([factor.length, 1, 1], factor));
  constants.set(`${output}/offset`, floats([offset.length, 1, 1], offset));
  const scaled = `${output}/scaled`;
  return [
    { node: node("Mul", [input, `${output}/factor`], scaled), shape },
    { node: node("Add", [scaled, `${output}/offset`], output), shape },
  ];
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

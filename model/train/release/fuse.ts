/**
 * Adds the head to a shipped network as its last layers. Everything before them stays as it is, byte for byte, and
 * with it the ranges of its quantization. A linear head is merged into the last 1x1 convolution, y = W (A x + b); a
 * hidden one follows it. Weights are stored in 16 bits, as that layer's are.
 */
import onnxProto from "onnx-proto";
import { narrowToHalf, widenHalf } from "../../convert/half.ts";
import { project } from "../../convert/rewrite/directions.ts";
import type { HeadBlock, Matrix } from "../head.ts";

const { onnx } = onnxProto;
const { DataType } = onnx.TensorProto;
type Model = onnxProto.onnx.ModelProto;
type Tensor = onnxProto.onnx.ITensorProto;
type Node = onnxProto.onnx.INodeProto;

/** @param name of the new network. Throws unless the network ends in a 1x1 convolution and a reshape */
export function fuseHead(network: Uint8Array, block: HeadBlock, name: string): Uint8Array {
  const model = onnx.ModelProto.decode(network);
  const graph = model.graph;
  const [last, flatten] = graph?.node?.slice(-2) ?? [];
  if (!graph?.node || last?.opType !== "Conv" || flatten?.opType !== "Reshape")
    throw new Error("the network ends in something else than a convolution");
  if (block.length === 1) composeLast(model, last, block[0]);
  else appendHidden(model, last, flatten, block);
  graph.name = name;
  return Uint8Array.from(onnx.ModelProto.encode(model).finish());
}

/** Merges by W (A x + b) = (W A) x + W b. */
function composeLast(model: Model, last: Node, { rows, columns, values }: Matrix): void {
  for (const input of last.input!.slice(1)) {
    const tensor = constantOf(model, input);
    if (Number(tensor.dims![0]) !== columns)
      throw new Error("the head is of another length than the embedding");
    if (rows !== columns) throw new Error("a linear head must be square");
    writeFloats(tensor, project(values, readFloats(tensor), columns));
  }
}

/** Appends y + V max(0, U y), with U and V as 1x1 convolutions without a bias. */
function appendHidden(model: Model, last: Node, flatten: Node, [inner, outer]: HeadBlock): void {
  const { node, initializer } = model.graph!;
  const [embedding] = last.output!;
  const convolve = ({ rows, columns, values }: Matrix, input: string, output: string): Node => {
    const weights: Tensor = {
      name: `${output}/w-half`,
      dataType: DataType.FLOAT16,
      dims: [rows, columns, 1, 1],
    };
    writeFloats(weights, values);
    const zeros: Tensor = { name: `${output}/bias`, dataType: DataType.FLOAT, dims: [rows] };
    writeFloats(zeros, new Float32Array(rows));
    initializer!.push(weights, zeros);
    const to = { name: "to", type: onnx.AttributeProto.AttributeType.INT, i: DataType.FLOAT };
    const widened = {
      name: `Cast_${output}`,
      opType: "Cast",
      input: [weights.name!],
      output: [`${output}/w`],
    };
    node!.unshift({ ...widened, attribute: [to] });
    const inputs = [input, `${output}/w`, zeros.name!];
    return {
      name: `Conv_${output}`,
      opType: "Conv",
      attribute: last.attribute ?? [],
      input: inputs,
      output: [output],
    };
  };
  const first = convolve(inner, embedding, "head/inner");
  const second = convolve(outer, "head/relu", "head/outer");
  node!.splice(
    node!.length - 1,
    0,
    first,
    { name: "Relu_head", opType: "Relu", input: ["head/inner"], output: ["head/relu"] },
    second,
    { name: "Add_head", opType: "Add", input: [embedding, "head/outer"], output: ["head/sum"] },
  );
  flatten.input = ["head/sum", ...flatten.input!.slice(1)];
}

/** Finds the constant of that name, or the one that is cast to it. */
function constantOf(model: Model, name: string): Tensor {
  const { node, initializer } = model.graph!;
  const cast = node!.find(({ opType, output }) => opType === "Cast" && output?.[0] === name);
  const wanted = cast?.input?.[0] ?? name;
  const found = initializer!.find((tensor) => tensor.name === wanted);
  if (found === undefined) throw new Error(`${name} is not a constant`);
  return found;
}

function readFloats({ dataType, rawData, name }: Tensor): Float32Array {
  // Copied because the file's bytes need not be aligned.
  const { buffer } = Uint8Array.from(rawData ?? new Uint8Array());
  if (dataType === DataType.FLOAT) return new Float32Array(buffer);
  if (dataType === DataType.FLOAT16) return Float32Array.from(new Uint16Array(buffer), widenHalf);
  throw new Error(`${name} holds no floats`);
}

function writeFloats(tensor: Tensor, values: Float32Array): void {
  const kept = tensor.dataType === DataType.FLOAT16 ? Uint16Array.from(values, narrowToHalf) : values;
  tensor.rawData = new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength);
}

/** Lowers products of codes by 8-bit weights: several operators of the ONNX file become one step. */
import { activations } from "../../src/inference/kernels/kernels.ts";
import { recogniseFineProduct } from "../convert/fine-codes/recognise.ts";
import { demand, type Operator, type Tensor } from "../convert/onnx/operators.ts";
import { at, type Builder } from "./builder.ts";
import type { Value } from "./lowered.ts";
import { packPointwise } from "./pack.ts";
import { followTail, resultArguments, slopeArgument } from "./tail.ts";

/** Lowers W [O,C] (u8, zero point 128) times codes; fine codes have a product of their own, and a sum joins both. */
export function multiply(b: Builder, operator: Operator): void {
  const x = factors(b, operator);
  const { quantized } = x.value;
  const dequantize = dequantized(b, operator);
  const scales = b.floats(dequantize.inputs[1]);
  const joined =
    quantized.fine === null ? dequantize : joinFine(b, dequantize, x.weights, quantized.fine, scales);
  const tail = followTail(b, joined);
  const [outputs, depth] = x.weights.shape.slice(-2);
  const fineDepth = quantized.fine?.channels ?? 0;
  const { packed, sums, fineSums } = packPointwise(x.weights.data as Uint8Array, outputs, depth, fineDepth);
  const bias = tail.bias === null ? new Float32Array(outputs) : b.floats(tail.bias);
  b.step("pointwise", {
    input: at(x.value),
    fine: quantized.fine === null ? null : at(quantized.fine),
    weights: b.constants.bytes(packed),
    weightSums: b.constants.bytes(Int32Array.of(...sums, ...fineSums)),
    scale: b.constants.floats(scales),
    bias: b.constants.floats(bias),
    slope: slopeArgument(b, tail),
    residual: tail.residual === null ? null : at(tail.residual),
    ...resultArguments(b, tail, x.value.height, x.value.width, outputs),
    pixels: x.value.height * x.value.width,
    channels: outputs,
    depth,
    fineDepth,
    activation: activations[tail.activation],
    isBlocked: 0,
  });
}

/** Returns the two factors of a product: weights with zero point 128, and codes. */
function factors(b: Builder, { inputs, op, name }: Operator) {
  const [weightsName, codesName, weightsZero, zero] = inputs;
  const value = b.value(codesName);
  const zeros = [weightsZero, zero].map((each) => b.constant(each).data[0]);
  demand(zeros.join() === "128,0", { op, name }, `zero points of ${zeros}`);
  demand(value.quantized !== null, { op, name }, "what is not quantized");
  return { weights: b.constant(weightsName), value: { ...value, quantized: value.quantized! } };
}

function dequantized(b: Builder, operator: Operator): Operator {
  const dequantize = b.only(operator.output);
  demand(dequantize?.op === "DequantizeLinear", operator, "a product that is not dequantized");
  b.fused.add(dequantize!);
  return dequantize!;
}

/** Returns the operator that adds the product of the fine codes. */
function joinFine(
  b: Builder,
  dequantize: Operator,
  weights: Tensor,
  fine: Value,
  scales: Float32Array,
): Operator {
  const { sum, operators } = recogniseFineProduct(b, {
    dequantize,
    weights,
    scales,
    fineChannels: fine.channels,
    isFineCodes: (name) => b.value(name).buffer === fine.buffer,
  });
  for (const operator of operators) b.fused.add(operator);
  return sum;
}

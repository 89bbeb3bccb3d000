/**
 * Executes a TensorFlow Lite file operator by operator with TensorFlow.js: an implementation of the same operators,
 * in the source's own NHWC layout, that shares with the conversion only the reading of the file.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { TfliteGraph, TfliteOperator } from "../tflite/reader.ts";
import { constantsOf } from "../tflite/weights.ts";

/** `input` is NHWC, batch 1. Outputs come in the order of the file's. */
export function runTflite(graph: TfliteGraph, input: Float32Array): Float32Array[] {
  const constantOf = constantsOf(graph);
  const outputs = tf.tidy(() => {
    const values = new Map<number, tf.Tensor>();
    const [inputIndex] = graph.inputs;
    values.set(inputIndex, tf.tensor(input, batchOfOne(graph.tensors[inputIndex].shape), "float32"));
    const tensorOf = (index: number): tf.Tensor => {
      const known = values.get(index);
      if (known !== undefined) return known;
      const constant = constantOf(index);
      if (constant === null) throw new Error(`tensor ${index} has no value`);
      const dtype = constant instanceof Float32Array ? "float32" : "int32";
      const tensor = tf.tensor(constant, [...graph.tensors[index].shape], dtype);
      values.set(index, tensor);
      return tensor;
    };
    for (const operator of graph.operators) {
      if (operator.code === "DEQUANTIZE" || operator.code === "DENSIFY") continue;
      const shape = batchOfOne(graph.tensors[operator.outputs[0]].shape);
      values.set(operator.outputs[0], execute(operator, operator.inputs.map(tensorOf), shape));
    }
    return graph.outputs.map((index) => values.get(index)!);
  });
  const data = outputs.map((tensor) => tensor.dataSync() as Float32Array);
  tf.dispose(outputs);
  return data;
}

function batchOfOne(shape: readonly number[]): number[] {
  return [1, ...shape.slice(1)];
}

function execute({ code, options }: TfliteOperator, inputs: tf.Tensor[], shape: number[]): tf.Tensor {
  const [x, y, bias] = inputs;
  const padding = options.byte(0, 0) === 0 ? "same" : "valid";
  const strides: [number, number] = [options.int(2, 1), options.int(1, 1)];
  switch (code) {
    case "ADD":
      return activate(tf.add(x, y), options.byte(0, 0));
    case "SUB":
      return activate(tf.sub(x, y), options.byte(0, 0));
    case "MUL":
      return activate(tf.mul(x, y), options.byte(0, 0));
    case "DIV":
      return activate(tf.div(x, y), options.byte(0, 0));
    case "RELU":
      return tf.relu(x);
    case "ABS":
      return tf.abs(x);
    case "NEG":
      return tf.neg(x);
    case "EXP":
      return tf.exp(x);
    case "SUM":
      return tf.sum(x, [...y.dataSync()], options.byte(0, 0) !== 0);
    case "REDUCE_MAX":
      return tf.max(x, [...y.dataSync()], options.byte(0, 0) !== 0);
    case "CONV_2D": {
      const filter = tf.transpose(y as tf.Tensor4D, [1, 2, 3, 0]);
      const linear = tf.conv2d(x as tf.Tensor4D, filter, strides, padding);
      return activate(tf.add(linear, bias), options.byte(3, 0));
    }
    case "DEPTHWISE_CONV_2D": {
      const filter = tf.transpose(y as tf.Tensor4D, [1, 2, 3, 0]);
      const linear = tf.depthwiseConv2d(x as tf.Tensor4D, filter, strides, padding);
      return activate(tf.add(linear, bias), options.byte(4, 0));
    }
    case "MAX_POOL_2D": {
      const window: [number, number] = [options.int(4, 1), options.int(3, 1)];
      return activate(tf.maxPool(x as tf.Tensor4D, window, strides, padding), options.byte(5, 0));
    }
    case "FULLY_CONNECTED": {
      const rows = tf.reshape(x, [1, y.shape[1]!]) as tf.Tensor2D;
      const linear = tf.matMul(rows, y as tf.Tensor2D, false, true);
      return activate(tf.add(linear, bias), options.byte(0, 0));
    }
    case "PAD": {
      const amounts = [...y.dataSync()];
      return tf.pad(
        x,
        x.shape.map((_, axis) => [amounts[2 * axis], amounts[2 * axis + 1]] as [number, number]),
      );
    }
    case "RESIZE_BILINEAR": {
      const size: [number, number] = [shape[1], shape[2]];
      return tf.image.resizeBilinear(
        x as tf.Tensor4D,
        size,
        options.byte(2, 0) !== 0,
        options.byte(3, 0) !== 0,
      );
    }
    case "DEPTH_TO_SPACE":
      return tf.depthToSpace(x as tf.Tensor4D, options.int(0, 0), "NHWC");
    case "CONCATENATION":
      return tf.concat(inputs, options.int(0, 0));
    case "RESHAPE":
      return tf.reshape(x, shape);
    case "DEQUANTIZE":
    case "DENSIFY":
      throw new Error(`${code} of a computed value`);
  }
}

function activate(x: tf.Tensor, activation: number): tf.Tensor {
  if (activation === 0) return x;
  if (activation === 1) return tf.relu(x);
  throw new Error(`unknown fused activation ${activation}`);
}

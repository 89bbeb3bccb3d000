/**
 * Executes `antispoof` of `@vladmandic/human` with TensorFlow.js operators in NHWC, on weights that TensorFlow.js
 * itself decodes: it shares no code with the conversion, the reading of the file included.
 */
import * as tf from "@tensorflow/tfjs-core";

interface GraphModelFile {
  readonly weightsManifest: tf.io.WeightsManifestConfig;
}

/** `readShard` gives the bytes of a path in the manifest. */
export function graphModelReference(
  file: Uint8Array,
  readShard: (path: string) => Uint8Array,
  { input: { shape } }: { readonly input: { readonly shape: readonly number[] } },
): (input: Float32Array) => Float32Array[] {
  const { weightsManifest } = JSON.parse(new TextDecoder().decode(file)) as GraphModelFile;
  const weights: tf.NamedTensorMap = {};
  for (const { paths, weights: entries } of weightsManifest) {
    const bytes = Uint8Array.from(Buffer.concat(paths.map(readShard)));
    Object.assign(weights, tf.io.decodeWeights(bytes.buffer, entries));
  }
  const [, channels, height, width] = shape;
  return (input) => [
    tf.tidy(() => run(weights, tf.tensor4d(input, [1, height, width, channels]))).dataSync() as Float32Array,
  ];
}

function run(weights: tf.NamedTensorMap, input: tf.Tensor4D): tf.Tensor {
  const layer = (x: tf.Tensor4D, filters: string, bias: string): tf.Tensor4D => {
    const linear = tf.add(tf.conv2d(x, weights[filters] as tf.Tensor4D, 1, "valid"), weights[bias]);
    return tf.relu(tf.maxPool(linear as tf.Tensor4D, 2, 2, "valid"));
  };
  let x = layer(input, "unknown", "unknown_0");
  x = layer(x, "unknown_1", "unknown_2");
  x = layer(x, "unknown_3", "unknown_4");
  const flat = tf.reshape(x, [1, -1]) as tf.Tensor2D;
  const hidden = tf.relu(tf.add(tf.matMul(flat, weights.unknown_5 as tf.Tensor2D), weights.unknown_6));
  return tf.add(tf.matMul(hidden as tf.Tensor2D, weights.unknown_7 as tf.Tensor2D), weights.unknown_8);
}

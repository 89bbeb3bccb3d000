/**
 * Executes dlib's ResNet with TensorFlow.js operators in NHWC, the way `@vladmandic/face-api` does
 * (faceRecognitionNet), on weights that TensorFlow.js itself decodes: it shares no code with the
 * conversion, the reading of the file included.
 */
import * as tf from "@tensorflow/tfjs-core";

/** `readShard` gives the bytes of a path in the manifest. */
export function dlibResnetReference(
  manifest: Uint8Array,
  readShard: (path: string) => Uint8Array,
  inputShape: [number, number, number, number],
): (input: Float32Array) => Float32Array[] {
  const groups = JSON.parse(new TextDecoder().decode(manifest)) as tf.io.WeightsManifestConfig;
  const weights: tf.NamedTensorMap = {};
  for (const { paths, weights: entries } of groups) {
    const bytes = Uint8Array.from(Buffer.concat(paths.map(readShard)));
    Object.assign(weights, tf.io.decodeWeights(bytes.buffer, entries));
  }
  return (input) => [tf.tidy(() => run(weights, tf.tensor4d(input, inputShape)).dataSync()) as Float32Array];
}

function run(weights: tf.NamedTensorMap, input: tf.Tensor4D): tf.Tensor {
  const convolve = (x: tf.Tensor4D, name: string, stride: number): tf.Tensor4D => {
    const filters = weights[`${name}/conv/filters`] as tf.Tensor4D;
    const linear = tf.add(
      tf.conv2d(x, filters, stride, stride === 1 ? "same" : "valid"),
      weights[`${name}/conv/bias`],
    );
    return tf.add(tf.mul(linear, weights[`${name}/scale/weights`]), weights[`${name}/scale/biases`]);
  };
  const residual = (x: tf.Tensor4D, name: string): tf.Tensor4D => {
    const inner = convolve(tf.relu(convolve(x, `${name}/conv1`, 1)), `${name}/conv2`, 1);
    return tf.relu(tf.add(inner, x));
  };
  const halving = (x: tf.Tensor4D, name: string): tf.Tensor4D => {
    let inner = convolve(tf.relu(convolve(x, `${name}/conv1`, 2)), `${name}/conv2`, 1);
    let pooled = tf.avgPool(x, 2, 2, "valid");
    if (pooled.shape[1] !== inner.shape[1] || pooled.shape[2] !== inner.shape[2]) {
      const [, height, width, channels] = inner.shape;
      inner = tf.concat([inner, tf.zeros<tf.Rank.R4>([1, 1, width, channels])], 1);
      inner = tf.concat([inner, tf.zeros<tf.Rank.R4>([1, height + 1, 1, channels])], 2);
    }
    if (pooled.shape[3] !== inner.shape[3]) pooled = tf.concat([pooled, tf.zerosLike(pooled)], 3);
    return tf.relu(tf.add(pooled, inner));
  };
  let x = tf.maxPool(tf.relu(convolve(input, "conv32_down", 2)), 3, 2, "valid");
  for (const name of ["conv32_1", "conv32_2", "conv32_3"]) x = residual(x, name);
  x = halving(x, "conv64_down");
  for (const name of ["conv64_1", "conv64_2", "conv64_3"]) x = residual(x, name);
  x = halving(x, "conv128_down");
  for (const name of ["conv128_1", "conv128_2"]) x = residual(x, name);
  x = halving(x, "conv256_down");
  for (const name of ["conv256_1", "conv256_2"]) x = residual(x, name);
  x = halving(x, "conv256_down_out");
  return tf.matMul(tf.mean(x, [1, 2]), weights.fc as tf.Tensor2D);
}

/**
 * Converts TensorFlow Lite's layouts to ONNX's: NHWC values to NCHW, OHWI filters to OIHW.
 *
 * A network trained on images lying on their side (rows and columns swapped) is set upright by swapping both spatial
 * axes of every filter, and of the rows of every layer that reads a flattened image.
 */

/**
 * Converts the shape of a value with batch 1, [N,H,W,C], to [1,C,H,W]; a shape of fewer dimensions stays as it is.
 */
export function toNchw(shape: readonly number[], transposed: boolean): number[] {
  if (shape.length !== 4) return [1, ...shape.slice(1)];
  const [, height, width, channels] = shape;
  return transposed ? [1, channels, width, height] : [1, channels, height, width];
}

/** Converts [O,H,W,I] to [O,I,H,W], or to [O,I,W,H] when transposed. */
export function filterToOihw(
  data: Float32Array,
  [outputs, height, width, inputs]: readonly number[],
  transposed: boolean,
): { shape: number[]; data: Float32Array } {
  const [rows, columns] = transposed ? [width, height] : [height, width];
  const result = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const [y, x] = transposed ? [column, row] : [row, column];
          result[at++] = data[((o * height + y) * width + x) * inputs + i];
        }
      }
    }
  }
  return { shape: [outputs, inputs, rows, columns], data: result };
}

/** Converts a depthwise filter [1,H,W,C] to [C,1,H,W]. */
export function depthwiseToOihw(
  data: Float32Array,
  [, height, width, channels]: readonly number[],
  transposed: boolean,
): { shape: number[]; data: Float32Array } {
  const filter = filterToOihw(data, [1, height, width, channels], transposed);
  const [, , rows, columns] = filter.shape;
  return { shape: [channels, 1, rows, columns], data: filter.data };
}

/**
 * Converts the rows of a fully connected layer that reads a flattened image: [O, H*W*C] to [O, C*H*W]. `image` is the
 * shape before flattening, [N,H,W,C].
 */
export function flattenedToChw(
  data: Float32Array,
  outputs: number,
  image: readonly number[],
  transposed: boolean,
): Float32Array {
  const [, height, width, channels] = image;
  return filterToOihw(data, [outputs, height, width, channels], transposed).data;
}

/** Selection of a matrix's rows, as a step of a differentiable computation. */
import { customGrad, type Tensor, type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";

/**
 * Selects rows `numbers` of `matrix` [n, d], repetitions allowed: [numbers.length, d]. The gradient of a row is the
 * sum of its copies'. The library's own gather runs through all copies once for each of the n rows.
 */
export function chooseRows(matrix: Tensor2D, numbers: readonly number[]): Tensor2D {
  const [count, size] = matrix.shape;
  const choose = customGrad((all) => {
    const from = (all as Tensor).dataSync();
    const chosen = new Float32Array(numbers.length * size);
    numbers.forEach((row, k) => {
      chosen.set(from.subarray(row * size, (row + 1) * size), k * size);
    });
    return {
      value: tensor2d(chosen, [numbers.length, size]),
      gradFunc: (slope: Tensor) => {
        const slopes = slope.dataSync();
        const sums = new Float32Array(count * size);
        numbers.forEach((row, k) => {
          for (let i = 0; i < size; i++) sums[row * size + i] += slopes[k * size + i];
        });
        return tensor2d(sums, [count, size]);
      },
    };
  });
  return choose(matrix) as Tensor2D;
}

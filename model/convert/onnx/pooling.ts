/**
 * Spells the mean over a whole picture as convolutions by channel: each averages squares of at most 4 x 4 pixels, so
 * that the weights stay few. Sides must be powers of two.
 */
import type { Constant } from "../graph.ts";
import { floats, node } from "../graph.ts";
import type { Step } from "./reader.ts";

const largestSquare = 4;

export function meanOf(
  input: string,
  output: string,
  [, channels, height, width]: readonly number[],
  constants: Map<string, Constant>,
): Step[] {
  if (height !== width || (height & (height - 1)) !== 0)
    throw new Error(`a mean over ${height} x ${width} pixels`);
  const steps: Step[] = [];
  constants.set(`${output}/zero`, floats([channels], new Float32Array(channels)));
  let value = input;
  for (let side = height; side > 1; ) {
    const square = Math.min(largestSquare, side);
    side /= square;
    const weights = new Float32Array(channels * square * square).fill(1 / (square * square));
    const name = side === 1 ? output : `${output}/${side}`;
    constants.set(`${name}/mean`, floats([channels, 1, square, square], weights));
    const attributes = {
      kernel_shape: [square, square],
      strides: [square, square],
      pads: [0, 0, 0, 0],
      group: channels,
    };
    steps.push({
      node: node("Conv", [value, `${name}/mean`, `${output}/zero`], name, attributes),
      shape: [1, channels, side, side],
    });
    value = name;
  }
  return steps;
}

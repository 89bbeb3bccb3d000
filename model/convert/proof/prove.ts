/**
 * Proof of conversion: compares every float32 network with another implementation on the source's own file.
 *
 * It passes when no output differs by more than 1e-4 of the range (maximum minus minimum) that the output has for the
 * same input.
 */
import { openSession } from "../onnx/session.ts";
import { writeOnnx } from "../onnx/writer.ts";
import { prepareFloat } from "../prepare.ts";
import type { Recipe } from "../recipes.ts";
import { normalise, seededImage } from "./images.ts";
import { openReference } from "./reference.ts";

export const tolerance = 1e-4;
const inputs = 20;

export interface Proof {
  readonly id: string;
  readonly output: string;
  readonly inputs: number;
  /** Largest difference over all inputs, as a share of the output's range. */
  readonly worst: number;
}

export async function prove(recipe: Recipe): Promise<Proof[]> {
  const { input, outputs } = recipe.descriptor;
  const reference = await openReference(recipe);
  const session = await openSession(writeOnnx(prepareFloat(recipe)), input.shape);
  const worst = outputs.map(() => 0);
  for (let seed = 0; seed < inputs; seed++) {
    const image = normalise(seededImage(seed, input.shape.slice(1)), input);
    const expected = await reference(asTheSourceTakesIt(image, recipe));
    const actual = await session.run(image);
    outputs.forEach(({ name }, i) => {
      worst[i] = Math.max(worst[i], relativeDifference(actual.get(name)!, expected[i]));
    });
  }
  await session.release();
  return outputs.map(({ name }, i) => ({ id: recipe.id, output: name, inputs, worst: worst[i] }));
}

/**
 * Returns the largest difference as a share of the range of `expected`, or of its magnitude if it is a single number;
 * infinite for different lengths or NaN.
 */
export function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length || actual.length === 0) return Number.POSITIVE_INFINITY;
  let [low, high, difference] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < expected.length; i++) {
    low = Math.min(low, expected[i]);
    high = Math.max(high, expected[i]);
    const own = Math.abs(actual[i] - expected[i]);
    difference = Number.isNaN(own) ? Number.POSITIVE_INFINITY : Math.max(difference, own);
  }
  return difference === 0 ? 0 : difference / (expected.length === 1 ? Math.abs(high) : high - low);
}

/** Turns an input of the artifact into one of the source. */
export function asTheSourceTakesIt(image: Float32Array, recipe: Recipe): Float32Array {
  const pixels = image.length / 3;
  const turned = image.map((_, i) => image[(2 - Math.floor(i / pixels)) * pixels + (i % pixels)]);
  return toNhwc(recipe.blueFirst ? turned : image, recipe.descriptor.input.shape, recipe.transposed);
}

/** Turns [1,C,H,W] into [1,H,W,C], or into [1,W,H,C] for a network that takes images on their side. */
export function toNhwc(
  image: Float32Array,
  [, channels, height, width]: readonly number[],
  transposed: boolean,
): Float32Array {
  const result = new Float32Array(image.length);
  const [rows, columns] = transposed ? [width, height] : [height, width];
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [y, x] = transposed ? [column, row] : [row, column];
      for (let c = 0; c < channels; c++) result[at++] = image[(c * height + y) * width + x];
    }
  }
  return result;
}

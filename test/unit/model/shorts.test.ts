/** Weights as shorts: no sum leaves 32 bits, and balancing changes no product. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { balance } from "../../../model/compile/balance.ts";
import { mostShortFor, packShorts } from "../../../model/compile/pack.ts";
import type { Tensor } from "../../../model/convert/onnx/operators.ts";
import { seededRandom } from "../../../model/convert/proof/images.ts";

const filters = fc
  .record({
    outputs: fc.integer({ min: 1, max: 12 }),
    depth: fc.integer({ min: 1, max: 96 }),
    side: fc.constantFrom(1, 1, 3, 5),
    seed: fc.nat(),
    spread: fc.constantFrom(1, 4, 20),
  })
  .map(({ outputs, depth, side, seed, spread }): Tensor => {
    const random = seededRandom(seed);
    const weight = () => (random() < 0.1 ? 0 : (2 * random() - 1) * random() ** spread);
    const data = Float32Array.from({ length: outputs * depth * side * side }, weight);
    return { shape: [outputs, depth, side, side], data, half: false };
  });

it("products of the largest shorts of either sign sum up to less than 2 ** 31", () => {
  fc.assert(
    fc.property(filters, fc.boolean(), (tensor, isImage) => {
      const [, depth, side] = tensor.shape;
      const most = mostShortFor(depth * side * side, isImage);
      const stored = isImage ? depth : 4 * Math.ceil(depth / 4);
      const { packed } = packShorts(tensor, stored, most);
      const pairs = Math.ceil((side * stored) / 2);
      const sums = new Float64Array(8 * Math.ceil(tensor.shape[0] / 8));
      packed.forEach((weight, i) => {
        const tile = Math.floor(i / (side * pairs * 16));
        sums[8 * tile + ((i >> 1) & 7)] += Math.abs(weight) * most;
      });
      for (const sum of sums) expect(sum).toBeLessThan(2 ** 31);
    }),
  );
});

it("a packed weight is within half a step of the weight, at its place", () => {
  fc.assert(
    fc.property(filters, (tensor) => {
      const [outputs, depth, side] = tensor.shape;
      const { packed, scales } = packShorts(tensor, depth, 8191);
      const pairs = Math.ceil((side * depth) / 2);
      for (let o = 0; o < outputs; o++) {
        for (let c = 0; c < depth; c++) {
          for (let place = 0; place < side * side; place++) {
            const [y, k] = [Math.floor(place / side), (place % side) * depth + c];
            const at = (((o >> 3) * side + y) * pairs + (k >> 1)) * 16 + (o & 7) * 2 + (k & 1);
            const weight = Number(tensor.data[(o * depth + c) * side * side + place]);
            expect(Math.abs(packed[at] * scales[o] - weight)).toBeLessThanOrEqual(scales[o] * 0.5001);
          }
        }
      }
    }),
    { numRuns: 30 },
  );
});

it("balanced channels have weights of one size to within a factor of two, and the same products", () => {
  const weights: Tensor = {
    shape: [3, 1, 1, 3],
    data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
    half: false,
  };
  // The norms of the columns are 0.05, 5 and 500.
  const pointwise: Tensor = {
    shape: [2, 3, 1, 1],
    data: Float32Array.of(0.03, 3, 300, 0.04, 4, 400),
    half: false,
  };
  const bias = Float32Array.of(1, -1, 2);
  const balanced = balance(weights, bias, pointwise);
  for (let c = 0; c < 3; c++) {
    const column = [0, 1].map((o) => Number(balanced.pointwise.data[3 * o + c]));
    expect(Math.hypot(...column)).toBeGreaterThan(5 / 2);
    expect(Math.hypot(...column)).toBeLessThan(5 * 2);
    for (const [o, weight] of column.entries()) {
      const before = Number(pointwise.data[3 * o + c]);
      expect(weight * balanced.bias[c]).toBe(before * bias[c]);
      for (let i = 3 * c; i < 3 * c + 3; i++)
        expect(weight * Number(balanced.weights.data[i])).toBe(before * Number(weights.data[i]));
    }
  }
});

it("weights that are stored as half floats remain half floats when balanced", () => {
  const half = 2 ** -14;
  const weights: Tensor = { shape: [2, 1, 1, 1], data: Float32Array.of(half * 1.0009765625, 1), half: true };
  const pointwise: Tensor = { shape: [1, 2, 1, 1], data: Float32Array.of(2 ** -10, 1), half: true };
  // A smaller exponent would make the first weight subnormal, and round it.
  const balanced = balance(weights, Float32Array.of(0, 0), pointwise);
  expect([...balanced.weights.data]).toEqual([half * 1.0009765625, 2 ** 5]);
});

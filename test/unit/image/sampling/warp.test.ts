import fc from "fast-check";
import { expect, test } from "vitest";
import { openSampler } from "../../../../model/runtime.ts";
import { type Affine, compose, type Photo } from "../../../../src/image/photo.ts";
import { invert } from "../../../fixtures/kernels/affine.ts";
import golden from "../../../vectors/warp.json" with { type: "json" };

const sample = openSampler();

const identity: Affine = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
const plain = { mean: [0, 0, 0], scale: [1, 1, 1] };

function photoOf(width: number, height: number, rgb: (x: number, y: number) => readonly number[]): Photo {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([...rgb(x, y), 255], (y * width + x) * 4);
  }
  return { width, height, raster: { width, height, data }, toRaster: identity };
}

const goldenPhoto = photoOf(golden.width, golden.height, (x, y) => {
  const p = (y * golden.width + x) * 3;
  return golden.rgb.slice(p, p + 3);
});

test.each(golden.cases)("bilinear sampling agrees with scipy to 1e-3 grey levels, case %#", (example) => {
  const { toPhoto, width, height, planes } = example;
  const out = new Float32Array(3 * width * height);
  sample(goldenPhoto, toPhoto, width, height, plain, out);
  for (const [i, value] of planes.flat().entries()) expect(Math.abs(out[i] - value)).toBeLessThan(1e-3);
});

test("shrinking by a whole number is the mean of the area", () => {
  const out = new Float32Array(3 * 4 * 3);
  const photo = photoOf(16, 12, (x, y) => [x * 10, y * 20, (x * y) % 256]);
  sample(photo, { ...identity, a: 4, d: 4 }, 4, 3, plain, out);
  for (let oy = 0; oy < 3; oy++) {
    for (let ox = 0; ox < 4; ox++) {
      expect(out[oy * 4 + ox]).toBeCloseTo((ox * 4 + 1.5) * 10, 3);
      expect(out[12 + oy * 4 + ox]).toBeCloseTo((oy * 4 + 1.5) * 20, 3);
    }
  }
});

test("the mean is taken off and the scale applied, per channel", () => {
  const out = new Float32Array(3);
  sample(
    photoOf(1, 1, () => [10, 20, 30]),
    identity,
    1,
    1,
    { mean: [1, 2, 3], scale: [1, 0.5, 0.1] },
    out,
  );
  expect([...out]).toEqual([9, 9, Math.fround(2.7)]);
});

test("outside the photo all is black, from half a pixel beyond the last centre on", () => {
  const out = new Float32Array(3 * 4);
  const white = photoOf(2, 1, () => [200, 200, 200]);
  // Centres are at -0.6, 0.4, 1.4 and 2.4; the photo spans 0 to 2.
  sample(white, { ...identity, tx: -1.1 }, 4, 1, plain, out);
  expect([...out.subarray(0, 4)]).toEqual([0, 200, 200, 0]);
});

test("a photo kept on its side is sampled as the upright one is", () => {
  const upright = photoOf(5, 7, (x, y) => [x * 40, y * 30, 0]);
  // The photo is stored turned a quarter: stored (sx, sy) shows upright (sy, 6 - sx).
  const stored = photoOf(7, 5, (sx, sy) => [sy * 40, (6 - sx) * 30, 0]);
  const turned: Photo = {
    ...stored,
    width: 5,
    height: 7,
    toRaster: { a: 0, b: -1, tx: 7, c: 1, d: 0, ty: 0 },
  };
  const map = { a: 0.8, b: 0.1, tx: 0.3, c: -0.1, d: 0.8, ty: 0.9 };
  const expected = new Float32Array(3 * 25);
  const actual = new Float32Array(3 * 25);
  sample(upright, map, 5, 5, plain, expected);
  sample(turned, map, 5, 5, plain, actual);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i], 3);
});

test("a map and its inverse compose to the identity", () => {
  const number = fc.double({ min: -100, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.record({ a: number, b: number, tx: number, ty: number }), ({ a, b, tx, ty }) => {
      fc.pre(a * a + b * b > 1e-3);
      const map = { a, b, tx, c: -b, d: a, ty };
      const both = compose(map, invert(map));
      for (const key of Object.keys(identity) as (keyof Affine)[])
        expect(both[key]).toBeCloseTo(identity[key], 6);
    }),
  );
});

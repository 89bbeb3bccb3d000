/** The samplers equal the plain computation in every bit. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { openSampler } from "../../../../model/runtime.ts";
import { type Orientation, placeRaster, uprightSize } from "../../../../src/image/orientation.ts";
import type { Affine, Photo, Raster } from "../../../../src/image/photo.ts";
import { hasCompiler } from "../../../../wasm/build.ts";
import { sampleNatively } from "../../../fixtures/kernels/native-sampler.ts";
import { plainWarp } from "../../../fixtures/kernels/plain-warp.ts";

const sample = openSampler();

const side = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 70 }));

/** Random pixels, alpha included; sometimes a view that cannot be read as words. */
const raster: fc.Arbitrary<Raster> = fc
  .record({ width: side, height: side, seed: fc.nat(), shift: fc.constantFrom(0, 0, 1, 4) })
  .map(({ width, height, seed, shift }) => {
    const bytes = new Uint8Array(shift + 4 * width * height);
    let state = seed >>> 0;
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[i] = state >>> 24;
    }
    return { width, height, data: bytes.subarray(shift) };
  });

/** Photos in every orientation, decoded at any scale. */
const photo: fc.Arbitrary<Photo> = fc
  .record({ raster, orientation: fc.integer({ min: 1, max: 8 }), eighths: fc.integer({ min: 1, max: 8 }) })
  .map(({ raster, orientation, eighths }) => {
    const scale = eighths / 8;
    const stored = { width: Math.ceil(raster.width / scale), height: Math.ceil(raster.height / scale) };
    const turn = orientation as Orientation;
    return {
      ...uprightSize(turn, stored.width, stored.height),
      raster,
      toRaster: placeRaster(turn, stored.width, stored.height, scale),
    };
  });

interface View {
  readonly width: number;
  readonly height: number;
  /** Approximate number of the raster's px for an output pixel. */
  readonly shrink: number;
  readonly angle: number;
  /** Place of the output's middle in the photo, in fractions of it: a border is in sight as often as not. */
  readonly middle: readonly [number, number];
  readonly whole: boolean;
  readonly mirrored: boolean;
}

const view: fc.Arbitrary<View> = fc.record({
  width: fc.integer({ min: 1, max: 24 }),
  height: fc.integer({ min: 1, max: 24 }),
  shrink: fc.oneof(
    fc.double({ min: 0.2, max: 4, noNaN: true }),
    fc.double({ min: 3, max: 25, noNaN: true }),
    fc.integer({ min: 1, max: 8 }),
  ),
  angle: fc.oneof(fc.constant(0), fc.double({ min: -4, max: 4, noNaN: true })),
  middle: fc.tuple(
    fc.double({ min: -0.2, max: 1.2, noNaN: true }),
    fc.double({ min: -0.2, max: 1.2, noNaN: true }),
  ),
  whole: fc.boolean(),
  mirrored: fc.boolean(),
});

function mapOf({ width, height, shrink, angle, middle, whole, mirrored }: View, photo: Photo): Affine {
  const { a: scaleX, b: scaleY } = photo.toRaster;
  const factor = shrink / Math.hypot(scaleX, scaleY);
  const cos = factor * Math.cos(angle);
  const sin = factor * Math.sin(angle);
  const a = mirrored ? -cos : cos;
  const c = mirrored ? -sin : sin;
  const round = whole ? Math.round : (value: number) => value;
  const tx = round(middle[0] * photo.width - (a * width - sin * height) / 2);
  const ty = round(middle[1] * photo.height - (c * width + cos * height) / 2);
  return { a, b: -sin, tx, c, d: cos, ty };
}

const normalisation = fc.constantFrom(
  { mean: [127.5, 127.5, 127.5], scale: [1 / 127.5, 1 / 127.5, 1 / 127.5] },
  { mean: [122.782, 117.001, 104.298], scale: [1 / 256, 0.3, 1 / 128] },
  { mean: [0, 0, 0], scale: [1, 1, 1] },
);

/** Returns the bits of float32, so that no two values count as equal. */
const bitsOf = (values: Float32Array) => [...new Uint32Array(values.buffer)];

test("every bit is that of the plain samples: any photo, orientation, map", () => {
  fc.assert(
    fc.property(photo, view, normalisation, (photo, view, normalisation) => {
      const { width, height } = view;
      const map = mapOf(view, photo);
      const actual = new Float32Array(3 * width * height).fill(7);
      const expected = new Float32Array(3 * width * height).fill(8);
      sample(photo, map, width, height, normalisation, actual);
      plainWarp(photo, map, width, height, normalisation, expected);
      expect(bitsOf(actual)).toEqual(bitsOf(expected));
    }),
    { numRuns: 1500 },
  );
});

test.skipIf(!hasCompiler())(
  "compiled natively with sanitizers they touch nothing outside a part, and give the same bits (needs clang)",
  () => {
    const drawn = fc.sample(fc.tuple(photo, view, normalisation), { numRuns: 600, seed: 1 });
    const samplings = drawn.map(([photo, view, normalisation]) => ({
      photo,
      toPhoto: mapOf(view, photo),
      width: view.width,
      height: view.height,
      normalisation,
    }));
    const sampled = sampleNatively(samplings);
    expect(sampled.length).toBeGreaterThan(400);
    for (const { sampling, from, to, planes } of sampled) {
      const { photo, toPhoto, width, height, normalisation } = samplings[sampling];
      const expected = new Float32Array(3 * width * height);
      plainWarp(photo, toPhoto, width, height, normalisation, expected);
      for (let channel = 0; channel < 3; channel++) {
        const rows = [from, to].map((row) => width * (height * channel + row)) as [number, number];
        expect(bitsOf(planes.slice(...rows))).toEqual(bitsOf(expected.slice(...rows)));
      }
    }
  },
);

test.each([
  ["nearest", 5.3],
  ["bilinear", 1.7],
])("%s samples along a border, where rounding decides whether they are inside", (_, shrink) => {
  const data = Uint8Array.from({ length: 4 * 40 * 30 }, (_, i) => (i * 89) % 256);
  const photo: Photo = {
    width: 40,
    height: 30,
    raster: { width: 40, height: 30, data },
    toRaster: { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 },
  };
  for (const slope of [1e-17, 1e-15, 1e-3]) {
    const map = { a: shrink, b: -slope, tx: 0, c: slope, d: shrink, ty: -0.5 * shrink };
    const actual = new Float32Array(3 * 9 * 9);
    const expected = new Float32Array(3 * 9 * 9);
    const plain = { mean: [0, 0, 0], scale: [1, 1, 1] };
    sample(photo, map, 9, 9, plain, actual);
    plainWarp(photo, map, 9, 9, plain, expected);
    expect(bitsOf(actual)).toEqual(bitsOf(expected));
  }
});

test.each([
  ["level", 0, 5.3],
  ["level", 0, 2.7],
  ["turned", 0.4, 5.3],
  ["turned", 2.1, 2.7],
  ["turned by a quarter", Math.PI / 2, 3.1],
])("a photo larger than a part is sampled in bands: %s by %d, shrunk by %d", (_, angle, shrink) => {
  const [width, height] = [1300, 900];
  const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i * 2_654_435_761) >>> 9);
  const still = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
  const photo: Photo = { width, height, raster: { width, height, data }, toRaster: still };
  const isQuarter = angle === Math.PI / 2;
  const cos = isQuarter ? 0 : shrink * Math.cos(angle);
  const sin = isQuarter ? shrink : shrink * Math.sin(angle);
  const side = 150;
  const map = {
    a: cos,
    b: -sin,
    tx: width / 2 - ((cos - sin) * side) / 2,
    c: sin,
    d: cos,
    ty: height / 2 - ((cos + sin) * side) / 2,
  };
  const actual = new Float32Array(3 * side * side);
  const expected = new Float32Array(3 * side * side);
  const plain = { mean: [0, 0, 0], scale: [1, 1, 1] };
  sample(photo, map, side, side, plain, actual);
  plainWarp(photo, map, side, side, plain, expected);
  expect(bitsOf(actual)).toEqual(bitsOf(expected));
});

test("a map that is not finite, and a raster or an output that is too short, are refused", () => {
  const photo: Photo = {
    width: 1,
    height: 1,
    raster: { width: 1, height: 1, data: new Uint8Array(4) },
    toRaster: { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 },
  };
  const map = { a: Number.NaN, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
  const plain = { mean: [0, 0, 0], scale: [1, 1, 1] };
  expect(() => sample(photo, map, 1, 1, plain, new Float32Array(3))).toThrow("the map is not finite");
  const short = { ...photo, raster: { ...photo.raster, width: 2 } };
  expect(() => sample(short, { ...map, a: 1 }, 1, 1, plain, new Float32Array(3))).toThrow("too short");
  expect(() => sample(photo, { ...map, a: 1 }, 1, 1, plain, new Float32Array(2))).toThrow("too short");
});

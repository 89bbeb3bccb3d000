import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSampler } from "../../../model/runtime.ts";
import type { Affine, Photo } from "../../../src/image/photo.ts";
import { fromTurned, quarterTurns, turnPhoto } from "../../../src/image/turn.ts";

const sample = openSampler();

const plain = { mean: [0, 0, 0], scale: [1, 1, 1] };
const identity: Affine = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };

/** Each pixel's red is its number, from the top left. */
function numbered(width: number, height: number): Photo {
  const data = new Uint8Array(4 * width * height);
  for (let at = 0; at < width * height; at++) data[4 * at] = at + 1;
  return { width, height, raster: { width, height, data }, toRaster: identity };
}

/** The red of each pixel, row by row. */
function redOf(photo: Photo): number[][] {
  const { width, height } = photo;
  const planes = new Float32Array(3 * width * height);
  sample(photo, identity, width, height, plain, planes);
  return Array.from({ length: height }, (_, y) => [...planes.subarray(y * width, (y + 1) * width)]);
}

describe("a photo of two rows, 1 2 3 and 4 5 6,", () => {
  it.each([
    [
      0,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      90,
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
    [
      180,
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      270,
      [
        [3, 6],
        [2, 5],
        [1, 4],
      ],
    ],
  ] as const)("turned by %d degrees clockwise, is sampled as the turned picture", (turned, rows) => {
    expect(redOf(turnPhoto(numbered(3, 2), turned))).toEqual(rows);
  });

  it("stays the same pixels in memory", () => {
    const photo = numbered(3, 2);
    for (const turned of quarterTurns) expect(turnPhoto(photo, turned).raster).toBe(photo.raster);
  });
});

it("four quarter turns, or a turn and its opposite, lead back to where a point was", () => {
  const at = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom(...quarterTurns), at, at, (turned, x, y) => {
      const photo = numbered(5, 7);
      const back = ((360 - turned) % 360) as typeof turned;
      const there = turnPhoto(photo, turned);
      const twice = turnPhoto(there, back);
      expect([twice.width, twice.height]).toEqual([5, 7]);
      const { toRaster } = twice;
      expect(toRaster.a * x + toRaster.b * y + toRaster.tx).toBeCloseTo(x, 9);
      expect(toRaster.c * x + toRaster.d * y + toRaster.ty).toBeCloseTo(y, 9);
      const { a, b, c, d } = fromTurned(turned, photo);
      expect(a * d - b * c).toBe(1);
    }),
  );
});

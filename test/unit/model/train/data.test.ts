/** Data for training a head: the person on each photo, and the variants of a face. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { openSampler, readManifest } from "../../../../model/runtime.ts";
import { drawVariation, jitter, type Variation, varyFace } from "../../../../model/train/data/augment.ts";
import { readPhotos } from "../../../../model/train/data/photos.ts";
import { shiftDomain } from "../../../../model/train/data/shift-domain.ts";
import type { EncoderDescriptor } from "../../../../src/face/descriptor.ts";
import type { Landmarks } from "../../../../src/face/geometry.ts";
import { compose, type Photo } from "../../../../src/image/photo.ts";
import { invert } from "../../../fixtures/kernels/affine.ts";

const folder = mkdtempSync(join(tmpdir(), "sameface-photos-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text = ""): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}

describe("photos", () => {
  it("of a folder a person come in the order of their names, and nothing else does", () => {
    for (const path of ["b/2.JPG", "b/1.png", "a/1.webp", "a/notes.txt", "c/1.avif", "loose.jpg"]) {
      write(`people/${path}`);
    }
    const photos = readPhotos({ data: join(folder, "people") });
    expect(photos.images).toEqual(["a/1.webp", "b/1.png", "b/2.JPG", "c/1.avif"]);
    expect([...photos.identityOf]).toEqual([0, 1, 1, 2]);
    expect(photos).toMatchObject({ identityCount: 3, sides: null });
  });

  it("of a list may be of two sides, and two names of one person", () => {
    const data = write(
      "list.tsv",
      "image\tidentity\tside\n1.jpg\tann\tcard\n2.jpg\tbob\tselfie\n3.jpg\tannie\tselfie\n",
    );
    const aliases = write("aliases.tsv", "identity\tsame_as\nannie\tann\n");
    const photos = readPhotos({ data, images: folder, aliases });
    expect([...photos.identityOf]).toEqual([0, 1, 0]);
    expect([...photos.sides!]).toEqual([0, 1, 1]);
  });

  it.each([
    ["three sides", "image\tidentity\tside\n1\ta\tx\n2\ta\ty\n3\ta\tz\n", "3 sides (x, y, z) instead of two"],
    ["one side", "image\tidentity\tside\n1\ta\tx\n", "1 sides (x) instead of two"],
    ["a photo twice", "image\tidentity\n1\ta\n1\tb\n", "listed twice"],
    ["no photo", "image\tidentity\n", "no photos"],
    ["no identity", "image\n1\n", "no column identity"],
  ])("of a list with %s are refused", (name, text, reason) => {
    expect(() => readPhotos({ data: write(`${name}.tsv`, text), images: folder })).toThrow(reason);
  });
});

const { models, encoder } = readManifest();
const descriptor = models[encoder[0]] as EncoderDescriptor;
const asItIs: Variation = {
  mirrored: false,
  turn: 0,
  zoom: 1,
  shift: [0, 0],
  brightness: 1,
  blurSigma: 0,
  jpegQuality: null,
};
/** The face is on the template already, of random grey pixels. */
const [size, random] = [112, createRandom(1)];
const data = Uint8Array.from({ length: 4 * size * size }, (_, i) =>
  i % 4 === 3 ? 255 : 60 + 100 * random(),
);
const identity = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
const photo: Photo = {
  width: size,
  height: size,
  raster: { width: size, height: size, data },
  toRaster: identity,
};
const landmarks = descriptor.template.map(([x, y]) => ({ x, y })) as unknown as Landmarks;
const sample = openSampler();
const vary = (variation: Partial<Variation>) =>
  varyFace(sample, photo, landmarks, descriptor, { ...asItIs, ...variation })!.photo.raster.data;

describe("a varied face", () => {
  it("without a variation is the crop itself, but for its rounding", () => {
    expect(Math.max(...vary({}).map((value, i) => Math.abs(value - data[i])))).toBeLessThanOrEqual(1);
  });

  it("mirrored has left and right exchanged", () => {
    const mirrored = vary({ mirrored: true });
    for (let i = 0; i < 4 * size * size; i += 4) {
      const [x, y] = [(i / 4) % size, Math.floor(i / 4 / size)];
      expect(Math.abs(mirrored[i] - data[4 * (y * size + (size - 1 - x))])).toBeLessThanOrEqual(1);
    }
  });

  it("is brighter, blurred and compressed as it is told", () => {
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;
    const spread = (values: Uint8Array | Uint8ClampedArray) =>
      mean(values.filter((_, i) => i % 4 === 0).map((x) => Math.abs(x - 110)));
    const colours = (values: Uint8Array | Uint8ClampedArray) => values.filter((_, i) => i % 4 < 3);
    expect(mean(colours(vary({ brightness: 0.5 }))) / mean(colours(data))).toBeCloseTo(0.5, 1);
    expect(spread(vary({ blurSigma: 2 }))).toBeLessThan(spread(data as Uint8Array) / 3);
    expect(vary({ jpegQuality: 40 })).not.toEqual(vary({}));
  });

  it("moves by a similarity that undoes itself, and keeps within its bounds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const variation = drawVariation(createRandom(seed));
        const map = jitter(variation, size, size);
        const determinant = map.a * map.d - map.b * map.c;
        expect(determinant * (variation.mirrored ? -1 : 1)).toBeCloseTo(1 / variation.zoom ** 2, 6);
        const back = compose(map, invert(map));
        expect(
          [back.a, back.b, back.tx, back.c, back.d, back.ty].map((x) => Math.round(x * 1e6) / 1e6 + 0),
        ).toEqual([1, 0, 0, 0, 1, 0]);
        // Only the shift moves the middle of the crop.
        const middle = size / 2;
        expect(map.a * middle + map.b * middle + map.tx).toBeCloseTo(middle + variation.shift[0], 6);
        expect(variation.brightness).toBeGreaterThan(0.6);
        expect(variation.brightness).toBeLessThan(1.6);
      }),
    );
  });

  it("is the same for the same seed", () => {
    expect(drawVariation(createRandom(7))).toEqual(drawVariation(createRandom(7)));
    expect(drawVariation(createRandom(8))).not.toEqual(drawVariation(createRandom(7)));
  });
});

it("another domain is small and grey, the same for the same seed", () => {
  const colourful = {
    width: 250,
    height: 250,
    data: Uint8Array.from({ length: 250_000 }, (_, i) => (i * 37) % 256),
  };
  const shifted = shiftDomain(colourful, 1);
  expect([shifted.width, shifted.height]).toEqual([57, 57]);
  const grey = Array.from({ length: 57 * 57 }, (_, i) =>
    Math.abs(shifted.data[4 * i] - shifted.data[4 * i + 2]),
  );
  // Noise differs by colour; the light does not.
  expect(Math.max(...grey)).toBeLessThan(25);
  expect(shiftDomain(colourful, 1)).toEqual(shifted);
});

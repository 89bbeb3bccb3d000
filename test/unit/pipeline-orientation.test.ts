/** One photo of a face, stored in all eight orientations of a camera, through the production pipeline. */
import jpegJs from "jpeg-js";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { loadRuntime, openSampler } from "../../model/runtime.ts";
import { distance } from "../../src/face/decision/decide.ts";
import type { EncodedFace } from "../../src/face/face.ts";
import type { Box, Landmarks } from "../../src/face/geometry.ts";
import { sketchScene } from "../../src/face/liveness/scene.ts";
import type { Raster } from "../../src/image/photo.ts";
import type { Pipeline } from "../../src/pipeline.ts";
import { readMedia } from "../fixtures/data.ts";
import { sweep } from "../fixtures/exhaustive.ts";
import {
  encodeJpeg,
  enlarge,
  exifBlock,
  type Orientation,
  orientations,
  storedFor,
} from "../fixtures/photos/images.ts";
import { encodePng } from "../fixtures/photos/png.ts";

const read = (name: string): Raster => jpegJs.decode(readMedia(name), { useTArray: true });
const photo = read("franck_01829.jpg");

/** Cuts off the rightmost and lowest pixels. */
function cropped({ width, data }: Raster, toWidth: number, toHeight: number): Raster {
  const out = new Uint8Array(toWidth * toHeight * 4);
  for (let row = 0; row < toHeight; row++) {
    out.set(data.subarray(row * width * 4, (row * width + toWidth) * 4), row * toWidth * 4);
  }
  return { width: toWidth, height: toHeight, data: out };
}

/** Neither side is a multiple of a JPEG block, nor of any scale's denominator. */
const odd = cropped(photo, 717, 571);

async function encodeAsPng(upright: Raster, orientation: Orientation): Promise<Uint8Array> {
  const extra = [["eXIf", exifBlock(orientation)]] as const;
  return encodePng(storedFor(upright, orientation), { filter: () => 0, extra });
}

async function encodeAsJpeg(upright: Raster, orientation: Orientation): Promise<Uint8Array> {
  return encodeJpeg(storedFor(upright, orientation), 95, orientation);
}

/** `standing` are the orientations that stand for all eight, which the PNG is tested in. */
type Case = readonly [
  name: string,
  upright: Raster,
  encodeAs: typeof encodeAsJpeg,
  standing: readonly Orientation[],
  limits: { readonly pixels: number; readonly distance: number },
];

/** onnxruntime serves a thread once. */
const runtime = loadRuntime();

// PNG stores the same pixels. A JPEG is compressed anew after it is turned: cameras' photos have whole blocks, which
// stay the same; where blocks are not whole, every pixel of the face changes.
describe.each([
  ["PNG with odd sides", odd, encodeAsPng, orientations, { pixels: 0.001, distance: 0.001 }],
  ["JPEG of whole blocks", photo, encodeAsJpeg, [6, 7], { pixels: 0.5, distance: 0.02 }],
  ["JPEG of another man", read("franck_04000.jpg"), encodeAsJpeg, [3], { pixels: 0.5, distance: 0.02 }],
  ["JPEG of 13 megapixels", enlarge(photo, 4032, 3216), encodeAsJpeg, [8], { pixels: 3, distance: 0.02 }],
  ["JPEG with odd sides", odd, encodeAsJpeg, [5, 6], { pixels: 3, distance: 0.03 }],
] as const satisfies readonly Case[])("a %s", (_name, upright, encodeAs, standing, limits) => {
  let pipeline: Pipeline;
  let straight: EncodedFace;

  const encode = async (orientation: Orientation): Promise<EncodedFace> => {
    const encoded = await pipeline.encodeFace(await encodeAs(upright, orientation), "only");
    if (!encoded.ok) throw new Error(encoded.failure.code);
    return encoded.value;
  };

  beforeAll(async () => {
    ({ pipeline } = await runtime);
    straight = await encode(1);
  });

  it.each(sweep(orientations, standing))(
    "in orientation %i is answered like the upright photo",
    async (orientation) => {
      const turned = await encode(orientation);
      expect(turned.image).toMatchObject({ width: upright.width, height: upright.height });
      expect(farthestCorner(turned.face.box, straight.face.box)).toBeLessThan(limits.pixels);
      expect(farthestPoint(turned.face.landmarks, straight.face.landmarks)).toBeLessThan(limits.pixels);
      const apart = distance(turned.embedding, straight.embedding);
      expect(apart.ok && apart.value).toBeLessThan(limits.distance);
    },
  );
});

// libjpeg's inverse DCT passes over columns before rows and rounds halves up: what changes only the order of rows gives the
// very samples, what changes that of columns gave 3 of 1,244,160 another way by 1 (libjpeg-turbo's own too). The encoder's
// 8 bits make 0.012 of that.
it.each([
  [4, "upside down", 0.001],
  [2, "mirrored", 0.02],
  [3, "turned by 180 degrees", 0.02],
] as const)(
  "a JPEG of whole blocks in orientation %i, %s, gives the embedding of the upright photo to %f",
  async (orientation, _, limit) => {
    const { pipeline } = await runtime;
    const [straight, turned] = [
      await pipeline.encodeFace(await encodeAsJpeg(photo, 1), "only"),
      await pipeline.encodeFace(await encodeAsJpeg(photo, orientation), "only"),
    ];
    if (!straight.ok || !turned.ok) throw new Error("a photo was refused");
    const apart = distance(turned.value.embedding, straight.value.embedding);
    expect(apart.ok && apart.value).toBeLessThan(limit);
  },
);

it("a photo that lies on its side has its scene sketched as it lies, as its box is given", async () => {
  const { pipeline } = await runtime;
  const lying = storedFor(photo, 6);
  const encoded = await pipeline.encodeFace(encodeJpeg(lying, 95), "only", { keepScene: true });
  if (!encoded.ok) throw new Error(encoded.failure.code);
  const { turned, image, scene } = encoded.value;
  expect(turned).not.toBe(0);
  expect(image).toMatchObject({ width: lying.width, height: lying.height });
  const raster = { width: lying.width, height: lying.height, data: lying.data };
  const still = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
  const expected = sketchScene(openSampler(), {
    width: lying.width,
    height: lying.height,
    raster,
    toRaster: still,
  });
  const off = scene!.reduce((sum, value, k) => sum + Math.abs(value - expected[k]), 0) / expected.length;
  expect(off).toBeLessThan(3);
});

/** Returns the largest distance between corresponding corners of the two boxes, px. */
function farthestCorner(a: Box, b: Box): number {
  const topLeft = Math.hypot(a.x - b.x, a.y - b.y);
  const bottomRight = Math.hypot(a.x + a.width - b.x - b.width, a.y + a.height - b.y - b.height);
  return Math.max(topLeft, bottomRight);
}

function farthestPoint(a: Landmarks, b: Landmarks): number {
  return Math.max(...a.map((point, i) => Math.hypot(point.x - b[i].x, point.y - b[i].y)));
}

it.each([0, 90, 180, 270])(
  "two people are multiple_faces under only, in a photo turned by %i degrees",
  async (degrees) => {
    const { pipeline } = await runtime;
    const [front, behind] = [readMedia("franck_01829.jpg"), readMedia("franck_04000.jpg")];
    for (const behindPx of [90, 180]) {
      const scene = { width: 900, height: 700, channels: 3 as const, background: "#8a8f86" };
      const group = await sharp({ create: scene })
        .composite([
          { input: await sharp(front).resize({ width: 400 }).toBuffer(), left: 60, top: 40 },
          { input: await sharp(behind).resize({ width: behindPx }).toBuffer(), left: 600, top: 300 },
        ])
        .png()
        .toBuffer();
      const turned = await sharp(group).rotate(degrees).jpeg({ quality: 92 }).toBuffer();
      expect(await pipeline.encodeFace(turned, "only"), `${behindPx} px`).toMatchObject({
        ok: false,
        failure: { code: "multiple_faces" },
      });
    }
  },
);

/**
 * Varies a face as another camera on another day might have shown it: mirrored, aligned slightly differently, in
 * other light, less sharp, more compressed. It varies the encoder's own crop, so that a photo is decoded and its face
 * found once for all variants.
 */
import jpeg from "jpeg-js";
import { alignToTemplate } from "../../../src/face/align.ts";
import type { EncoderDescriptor } from "../../../src/face/descriptor.ts";
import type { Landmarks, Point } from "../../../src/face/geometry.ts";
import { type Affine, compose, type Photo } from "../../../src/image/photo.ts";
import type { Sampler } from "../../../src/image/sampling/sampler.ts";
import { blur, type Picture } from "../../evaluate/degradation/degrade.ts";

/** Changes made to one crop. */
export interface Variation {
  readonly mirrored: boolean;
  /** Change of the alignment's similarity: degrees, factor, px of the crop. */
  readonly turn: number;
  readonly zoom: number;
  readonly shift: readonly [x: number, y: number];
  /** Factor of all colours. */
  readonly brightness: number;
  /** Standard deviation of a Gaussian, px of the crop; 0 for no blur. */
  readonly blurSigma: number;
  /** Quality 1..100; null for no compression. */
  readonly jpegQuality: number | null;
}

/** @param random uniform in [0, 1) */
export function drawVariation(random: () => number): Variation {
  const between = (low: number, high: number) => low + (high - low) * random();
  return {
    mirrored: random() < 0.5,
    turn: between(-5, 5),
    zoom: between(0.95, 1.05),
    shift: [between(-2, 2), between(-2, 2)],
    brightness: 2 ** between(-0.6, 0.6),
    blurSigma: random() < 0.4 ? between(0.4, 1.5) : 0,
    jpegQuality: random() < 0.5 ? Math.round(between(30, 95)) : null,
  };
}

/** Input of the encoder in place of a photo: a crop, with landmarks on the template. */
export interface VariedFace {
  readonly photo: Photo;
  readonly landmarks: Landmarks;
}

/** `null` when the landmarks do not span a face. */
export function varyFace(
  sample: Sampler,
  photo: Photo,
  landmarks: Landmarks,
  { template, input }: Pick<EncoderDescriptor, "template" | "input">,
  variation: Variation,
): VariedFace | null {
  const toPhoto = alignToTemplate(template, landmarks);
  if (toPhoto === null) return null;
  const [, , height, width] = input.shape;
  const planes = new Float32Array(3 * width * height);
  const varied = compose(jitter(variation, width, height), toPhoto);
  sample(photo, varied, width, height, asTheyAre, planes);
  const picture = develop(toPicture(planes, width, height), variation);
  return {
    photo: { width, height, raster: picture, toRaster: identity },
    landmarks: template.map(([x, y]): Point => ({ x, y })) as unknown as Landmarks,
  };
}

const asTheyAre = { mean: [0, 0, 0], scale: [1, 1, 1] };
const identity: Affine = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };

/** Maps the varied crop's coordinates to the plain crop's: a similarity about the middle, perhaps mirrored. */
export function jitter(
  { mirrored, turn, zoom, shift }: Pick<Variation, "mirrored" | "turn" | "zoom" | "shift">,
  width: number,
  height: number,
): Affine {
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180) / zoom, Math.sin((turn * Math.PI) / 180) / zoom];
  const side = mirrored ? -1 : 1;
  const [a, b, c, d] = [side * cos, -sin, side * sin, cos];
  const [x, y] = [width / 2, height / 2];
  return { a, b, tx: x + shift[0] - a * x - b * y, c, d, ty: y + shift[1] - c * x - d * y };
}

function toPicture(planes: Float32Array, width: number, height: number): Picture {
  const size = width * height;
  const data = new Uint8ClampedArray(4 * size).fill(255);
  for (let i = 0; i < size; i++) {
    for (let channel = 0; channel < 3; channel++) data[4 * i + channel] = planes[channel * size + i];
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

function develop(picture: Picture, { brightness, blurSigma, jpegQuality }: Variation): Picture {
  const { width, height } = picture;
  const lit = Uint8ClampedArray.from(picture.data, (value, at) =>
    at % 4 === 3 ? value : value * brightness,
  );
  const bright = { width, height, data: new Uint8Array(lit.buffer) };
  const soft = blurSigma === 0 ? bright : blur(bright, blurSigma);
  if (jpegQuality === null) return soft;
  return jpeg.decode(jpeg.encode({ ...soft }, jpegQuality).data, { useTArray: true });
}

/** Kinds of worsened photos: each a seeded function on pixels. */
import type { Landmarks } from "../../../../src/face/geometry.ts";
import type { Picture } from "../degrade.ts";

/** A photo, and where its face was found before it was made worse. */
export interface Scene {
  readonly picture: Picture;
  readonly landmarks: Landmarks;
}

/** Uniform in [0, 1). */
export type Random = () => number;

export interface Kind {
  readonly name: string;
  /** The levels' meaning. */
  readonly unit: string;
  readonly levels: readonly number[];
  apply(scene: Scene, level: number, random: Random): Picture;
}

/** Kinds so much alike that a fit which saw one has seen the others: left out together. */
export interface KindGroup {
  readonly name: string;
  /** Address of the module that draws them. */
  readonly source: string;
  readonly kinds: readonly Kind[];
}

/** A kind that needs no landmarks. */
export function kind(
  name: string,
  unit: string,
  levels: readonly number[],
  apply: (picture: Picture, level: number, random: Random) => Picture,
): Kind {
  return { name, unit, levels, apply: ({ picture }, level, random) => apply(picture, level, random) };
}

/** Maps between the photo, px, and the face: u to the right, v down from between the eyes, in eye distances. */
export function faceFrame({ landmarks: [left, right] }: Scene) {
  const centreX = (left.x + right.x) / 2;
  const centreY = (left.y + right.y) / 2;
  const dx = right.x - left.x;
  const dy = right.y - left.y;
  const square = dx * dx + dy * dy;
  return {
    toFace: (x: number, y: number): [number, number] => [
      ((x - centreX) * dx + (y - centreY) * dy) / square,
      ((y - centreY) * dx - (x - centreX) * dy) / square,
    ],
    fromFace: (u: number, v: number): [number, number] => [
      centreX + u * dx - v * dy,
      centreY + u * dy + v * dx,
    ],
  };
}

/** Standard normal numbers (Box and Muller, 1958). */
export function normalFrom(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Each pixel's R, G, B by a function; values are rounded and kept within 0..255. */
export function mapPixels(
  { width, height, data }: Picture,
  map: (red: number, green: number, blue: number, at: number) => readonly [number, number, number],
): Picture {
  const out = new Uint8ClampedArray(data.length).fill(255);
  for (let at = 0; at < width * height; at++) {
    const [red, green, blue] = map(data[4 * at], data[4 * at + 1], data[4 * at + 2], at);
    out[4 * at] = red;
    out[4 * at + 1] = green;
    out[4 * at + 2] = blue;
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** Each pixel's R, G, B by its place on the face too, in eye distances from between the eyes. */
export function mapFace(
  scene: Scene,
  map: (u: number, v: number, red: number, green: number, blue: number) => readonly [number, number, number],
): Picture {
  const { toFace } = faceFrame(scene);
  const { width } = scene.picture;
  return mapPixels(scene.picture, (red, green, blue, at) => {
    const [u, v] = toFace((at % width) + 0.5, Math.floor(at / width) + 0.5);
    return map(u, v, red, green, blue);
  });
}

/** Each of R, G, B by the same function. */
export function mapValues(picture: Picture, map: (value: number, at: number) => number): Picture {
  return mapPixels(picture, (red, green, blue, at) => [map(red, at), map(green, at), map(blue, at)]);
}

/** Luma of ITU-R BT.601, 0..255, a number a pixel. */
export function lumaOf({ width, height, data }: Picture): Float32Array {
  return Float32Array.from(
    { length: width * height },
    (_, at) => 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2],
  );
}

/** A grey picture of one value a pixel, kept within 0..255. */
export function fromGrey(width: number, height: number, grey: (x: number, y: number) => number): Picture {
  const out = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out.fill(grey(x, y), 4 * (y * width + x), 4 * (y * width + x) + 3);
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/**
 * Each pixel from elsewhere: `from` gives where the pixel centred at (x, y) comes from, in px with pixel
 * centres at +0.5; bilinear, black outside.
 */
export function resample(
  { width, height, data }: Picture,
  size: { readonly width: number; readonly height: number },
  from: (x: number, y: number) => readonly [number, number],
): Picture {
  const out = new Uint8ClampedArray(4 * size.width * size.height).fill(255);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [u, v] = from(x + 0.5, y + 0.5);
      const left = Math.floor(u - 0.5);
      const top = Math.floor(v - 0.5);
      const across = u - 0.5 - left;
      const down = v - 0.5 - top;
      const at = 4 * (top * width + left);
      const isLeft = left >= 0 && left < width;
      const isRight = left + 1 >= 0 && left + 1 < width;
      const isTop = top >= 0 && top < height;
      const isBottom = top + 1 >= 0 && top + 1 < height;
      for (let channel = 0; channel < 3; channel++) {
        const from = at + channel;
        const upper =
          (1 - across) * (isTop && isLeft ? data[from] : 0) +
          across * (isTop && isRight ? data[from + 4] : 0);
        const lower =
          (1 - across) * (isBottom && isLeft ? data[from + 4 * width] : 0) +
          across * (isBottom && isRight ? data[from + 4 * width + 4] : 0);
        out[4 * (y * size.width + x) + channel] = (1 - down) * upper + down * lower;
      }
    }
  }
  return { ...size, data: new Uint8Array(out.buffer) };
}

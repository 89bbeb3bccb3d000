/** Degrades photos in one way at a time, by a known amount. */
import { createRandom } from "../statistics/random.ts";

/** RGBA, 8 bits. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Electrons that a pixel holds at white, and the read-out noise: values for a small camera's sensor. */
const fullWell = 4000;
const readNoise = 4;

/**
 * Makes the photo as taken with 2^`stops` times the light: scaled in linear light, clipped at white. With less light
 * (negative stops) the sensor's noise shows: the photons' own, and that of reading out.
 */
export function expose(picture: Picture, stops: number, seed: number): Picture {
  const gain = 2 ** stops;
  const normal = createNormal(seed);
  const noisy = (light: number) =>
    light + (normal() * Math.sqrt(Math.max(0, light) * fullWell + readNoise ** 2)) / fullWell;
  return mapColours(picture, (value) => {
    const light = toLinear[value] * gain;
    return fromLinear(stops < 0 ? noisy(light) : light);
  });
}

/** Convolves with a Gaussian of standard deviation `sigma` px, edges repeated. */
export function blur(picture: Picture, sigma: number): Picture {
  const radius = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const { width, height } = picture;
  const convolve = (from: Float32Array, length: number, stride: number, other: number, step: number) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < other; line++) {
      for (let k = 0; k < length; k++) {
        let red = 0;
        let green = 0;
        let blue = 0;
        let alpha = 0;
        for (let j = -radius; j <= radius; j++) {
          const at = line * step + Math.min(length - 1, Math.max(0, k + j)) * stride;
          const weight = weights[j + radius];
          red += weight * from[at];
          green += weight * from[at + 1];
          blue += weight * from[at + 2];
          alpha += weight * from[at + 3];
        }
        const at = line * step + k * stride;
        to[at] = red / total;
        to[at + 1] = green / total;
        to[at + 2] = blue / total;
        to[at + 3] = alpha / total;
      }
    }
    return to;
  };
  const rows = convolve(Float32Array.from(picture.data), width, 4, height, 4 * width);
  const both = convolve(rows, height, 4 * width, width, 4);
  return { width, height, data: Uint8Array.from(both, Math.round) };
}

/** Shrinks to `share` of the sides; each pixel averages the area that it covers. */
export function shrink(picture: Picture, share: number): Picture {
  const width = Math.max(1, Math.round(picture.width * share));
  const height = Math.max(1, Math.round(picture.height * share));
  const data = new Uint8Array(4 * width * height);
  const columns = coverage(picture.width, width);
  const rows = coverage(picture.height, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0, 0];
      for (const [row, down] of rows[y]) {
        for (const [column, across] of columns[x]) {
          const at = 4 * (row * picture.width + column);
          for (let channel = 0; channel < 4; channel++)
            sum[channel] += down * across * picture.data[at + channel];
        }
      }
      data.set(sum.map(Math.round), 4 * (y * width + x));
    }
  }
  return { width, height, data };
}

/** Cuts off the leftmost `share` of the width, for a face half out of the frame. */
export function cutLeft(picture: Picture, share: number): Picture {
  const from = Math.round(picture.width * share);
  const width = picture.width - from;
  const data = new Uint8Array(4 * width * picture.height);
  for (let y = 0; y < picture.height; y++) {
    const start = 4 * (y * picture.width + from);
    data.set(picture.data.subarray(start, start + 4 * width), 4 * y * width);
  }
  return { width, height: picture.height, data };
}

/** Returns for each output pixel the input pixels that it covers, with weights that sum to 1. */
function coverage(from: number, to: number): [index: number, weight: number][][] {
  const size = from / to;
  return Array.from({ length: to }, (_, k) => {
    const start = k * size;
    const end = start + size;
    const covered: [number, number][] = [];
    for (let index = Math.floor(start); index < Math.min(from, Math.ceil(end - 1e-9)); index++) {
      covered.push([index, (Math.min(end, index + 1) - Math.max(start, index)) / size]);
    }
    return covered;
  });
}

function mapColours({ width, height, data }: Picture, map: (value: number) => number): Picture {
  return { width, height, data: data.map((value, at) => (at % 4 === 3 ? value : map(value))) };
}

/** Converts sRGB (IEC 61966-2-1), 0..255, to light, 0..1. */
const toLinear = Float64Array.from({ length: 256 }, (_, value) => {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});

function fromLinear(light: number): number {
  const l = Math.min(1, Math.max(0, light));
  return Math.round(255 * (l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055));
}

/** Generates standard normal numbers (Box and Muller, 1958). */
function createNormal(seed: number): () => number {
  const random = createRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * A camera's view of a scene: perspective, blur, exposure, white balance, a sensor's noise, sharpening, 4:2:0 and JPEG.
 * Attacks and genuine photos go through it with parameters of one distribution, so that compression, size and noise
 * alone tell nothing.
 */
import jpeg from "jpeg-js";
import type { Picture } from "../degradation/degrade.ts";
import { normalFrom, type Random } from "../degradation/kinds/kind.ts";
import { between, type Scene, soften } from "./light.ts";

export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** Sizes of frames: those of webcams and of small phone photos. */
const frames: readonly Frame[] = [
  { width: 320, height: 240 },
  { width: 320, height: 240 },
  { width: 400, height: 300 },
  { width: 300, height: 400 },
];

export interface Shot {
  readonly frame: Frame;
  /** Standard deviation of the lens' blur, px of the frame. */
  readonly blur: number;
  /** Standard deviation of noise at mid grey, 0..1. */
  readonly noise: number;
  readonly exposure: number;
  readonly balance: readonly number[];
  readonly quality: number;
}

export function drawShot(random: Random): Shot {
  return {
    frame: frames[Math.floor(random() * frames.length)],
    blur: between(random, 0.3, 0.9),
    noise: between(random, 0.004, 0.022),
    exposure: between(random, 0.85, 1.12),
    balance: [between(random, 0.95, 1.05), 1, between(random, 0.95, 1.05)],
    quality: Math.floor(between(random, 45, 95)),
  };
}

/** Samples along each side of a pixel. */
const samples = 2;

/** Takes a picture of the scene, whose coordinates are the frame's pixels. */
export function expose(scene: Scene, shot: Shot, random: Random): Picture {
  const { width, height } = shot.frame;
  const data = new Uint8Array(4 * width * height).fill(255);
  const clip = (value: number) => Math.round(255 * Math.min(1, Math.max(0, value)));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0];
      for (let k = 0; k < samples * samples; k++) {
        const [across, down] = [k % samples, Math.floor(k / samples)];
        const colour = scene(x + (across + 0.5) / samples, y + (down + 0.5) / samples);
        for (let channel = 0; channel < 3; channel++) sum[channel] += colour[channel];
      }
      for (let channel = 0; channel < 3; channel++) {
        const light = (sum[channel] / samples ** 2) * shot.exposure * shot.balance[channel];
        data[4 * (y * width + x) + channel] = clip(light);
      }
    }
  }
  return addNoise(soften({ width, height, data }, shot.blur), shot.noise, random);
}

function addNoise({ width, height, data }: Picture, noise: number, random: Random): Picture {
  const out = new Uint8ClampedArray(data);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = data[4 * at + channel];
      out[4 * at + channel] = value + 255 * noise * Math.sqrt(0.25 + value / 170) * normalFrom(random);
    }
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** Compresses as a JPEG of 4:2:0. */
export function toJpeg(picture: Picture, quality: number): Uint8Array {
  const { width, height, data } = halveChroma(picture);
  return new Uint8Array(jpeg.encode({ width, height, data: Buffer.from(data) }, quality).data);
}

export function fromJpeg(bytes: Uint8Array): Picture {
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true });
  return { width, height, data: new Uint8Array(data) };
}

/** Averages the chroma of squares of 2 x 2 pixels; the encoder itself keeps all of it. */
function halveChroma({ width, height, data }: Picture): Picture {
  const out = new Uint8ClampedArray(data);
  const luma = new Float32Array(width * height);
  for (let at = 0; at < luma.length; at++) {
    luma[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
  }
  for (let top = 0; top < height; top += 2) {
    for (let left = 0; left < width; left += 2) {
      const [bottom, right] = [Math.min(height, top + 2), Math.min(width, left + 2)];
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) sum += data[4 * (y * width + x) + channel] - luma[y * width + x];
        const chroma = sum / ((bottom - top) * (right - left));
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++)
            out[4 * (y * width + x) + channel] = luma[y * width + x] + chroma;
      }
    }
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** Returns where the frame's pixels lie in a plane that is held before the camera, slightly turned. */
export function drawPerspective(
  { width, height }: Frame,
  most: number,
  random: Random,
): (x: number, y: number) => readonly [number, number] {
  const [p, q] = [between(random, -most, most) / width, between(random, -most, most) / height];
  const angle = between(random, -most, most) / 3;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const [u, v] = [x - width / 2, y - height / 2];
    const w = 1 + p * u + q * v;
    return [width / 2 + (cos * u - sin * v) / w, height / 2 + (sin * u + cos * v) / w];
  };
}

/**
 * Photos of the bench: portraits cut from the samples of @vladmandic/face-api, resampled to the sizes of phone
 * photos, with a sensor's grain (a smooth enlargement would decode too fast), written as baseline JPEG with 4:2:0
 * chroma, as phones do. They have the same bytes on every machine.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import encodeJpeg, { init } from "@jsquash/jpeg/encode.js";
import { decode } from "jpeg-js";
import { cache } from "./paths.ts";

export interface BenchPhoto {
  /** Size in megapixels, as figures are labelled. */
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const sizes = [
  { label: "0.06 MP", width: 288, height: 216 },
  { label: "0.3 MP", width: 640, height: 480 },
  { label: "3 MP", width: 2048, height: 1536 },
  { label: "12 MP", width: 4032, height: 3024 },
] as const;

export type SizeLabel = (typeof sizes)[number]["label"];

interface Portrait {
  readonly file: string;
  /** Part of the sample that is used: 4:3, one face, a third of its width. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Share of the photo's width that shows this part, in the middle of a grey wall; the whole width unless it is said. */
  readonly faceScale?: number;
}

const person: Portrait = { file: "sample3.jpg", left: 60, top: 120, width: 1000, height: 750 };
const stranger: Portrait = { file: "sample5.jpg", left: 0, top: 660, width: 960, height: 720 };

export interface Photos {
  /** One person at every size. */
  readonly person: Readonly<Record<SizeLabel, BenchPhoto>>;
  /** Another person, 0.3 MP. */
  readonly stranger: BenchPhoto;
}

/** Sizes that fill a body of 10 MiB: as it is, and in base64. */
const largestSizes = {
  raw: { label: "10 MB", width: 7560, height: 5670 },
  inBase64: { label: "10 MB in base64", width: 6512, height: 4884 },
};

/** Makes the largest photos of the same person. */
export async function makeLargestPhotos(): Promise<{
  readonly raw: BenchPhoto;
  readonly inBase64: BenchPhoto;
}> {
  return {
    raw: await makePhoto(person, largestSizes.raw),
    inBase64: await makePhoto(person, largestSizes.inBase64),
  };
}

export async function makePhotos(): Promise<Photos> {
  const made: [string, BenchPhoto][] = [];
  for (const size of sizes) made.push([size.label, await makePhoto(person, size)]);
  return {
    person: Object.fromEntries(made) as Record<SizeLabel, BenchPhoto>,
    stranger: await makePhoto(stranger, sizes[1]),
  };
}

/** Makes photos that are decoded in other ways: a face a sixth as wide as 12 megapixels, and a 48-megapixel sensor's. */
export async function makeOtherPhotos(): Promise<
  Readonly<Record<"12 MP, small face" | "48 MP", BenchPhoto>>
> {
  const small = { label: "12 MP, small face", width: 4032, height: 3024 };
  return {
    "12 MP, small face": await makePhoto({ ...person, faceScale: 1 / 2 }, small),
    "48 MP": await makePhoto(person, { label: "48 MP", width: 8064, height: 6048 }, 85),
  };
}

const quality = 95;
/** Standard deviation of the grain, grey levels, as of a phone at ISO 200. */
const grain = 3;

type Size = Pick<BenchPhoto, "label" | "width" | "height">;

async function makePhoto(portrait: Portrait, size: Size, jpegQuality = quality): Promise<BenchPhoto> {
  const scale = portrait.faceScale === undefined ? "" : `-f${portrait.faceScale}`;
  const name = `${portrait.file.slice(0, -4)}-${size.width}x${size.height}-q${jpegQuality}-g${grain}${scale}.jpg`;
  const path = join(cache, name);
  if (!existsSync(path)) writeFileSync(path, await render(portrait, size.width, size.height, jpegQuality));
  return { ...size, bytes: new Uint8Array(readFileSync(path)) };
}

async function render(
  portrait: Portrait,
  width: number,
  height: number,
  jpegQuality: number,
): Promise<Uint8Array> {
  const samples = fileURLToPath(new URL("../node_modules/@vladmandic/face-api/demo/", import.meta.url));
  const sample = decode(readFileSync(join(samples, portrait.file)), { useTArray: true });
  const { faceScale = 1 } = portrait;
  const shown = { width: Math.round(width * faceScale), height: Math.round(height * faceScale) };
  const portraitPixels = resample(sample, portrait, shown.width, shown.height);
  const data = faceScale === 1 ? portraitPixels : onWall({ data: portraitPixels, ...shown }, width, height);
  addGrain(data, 1);
  const codec = fileURLToPath(import.meta.resolve("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm"));
  await init(await WebAssembly.compile(await readFile(codec)));
  const pixels = { data, width, height, colorSpace: "srgb", pixelFormat: "rgba-unorm8" } as const;
  const jpeg = await encodeJpeg(pixels, {
    quality: jpegQuality,
    quant_table: 0,
    progressive: false,
    auto_subsample: false,
    chroma_subsample: 2,
  });
  return new Uint8Array(jpeg);
}

interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** Resamples: enlarging takes one bilinear sample a pixel, shrinking the mean of 4 x 4 of them. */
function resample(
  from: Pixels,
  part: Portrait,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(width * height * 4);
  const step = part.width / width;
  const grid = step > 1 ? 4 : 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let j = 0; j < grid; j++) {
          for (let i = 0; i < grid; i++) {
            const u = part.left + (x + (i + 0.5) / grid) * step - 0.5;
            const v = part.top + (y + (j + 0.5) / grid) * step - 0.5;
            sum += bilinear(from, u, v, channel);
          }
        }
        out[at + channel] = sum / (grid * grid);
      }
      out[at + 3] = 255;
    }
  }
  return out;
}

/** Puts a picture into the middle of a grey wall. */
function onWall(picture: Pixels, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(width * height * 4).fill(128);
  const left = (width - picture.width) >> 1;
  const top = (height - picture.height) >> 1;
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(4 * picture.width * y, 4 * picture.width * (y + 1));
    data.set(row, 4 * ((top + y) * width + left));
  }
  return data;
}

function bilinear({ data, width, height }: Pixels, u: number, v: number, channel: number): number {
  const x0 = Math.min(Math.max(Math.floor(u), 0), width - 2);
  const y0 = Math.min(Math.max(Math.floor(v), 0), height - 2);
  const [fx, fy] = [Math.min(Math.max(u - x0, 0), 1), Math.min(Math.max(v - y0, 0), 1)];
  const at = 4 * (y0 * width + x0) + channel;
  const top = data[at] * (1 - fx) + data[at + 4] * fx;
  const bottom = data[at + 4 * width] * (1 - fx) + data[at + 4 * width + 4] * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Adds grey noise that is nearly normal: the sum of four uniform numbers. */
function addGrain(data: Uint8ClampedArray, seed: number): void {
  let state = seed;
  const uniform = () => {
    // This is xorshift32 (Marsaglia 2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let at = 0; at < data.length; at += 4) {
    const noise = (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3) * grain;
    for (let channel = 0; channel < 3; channel++) data[at + channel] += noise;
  }
}

/** Photos that show several people under `face=only`: people of LFW's test view side by side, and as their photos are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode, encode } from "jpeg-js";
import { expect, it } from "vitest";
import { seededRandom } from "../../model/convert/proof/images.ts";
import { loadRuntime } from "../../model/runtime.ts";
import { lfwDev } from "../fixtures/data.ts";

const cell = 250;
/** Montages of each number of people. */
const montages = 5;

function readTestView(): { image: string; identity: string }[] {
  const [, ...lines] = readFileSync(join(lfwDev.folder, "test.images.tsv"), "utf8").trim().split("\n");
  return lines.map((line) => {
    const [image, identity] = line.split("\t");
    return { image, identity };
  });
}

const read = (image: string) => readFileSync(join(lfwDev.folder, "images", image));

/** Places photos of 250 x 250 px in a grid that is as wide as it is high, each shrunk by `step`. */
function montageOf(photos: readonly Uint8Array[], step: 1 | 2): Uint8Array {
  const side = cell / step;
  const columns = Math.ceil(Math.sqrt(photos.length));
  const [width, height] = [columns * side, Math.ceil(photos.length / columns) * side];
  const data = new Uint8Array(width * height * 4).fill(128);
  const montage = new Uint32Array(data.buffer);
  for (const [i, photo] of photos.entries()) {
    const { buffer, byteOffset } = decode(photo, { useTArray: true }).data;
    const pixels = new Uint32Array(buffer, byteOffset, cell * cell);
    const [left, top] = [(i % columns) * side, Math.floor(i / columns) * side];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) montage[(top + y) * width + left + x] = pixels[(cell * y + x) * step];
    }
  }
  return encode({ width, height, data }, 92).data;
}

it.skipIf(!lfwDev.isPresent)(
  lfwDev.title("montages of 2 to 64 people are multiple_faces under face=only, at least 99 % of them"),
  async () => {
    const { pipeline } = await loadRuntime();
    const random = seededRandom(1);
    const people = [...new Map(readTestView().map((row) => [row.identity, row.image])).values()];
    const others: string[] = [];
    let count = 0;
    for (const number of [2, 3, 4, 6, 9, 12, 16, 25, 36, 49, 64]) {
      for (let i = 0; i < montages; i++) {
        for (const step of [1, 2] as const) {
          const chosen = Array.from({ length: number }, () => people[Math.floor(random() * people.length)]);
          const encoded = await pipeline.encodeFace(montageOf(chosen.map(read), step), "only");
          count++;
          const said = encoded.ok ? "one face" : encoded.failure.code;
          if (said !== "multiple_faces") others.push(`${number} people: ${said}`);
        }
      }
    }
    console.log(`${count - others.length} of ${count} montages are multiple_faces; ${others.join(", ")}`);
    expect(others.length / count).toBeLessThanOrEqual(0.01);
  },
);

it.skipIf(!lfwDev.isPresent)(
  lfwDev.title("of photos with one person in front, at most 12 % are multiple_faces under face=only"),
  async () => {
    const { pipeline } = await loadRuntime();
    const photos = readTestView().filter((_, i) => i % 4 === 0);
    const refused: string[] = [];
    for (const { image } of photos) {
      const encoded = await pipeline.encodeFace(read(image), "only");
      if (!encoded.ok && encoded.failure.code === "multiple_faces") refused.push(image);
    }
    console.log(`${refused.length} of ${photos.length} photos are multiple_faces: ${refused.join(", ")}`);
    expect(refused.length / photos.length).toBeLessThanOrEqual(0.12);
  },
);

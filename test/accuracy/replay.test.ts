/** Copies of photos and different photos of one person, told apart by sketches, on the test view of lfw-dev. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadRuntime, readCalibration } from "../../model/runtime.ts";
import { thresholdAt } from "../../src/face/decision/calibration.ts";
import { distance } from "../../src/face/decision/decide.ts";
import type { EncodedFace } from "../../src/face/face.ts";
import { copyFinder } from "../../src/face/replay/copy.ts";
import { readSketch, writeSketch } from "../../src/face/replay/sketch.ts";
import { lfwDev } from "../fixtures/data.ts";

const { folder, isPresent } = lfwDev;
const photoCount = Number(process.env.SAMEFACE_REPLAY_PHOTOS ?? 60);
const pairCount = 983;

/** How a copy is made. A cut keeps 90 % of the width and of the height, at a corner. */
interface Change {
  readonly quality?: number;
  readonly size?: number;
  readonly corner?: readonly [right: 0 | 1, bottom: 0 | 1];
  readonly gain?: number;
  readonly mirrored?: boolean;
  readonly png?: boolean;
}

const changes: readonly (readonly [string, Change])[] = [
  ["a JPEG of quality 40", { quality: 40 }],
  ["a JPEG of quality 70", { quality: 70 }],
  ["half as large", { size: 0.5 }],
  ["three quarters as large", { size: 0.75 }],
  ["half as large again", { size: 1.5 }],
  ["cut at the left upper corner", { corner: [0, 0] }],
  ["cut at the right upper corner", { corner: [1, 0] }],
  ["cut at the left lower corner", { corner: [0, 1] }],
  ["cut at the right lower corner", { corner: [1, 1] }],
  ["15 % brighter", { gain: 1.15 }],
  ["15 % darker", { gain: 0.85 }],
  ["a PNG", { png: true }],
  ["mirrored", { mirrored: true }],
];

const together: readonly (readonly [string, Change])[] = [
  ["all at once, mirrored", { quality: 55, size: 0.8, corner: [1, 0], gain: 0.9, mirrored: true }],
  ["all at once, at their worst", { quality: 40, size: 0.5, corner: [0, 1], gain: 1.15 }],
];

async function copyOf(photo: Uint8Array, change: Change): Promise<Uint8Array> {
  const { quality = 90, size = 1, corner, gain = 1, mirrored = false, png = false } = change;
  const { width, height } = await sharp(photo).metadata();
  const kept = corner === undefined ? 1 : 0.9;
  const cut = { width: Math.round(kept * width), height: Math.round(kept * height) };
  const [right, bottom] = corner ?? [0, 0];
  const left = right * (width - cut.width);
  const top = bottom * (height - cut.height);
  // Each step reads what the step before wrote: sharp has an order of its own.
  const part = await sharp(photo)
    .extract({ left, top, ...cut })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const resized = sharp(part).resize(Math.round(size * cut.width), Math.round(size * cut.height), {
    fit: "fill",
  });
  const shown = gain === 1 ? resized : resized.linear(gain, 0);
  const turned = mirrored ? shown.flop() : shown;
  return new Uint8Array(await (png ? turned.png() : turned.jpeg({ quality })).toBuffer());
}

/** Every nth of a list, for a sample over all of it. */
function sample<T>(all: readonly T[], count: number): T[] {
  return Array.from(
    { length: Math.min(count, all.length) },
    (_, i) => all[Math.floor((i * all.length) / count)],
  );
}

const rowsOf = (file: string) =>
  readFileSync(join(folder, file), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"));

describe.skipIf(!isPresent)(lfwDev.title("sketches of photos of lfw-dev test"), () => {
  async function setUp() {
    const { pipeline } = await loadRuntime();
    const encode = async (photo: Uint8Array): Promise<EncodedFace | undefined> => {
      const encoded = await pipeline.encodeFace(photo, "largest", { keepCapture: true });
      return encoded.ok ? encoded.value : undefined;
    };
    const read = (name: string) => new Uint8Array(readFileSync(join(folder, "images", name)));
    return { encode, read };
  }

  const seenIn = (first: EncodedFace, second: EncodedFace) =>
    copyFinder(second.capture!)(readSketch(writeSketch(first.capture!))!);

  it(`of ${photoCount} photos tell at least 99.5 % of the copies that match, of each kind of copy together`, async () => {
    const { encode, read } = await setUp();
    const threshold = thresholdAt(readCalibration(), 1e-4);
    if (!threshold.ok) throw new Error(threshold.failure.code);
    const told = { apart: [0, 0], together: [0, 0] };
    const missed: string[] = [];
    for (const [name] of sample(rowsOf("test.images.tsv"), photoCount)) {
      const original = await encode(read(name));
      if (original === undefined) continue;
      for (const [kinds, counts] of [
        [changes, told.apart],
        [together, told.together],
      ] as const) {
        for (const [kind, change] of kinds) {
          const copy = await encode(await copyOf(read(name), change));
          if (copy === undefined) continue;
          // A cut of a photo of several people may have another one as its largest face: no match, and not looked up.
          const apart = distance(original.embedding, copy.embedding);
          if (!apart.ok || apart.value > threshold.value) continue;
          counts[1]++;
          if (seenIn(original, copy)) counts[0]++;
          else missed.push(`${name}: ${kind}`);
        }
      }
    }
    console.log(
      `copies told: ${told.apart.join(" of ")}, changed in several ways: ${told.together.join(" of ")}`,
    );
    expect(told.apart[1]).toBeGreaterThan(0.98 * photoCount * changes.length);
    expect(told.apart[0] / told.apart[1], missed.join("\n")).toBeGreaterThanOrEqual(0.995);
    expect(told.together[0] / told.together[1], missed.join("\n")).toBeGreaterThanOrEqual(0.97);
  }, 3_600_000);

  it(`take at most 0.1 % of ${pairCount} pairs of different photos of one person for copies`, async () => {
    const { encode, read } = await setUp();
    const people = Map.groupBy(rowsOf("test.images.tsv"), ([, person]) => person);
    const pairs = [...people.values()].flatMap((rows) =>
      rows.flatMap(([a], i) => rows.slice(i + 1).map(([b]) => [a, b] as const)),
    );
    expect(pairs).toHaveLength(983);
    const known = new Map<string, Promise<EncodedFace | undefined>>();
    const faceOf = (name: string) => known.get(name) ?? known.set(name, encode(read(name))).get(name)!;
    const taken: string[] = [];
    for (const [a, b] of sample(pairs, pairCount)) {
      const [first, second] = [await faceOf(a), await faceOf(b)];
      if (first && second && (seenIn(first, second) || seenIn(second, first))) taken.push(`${a} ${b}`);
    }
    console.log(`different photos of one person taken for copies: ${taken.length} of ${pairCount}`);
    expect(taken.length / pairCount, taken.join("\n")).toBeLessThanOrEqual(0.001);
  }, 3_600_000);
});

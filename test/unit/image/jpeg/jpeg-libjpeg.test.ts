/** The JPEG reader against libjpeg: the same integers, wherever both know what the samples are. */
import { globSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { scales } from "../../../../src/image/jpeg/jpeg-reader.ts";
import { hardPhotosSet, lfwDev, photoPairs } from "../../../fixtures/data.ts";
import { times } from "../../../fixtures/exhaustive.ts";
import { openJpegModule, type Read } from "../../../fixtures/photos/jpeg-module.ts";
import {
  buildLibjpeg,
  type LibjpegAnswer,
  makeJpeg,
  missingForLibjpeg,
  type Samples,
} from "../../../fixtures/photos/libjpeg.ts";

const missing = missingForLibjpeg();
const title = missing
  ? `the JPEG reader against libjpeg (skipped: no ${missing})`
  : "the JPEG reader against libjpeg";

/** The first difference, in words, or undefined. */
function difference(read: Read, answer: LibjpegAnswer, eighths: number): string | undefined {
  for (const [i, plane] of answer.planes.entries()) {
    // libjpeg at 1/8 shows components that are sampled less, chroma as a rule, at twice the size of their means.
    if (eighths === 1 && plane.blockSide > 1) continue;
    const found = firstDifference(read.planes[i], plane);
    if (found) return `component ${i}: ${found}`;
  }
  if (eighths === 1 || !answer.pixels || answer.planes.length === 4) return undefined;
  return firstDifference(
    { width: read.width, height: read.height, data: withoutAlpha(read.rgba) },
    answer.pixels,
  );
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from];
    rgb[to++] = rgba[from + 1];
    rgb[to++] = rgba[from + 2];
  }
  return rgb;
}

function firstDifference(a: Samples, b: Samples): string | undefined {
  if (a.width !== b.width || a.height !== b.height)
    return `${a.width}x${a.height}, not ${b.width}x${b.height}`;
  if (areSame(a.data, b.data)) return undefined;
  const at = a.data.findIndex((value, i) => value !== b.data[i]);
  return at < 0 ? undefined : `sample ${at} is ${a.data[at]}, not ${b.data[at]}`;
}

const areSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe.skipIf(missing !== "")(title, { timeout: 900_000 }, () => {
  const libjpeg = missing === "" ? buildLibjpeg() : undefined;
  afterAll(() => libjpeg?.close());
  const { read } = openJpegModule();

  function compare(files: readonly { bytes: Uint8Array; how: string }[]): {
    same: number;
    differing: string[];
  } {
    let same = 0;
    const differing: string[] = [];
    for (const eighths of scales) {
      const answers = libjpeg!.ask(files.map(({ bytes }) => ({ bytes, eighths })));
      for (const [i, answer] of answers.entries()) {
        const { bytes, how } = files[i];
        if (answer.warned !== false) continue;
        const ours = read(bytes, eighths);
        const found = ours.status === 0 ? difference(ours, answer, eighths) : `status ${ours.status}`;
        if (found) differing.push(`${how} at ${eighths}/8: ${found}`);
        else same++;
      }
    }
    return { same, differing };
  }

  const count = times(2000, 60);
  it(`gives the same planes, and colours of three components, of ${count} files of sides of 1 to 70 px`, () => {
    for (let first = 0; first < count; first += 100) {
      const files = Array.from({ length: Math.min(100, count - first) }, (_, i) => makeJpeg(first + i));
      const { same, differing } = compare(files);
      expect(differing).toEqual([]);
      expect(same).toBe(4 * files.length);
    }
  });

  // Shorter data is read by one lane alone.
  const countLarge = times(200, 8);
  const largeFiles: ReturnType<typeof makeJpeg>[] = [];
  /** Makes each file once, for both tests that read it. */
  function largeJpeg(seed: number) {
    largeFiles[seed] ??= makeJpeg(20_004 + seed, { least: 300, most: 1100 });
    return largeFiles[seed];
  }

  it(`gives the same of ${countLarge} files that lanes read, of sides of 300 to 1,100 px`, () => {
    for (let seed = 0; seed < countLarge; seed++) {
      const { differing } = compare([largeJpeg(seed)]);
      expect(differing).toEqual([]);
    }
  });

  it.each([
    {
      name: "a part of a photo",
      files: Math.ceil(count / 4),
      make: (seed: number) => makeJpeg(10_000 + seed),
    },
    { name: "a part of a photo that lanes read", files: countLarge, make: largeJpeg },
  ])("gives $name as all of it does, with notes of an earlier look and without", ({ files, make }) => {
    for (let seed = 0; seed < files; seed++) {
      const { bytes, how } = make(seed);
      const { notes } = read(bytes, 1);
      for (const eighths of scales.slice(1)) {
        const whole = read(bytes, eighths);
        const [left, top] = [(71 * seed) % whole.width, (93 * seed) % whole.height];
        const [right, bottom] = [Math.min(whole.width, left + 1 + seed), Math.min(whole.height, top + 9)];
        const rows = Array.from({ length: bottom - top }, (_, y) => (top + y) * whole.width);
        const expected = Buffer.concat(
          rows.map((row) => whole.rgba.subarray(4 * (row + left), 4 * (row + right))),
        );
        for (const known of [notes, new Uint8Array(0)]) {
          const part = read(bytes, eighths, () => [left, top, right, bottom], known);
          if (!areSame(part.rgba, expected))
            expect([...part.rgba], `${how} at ${eighths}/8`).toEqual([...expected]);
        }
      }
    }
  });

  const sets = [hardPhotosSet, photoPairs, lfwDev];
  it.skipIf(sets.every(({ isPresent }) => !isPresent))(
    "gives the same of every JPEG at hand that libjpeg reads without a warning",
    () => {
      let compared = 0;
      for (const { folder } of sets.filter(({ isPresent }) => isPresent)) {
        const names = globSync(`${folder}/**/*.{jpg,jpeg}`).sort();
        const chosen = names.slice(0, folder === lfwDev.folder ? times(names.length, 40) : names.length);
        for (let first = 0; first < chosen.length; first += 20) {
          const files = chosen
            .slice(first, first + 20)
            .map((how) => ({ how, bytes: new Uint8Array(readFileSync(how)) }))
            .filter(({ bytes }) => bytes.length < times(2_000_000, 40_000));
          const { same, differing } = compare(files);
          expect(differing).toEqual([]);
          compared += same;
        }
      }
      console.log(`${compared} decodes are the same`);
    },
  );
});

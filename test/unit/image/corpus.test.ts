import { createHash } from "node:crypto";
import jpegJs from "jpeg-js";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import type { Photo, Raster } from "../../../src/image/photo.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { hardPhotosSet } from "../../fixtures/data.ts";
import { sweep, times } from "../../fixtures/exhaustive.ts";
import { areaAverage, meanDifference, meanLumaDifference, upright } from "../../fixtures/photos/compare.ts";
import { hardPhotos, hasHardPhoto, readHardPhoto } from "../../fixtures/photos/corpus.ts";

const codecs = nodeCodecs();
/** The suites contain single pixels, and this machine has more memory than an isolate. */
const wide = { ...defaultImageLimits, minSidePixels: 1, maxWorkingBytes: 2 ** 28, webpMaxPixels: 25_000_000 };

async function decode(bytes: Uint8Array, scaleAtLeast = 1, limits = wide): Promise<Photo | undefined> {
  const opened = await openPhoto(bytes, limits, codecs);
  const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast }) : opened;
  return decoded.ok ? decoded.value : undefined;
}

const jpegs = hardPhotos().filter((path) => /\.jpe?g$/.test(path));
const reftests = "jpeg-decoder/tests/reftest/images/";

describe.skipIf(!hardPhotosSet.isPresent)(hardPhotosSet.title("on hard-photos"), () => {
  it("every file ends in a photo or a refusal, each within a second", async () => {
    const answers: Record<string, number> = {};
    for (const path of hardPhotos()) {
      const bytes = readHardPhoto(path);
      const start = performance.now();
      const opened = await openPhoto(bytes, defaultImageLimits, codecs);
      const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast: 0.1 }) : opened;
      expect(performance.now() - start, path).toBeLessThan(1000);
      const answer = decoded.ok ? "decoded" : decoded.failure.code;
      answers[answer] = (answers[answer] ?? 0) + 1;
      expect(codecs.heldBytes(), path).toBeLessThanOrEqual(defaultImageLimits.maxWorkingBytes);
    }
    expect(Object.keys(answers).sort()).toEqual([
      "decoded",
      "image_too_large",
      "invalid_image",
      "unsupported_media_type",
    ]);
  });

  it.each(["lottapixel/lottapixel.jpg", "jpeg-decoder/tests/crashtest/images/max_size.jpg"])(
    "the bomb %s is refused in under 50 ms",
    async (path) => {
      const bytes = readHardPhoto(path);
      const start = performance.now();
      const opened = await openPhoto(bytes, defaultImageLimits, codecs);
      expect(performance.now() - start).toBeLessThan(50);
      expect(opened).toMatchObject({ ok: false, failure: { code: "image_too_large" } });
    },
  );

  it("every JPEG that jpeg-js decodes too differs from it by at most 3 grey levels on average", {
    timeout: 120_000,
  }, async () => {
    const largest = times(3_000_000, 300_000);
    let compared = 0;
    for (const path of jpegs) {
      const photo = await decode(readHardPhoto(path));
      if (!photo || photo.width * photo.height > largest) continue;
      const { raster } = photo;
      const oracle = jpegJsDecode(readHardPhoto(path), !storesRgb.has(path));
      if (!oracle) continue;
      // jpeg-js repeats chroma samples where libjpeg interpolates them: tiny colourful images differ there.
      const difference = meanDifference(raster, oracle) > 3 ? meanLumaDifference : meanDifference;
      expect(difference(raster, oracle), path).toBeLessThan(difference === meanLumaDifference ? 1 : 3);
      compared++;
    }
    expect(compared).toBeGreaterThan(times(70, 40));
  });

  it("every JPEG with a reference PNG differs from it by less than half a grey level", async () => {
    const pairs = jpegs.map((path) => [path, path.replace(/\.jpe?g$/, ".png")]);
    let compared = 0;
    for (const [path, reference] of pairs.filter(([, png]) => hasHardPhoto(png))) {
      const photo = await decode(readHardPhoto(path));
      const expected = await decode(readHardPhoto(reference));
      if (!photo || !expected) continue;
      expect(meanDifference(photo.raster, expected.raster), path).toBeLessThan(0.5);
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  });

  it.each([1, 2, 4])("photos at %i/8 match area averages within 2 grey levels", async (eighths) => {
    for (const name of ["Landscape_1", "Portrait_1"]) {
      const bytes = readHardPhoto(`exif-orientation-examples/${name}.jpg`);
      const whole = await decode(bytes);
      const scaled = await decode(bytes, eighths / 8);
      expect(meanDifference(scaled!.raster, areaAverage(whole!.raster, eighths / 8))).toBeLessThan(2);
    }
  });

  it.each(["Landscape", "Portrait"])("the orientations of %s show one photo", async (name) => {
    const file = (orientation: number) =>
      decode(readHardPhoto(`exif-orientation-examples/${name}_${orientation}.jpg`), 0.25);
    const first = await file(1);
    for (const orientation of sweep([2, 3, 4, 5, 6, 7, 8], [6, 7])) {
      const photo = await file(orientation);
      expect([photo!.width, photo!.height]).toEqual([first!.width, first!.height]);
      // Each photo was compressed on its own after it was turned.
      expect(meanDifference(upright(photo!), upright(first!)), `${orientation}`).toBeLessThan(3);
    }
  });

  it("every opaque WebP with a published MD5 of its pixels matches it, and the others are on white", async () => {
    const folder = "libwebp-test-data/";
    const list = new TextDecoder().decode(readHardPhoto(`${folder}libwebp_tests.md5`));
    const published = [...list.matchAll(/^(\w{32}) +(\S+\.webp)\.ppm$/gm)];
    expect(published.length).toBeGreaterThan(90);
    for (const [, md5, name] of published) {
      const bytes = readHardPhoto(folder + name);
      const photo = await decode(bytes);
      // The MD5 is of the colours under the alpha.
      const { isOpaque } = await sharp(bytes).stats();
      if (isOpaque) expect(photo && md5OfPpm(photo.raster), name).toBe(md5);
      else expect(await farthestFromSharp(photo!.raster, bytes), name).toBeLessThanOrEqual(1);
    }
  });
});

/** Largest difference from what libvips shows on white. */
async function farthestFromSharp({ data }: Raster, bytes: Uint8Array): Promise<number> {
  const shown = await sharp(bytes).flatten({ background: "#ffffff" }).ensureAlpha().raw().toBuffer();
  expect(shown.length).toBe(data.length);
  return shown.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i])), 0);
}

/** Files that store R, G, B without a marker that jpeg-js heeds: their component ids say so. */
const storesRgb = new Set([`${reftests}rgb.jpg`, "jpeg-js/test/fixtures/truecolor.jpg"]);

function jpegJsDecode(bytes: Uint8Array, colorTransform: boolean): Raster | undefined {
  try {
    const forced = colorTransform ? {} : { colorTransform };
    return jpegJs.decode(bytes, { useTArray: true, ...forced });
  } catch {
    return undefined;
  }
}

function md5OfPpm({ width, height, data }: Raster): string {
  const rgb = data.filter((_, i) => i % 4 !== 3);
  return createHash("md5").update(`P6\n${width} ${height}\n255\n`).update(rgb).digest("hex");
}

/**
 * Feeds mutated files to `openPhoto` and `decode` as the pipeline calls them. Every input must end in a
 * Result.
 */
import { type Codecs, openPhoto } from "../../src/image/decode.ts";
import { defaultImageLimits, type ImageLimits } from "../../src/image/limits.ts";
import { nodeCodecs } from "../fixtures/codecs.ts";
import { hardPhotos, readHardPhoto } from "../fixtures/photos/corpus.ts";
import { encodeJpeg, exifBlock, flatJpeg, scene, vp8x, wrapWebp } from "../fixtures/photos/images.ts";
import photos from "../fixtures/photos/photos.json" with { type: "json" };
import { encodePng } from "../fixtures/photos/png.ts";
import { type FuzzOptions, type FuzzReport, fuzzInputs } from "./loop.ts";
import { mutate } from "./mutate.ts";

/** Larger seeds would spend the time on copying. */
const maxSeedBytes = 120_000;

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const codecs = nodeCodecs();
  const limits = { ...defaultImageLimits, minSidePixels: 1 };
  const all = await seedFiles();
  // Most files of the crash suites end in their headers: intact ones get half of the inputs.
  const sound = await Promise.all(all.map((kind) => whereDecodable(kind, codecs, limits)));
  const files = [...all, ...sound];
  return fuzzInputs(options, (random) => {
    const kind = files[Math.floor(random() * files.length)];
    const pick = () => kind[Math.floor(random() * kind.length)];
    const { bytes, how } = mutate(pick(), pick(), random);
    return {
      how,
      async run() {
        const opened = await openPhoto(bytes, limits, codecs);
        const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast: random() }) : opened;
        if (!decoded.ok) return { answer: decoded.failure.code };
        const { raster } = decoded.value;
        return {
          answer: "decoded",
          problem: () => (isSound(raster) ? undefined : "a raster of the wrong size"),
        };
      },
    };
  });
}

async function whereDecodable(files: readonly Uint8Array[], codecs: Codecs, limits: ImageLimits) {
  const decodable: Uint8Array[] = [];
  for (const bytes of files) {
    const opened = await openPhoto(bytes, limits, codecs);
    if (opened.ok && (await opened.value.decode({ scaleAtLeast: 0 })).ok) decodable.push(bytes);
  }
  return decodable;
}

function isSound({
  width,
  height,
  data,
}: {
  width: number;
  height: number;
  data: ArrayLike<number>;
}): boolean {
  return width > 0 && height > 0 && data.length === 4 * width * height;
}

/**
 * Collects seeds by format, so that each format gets its share: made here, and the shared suites where they exist.
 */
async function seedFiles(): Promise<Uint8Array[][]> {
  const photo = scene(80, 60);
  const jpeg: Uint8Array[] = [
    encodeJpeg(photo, 90, 6),
    encodeJpeg(photo, 40),
    flatJpeg(128, 96),
    flatJpeg(128, 96, 9),
  ];
  const png: Uint8Array[] = await Promise.all([
    encodePng(photo, { extra: [["eXIf", exifBlock(8)]] }),
    encodePng(photo, { interlaced: true, colourType: 6, bitDepth: 16 }),
    encodePng(photo, { colourType: 3, bitDepth: 4, chunkBytes: 200 }),
  ]);
  const own = Object.entries(photos).map(
    ([name, base64]) => [name, Uint8Array.from(Buffer.from(base64, "base64"))] as const,
  );
  const webp: Uint8Array[] = own.filter(([name]) => name.startsWith("webp")).map(([, bytes]) => bytes);
  const avif = own.filter(([name]) => name.startsWith("avif")).map(([, bytes]) => bytes);
  webp.push(
    wrapWebp([
      ["VP8X", vp8x(0x08, 96, 64)],
      ["VP8L", webp[1].subarray(20)],
      ["EXIF", exifBlock(5)],
    ]),
  );
  for (const path of hardPhotos()) {
    const bytes = readHardPhoto(path);
    if (bytes.length > maxSeedBytes) continue;
    if (/\.jpe?g$/.test(path)) jpeg.push(bytes);
    else if (path.endsWith(".png")) png.push(bytes);
    else if (path.endsWith(".webp")) webp.push(bytes);
  }
  // JPEG counts twice, since phones send it.
  return [jpeg, jpeg, png, webp, avif];
}

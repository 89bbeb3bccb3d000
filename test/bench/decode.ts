/**
 * `node test/bench/decode.ts`: times decoders on the same photos of 12 megapixels (decode-table.ts). Then it decodes a
 * 12- and a 48-megapixel JPEG to detection size, in Node and in workerd (timed from outside, less the same request that
 * decodes nothing), beside jpeg-js and libjpeg-turbo, which was the Worker's decoder before. The photos are made from a
 * shared photo, or from the test scene where that is missing.
 */
import { cpus } from "node:os";
import jpegJs from "jpeg-js";
import { unstable_startWorker as startWorker } from "wrangler";
import { openPhoto } from "../../src/image/decode.ts";
import { defaultImageLimits } from "../../src/image/limits.ts";
import type { Raster } from "../../src/image/photo.ts";
import { nodeCodecs } from "../fixtures/codecs.ts";
import { hardPhotosSet } from "../fixtures/data.ts";
import { areaAverage, meanDifference } from "../fixtures/photos/compare.ts";
import { readHardPhoto } from "../fixtures/photos/corpus.ts";
import { enlarge, scene } from "../fixtures/photos/images.ts";
import { scaledSide } from "../fixtures/photos/jpeg-turbo.ts";
import { nodeJpegTurbo } from "../fixtures/photos/jpeg-turbo-node.ts";
import { printDecodeTable } from "./decoders/decode-table.ts";
import type { Decoded } from "./decoders/decoded.ts";

/** Longer side that detectors see, px, as in src/pipeline.ts. */
const detectionSidePx = 480;
const rounds = 5;

const seconds = async (work: () => unknown) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

/** Returns the median of `rounds` runs after one to warm up. */
async function median(work: () => unknown, runs = rounds): Promise<number> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push(await seconds(work));
  return times.sort((a, b) => a - b)[runs >> 1];
}

const source: Raster = hardPhotosSet.isPresent
  ? jpegJs.decode(readHardPhoto("exif-orientation-examples/Landscape_1.jpg"), { useTArray: true })
  : scene(1800, 1200);

function photoOf(width: number, height: number): Uint8Array {
  const { data } = enlarge(source, width, height);
  return new Uint8Array(jpegJs.encode({ width, height, data: data as never }, 90).data);
}

async function decodeHere(bytes: Uint8Array, scaleAtLeast: number): Promise<Raster> {
  const opened = await openPhoto(bytes, defaultImageLimits, codecs);
  const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast }) : opened;
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  return decoded.value.raster;
}

const codecs = nodeCodecs();
const turbo = nodeJpegTurbo();

function decodeBefore(bytes: Uint8Array, fullWidth: number, fullHeight: number, scale: number): void {
  const eighths = Math.ceil(8 * scale - 1e-9);
  const [width, height] = [scaledSide(fullWidth, eighths), scaledSide(fullHeight, eighths)];
  const target = { fullWidth, fullHeight, width, height, channels: "rgba", neededBytes: 0 } as const;
  if (!turbo.decode(bytes, target).ok) throw new Error("libjpeg-turbo refused the photo");
}

/**
 * Times decoding in workerd, from outside. workerd is started anew for each photo, because making one outlasts idle
 * connections.
 */
async function timeInWorkerd(
  name: string,
  bytes: Uint8Array,
  scale: number,
  withRival: boolean,
): Promise<void> {
  const worker = await startWorker({
    config: "test/bench/wrangler.toml",
    entrypoint: "test/bench/decoders/decode-worker.ts",
    dev: { logLevel: "error", server: { port: 0 }, inspector: false, watch: false },
  });
  const post = async (path: string): Promise<Decoded> => {
    const response = await worker.fetch(`http://bench${path}`, { method: "POST", body: bytes as never });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<Decoded>;
  };
  const nothing = await median(() => post("/nothing"));
  const before = (await median(() => post(`/before?scale=${scale}`))) - nothing;
  const { extraBytes } = await post(`/ours?scale=${scale}`);
  const ours = (await median(() => post(`/ours?scale=${scale}`))) - nothing;
  const rival = withRival ? (await median(() => post("/jpeg-js"), 3)) - nothing : undefined;
  report(`${name} in workerd`, ours, before, rival, `${(extraBytes / 1e6).toFixed(1)} MB beside the file`);
  await worker.dispose();
}

console.log(`node ${process.version}, ${cpus()[0].model}, ${cpus().length} cores; medians of ${rounds}`);
await printDecodeTable(source);
for (const [width, height] of [
  [4000, 3000],
  [8000, 6000],
]) {
  const bytes = photoOf(width, height);
  const scale = detectionSidePx / width;
  const name = `${(width * height) / 1e6} MP (${(bytes.length / 1e6).toFixed(1)} MB)`;

  // jpeg-js needs more than a gigabyte beyond 12 MP: in workerd it is left out.
  await timeInWorkerd(name, bytes, scale, width === 4000);

  const ours = await decodeHere(bytes, scale);
  const whole = jpegJs.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 4096, maxResolutionInMP: 100 });
  const difference = meanDifference(ours, areaAverage(whole, ours.width / width));
  if (difference > 2) throw new Error(`the decoders disagree by ${difference} grey levels`);

  const time = await median(() => decodeHere(bytes, scale));
  const before = await median(() => decodeBefore(bytes, width, height, scale));
  const rival = await median(() => jpegJs.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 4096 }), 3);
  report(
    `${name} in Node`,
    time,
    before,
    rival,
    `to ${ours.width}x${ours.height}, apart ${difference.toFixed(2)} levels`,
  );
}

function report(name: string, ours: number, before: number, rival: number | undefined, note: string): void {
  const ms = (time: number) => `${(time * 1000).toFixed(0)} ms`;
  const against = rival === undefined ? "" : `, jpeg-js ${ms(rival)}, 1/${(rival / ours).toFixed(1)}`;
  console.log(`${name}: ${ms(ours)}, before ${ms(before)}, ${(ours / before).toFixed(2)}${against}; ${note}`);
}

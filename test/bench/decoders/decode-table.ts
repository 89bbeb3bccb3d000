/**
 * Decoders side by side on the same photos of 12 megapixels, in Node, processor ms: an overview at 1/8, and a small
 * face in full detail behind it. Made by `cjpeg` of one picture, with a sensor's grain.
 */
import { spawnSync } from "node:child_process";
import jpegJs from "jpeg-js";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import type { Raster } from "../../../src/image/photo.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { areaAverage, meanDifference } from "../../fixtures/photos/compare.ts";
import { enlarge } from "../../fixtures/photos/images.ts";
import { nodeJpegTurbo } from "../../fixtures/photos/jpeg-turbo-node.ts";
import { openPhotoBefore } from "../../fixtures/photos/photo-before.ts";
import { interleave, median } from "../instruments/statistics.ts";
import { timeDjpeg } from "./djpeg.ts";

const [width, height] = [4000, 3000];
const rounds = 15;
/** Request for 1/8. */
const overview = { scaleAtLeast: 0.125 };
/** Request of the pipeline for a face of 250 px: three sides of its box, at the scale at which the box has 112 px. */
const face = { scaleAtLeast: 112 / 250, region: { x: 1625, y: 1125, width: 750, height: 750 } };

const kinds: Readonly<Record<string, readonly string[]>> = {
  "quality 75, 4:2:0": ["-quality", "75"],
  "quality 90, 4:2:0": ["-quality", "90"],
  "quality 97, 4:2:0": ["-quality", "97"],
  "quality 90, 4:4:4": ["-quality", "90", "-sample", "1x1"],
  "quality 90, a restart each row": ["-quality", "90", "-restart", "1"],
  "quality 90, progressive": ["-quality", "90", "-progressive"],
};

/** Grey noise of a few levels: an enlarged picture alone would decode too fast. */
function ppmOf(source: Raster): Buffer {
  const { data } = enlarge(source, width, height);
  const header = Buffer.from(`P6\n${width} ${height}\n255\n`);
  const out = Buffer.alloc(header.length + 3 * width * height);
  header.copy(out);
  let state = 1;
  for (let from = 0, to = header.length; from < data.length; from += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const noise = ((state >>> 16) % 9) - 4;
    for (let i = 0; i < 3; i++) out[to++] = Math.max(0, Math.min(255, data[from + i] + noise));
  }
  return out;
}

const processorMs = async (work: () => unknown) => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

export async function printDecodeTable(source: Raster): Promise<void> {
  const codecs = nodeCodecs();
  const turbo = nodeJpegTurbo();
  const openers = {
    ours: (bytes: Uint8Array) => openPhoto(bytes, defaultImageLimits, codecs),
    before: (bytes: Uint8Array) => openPhotoBefore(bytes, codecs, turbo),
  };
  const ppm = ppmOf(source);
  console.log(
    "| photo of 12 MP | MB | ours | before | ours / before | djpeg | ours / djpeg | jpeg-js | with a face of 250 px: ours | before | ours / before |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|---|");
  for (const [kind, options] of Object.entries(kinds)) {
    const made = spawnSync("cjpeg", options, { input: ppm, maxBuffer: 1e8 });
    if (made.status !== 0) throw new Error("there is no cjpeg: apt install libjpeg-turbo-progs");
    const bytes = new Uint8Array(made.stdout);
    const decode = async (
      open: keyof typeof openers,
      requests: readonly (typeof overview | typeof face)[],
    ) => {
      const opened = await openers[open](bytes);
      if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
      let last: Raster | undefined;
      for (const request of requests) {
        const decoded = await opened.value.decode(request);
        if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
        last = decoded.value.raster;
      }
      return last!;
    };
    const whole = () => jpegJs.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 4096 });
    const difference = meanDifference(await decode("ours", [overview]), areaAverage(whole(), 1 / 8));
    if (difference > 2) throw new Error(`the decoders disagree by ${difference} grey levels`);

    const times = await interleave(
      {
        ours: () => processorMs(() => decode("ours", [overview])),
        before: () => processorMs(() => decode("before", [overview])),
        oursWithFace: () => processorMs(() => decode("ours", [overview, face])),
        beforeWithFace: () => processorMs(() => decode("before", [overview, face])),
      },
      rounds,
      3,
    );
    const [ours, before] = [median(times.ours), median(times.before)];
    const [oursTwice, beforeTwice] = [median(times.oursWithFace), median(times.beforeWithFace)];
    const djpeg = timeDjpeg(bytes);
    const rival = await processorMs(whole);
    const cells = [
      kind,
      (bytes.length / 1e6).toFixed(1),
      ours.toFixed(1),
      before.toFixed(1),
      (ours / before).toFixed(3),
      djpeg.toFixed(1),
      (ours / djpeg).toFixed(2),
      rival.toFixed(0),
      oursTwice.toFixed(1),
      beforeTwice.toFixed(1),
      (oursTwice / beforeTwice).toFixed(3),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

/**
 * `node test/bench/formats.ts [--beside CHECKOUT]`: JPEG, PNG, WebP and AVIF in workerd, ms of a decode to detection
 * size, and with a face of 250 px after it, timed from outside in turns, less a request that decodes nothing; and the
 * memory that a decode reserves and holds beside the file. With another checkout of sameface, that one in the same turns.
 * sharp makes the photos of a shared photo, or of the test scene where that is missing.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import sharp, { type Sharp } from "sharp";
import { unstable_startWorker as startWorker } from "wrangler";
import { hardPhotosSet } from "../fixtures/data.ts";
import { readHardPhoto } from "../fixtures/photos/corpus.ts";
import { encodeJpeg, scene } from "../fixtures/photos/images.ts";
import type { DecodeOfFormat } from "./decoders/decoded.ts";
import { interleave, median } from "./instruments/statistics.ts";

/** Longer side that detectors see, px, as in src/pipeline.ts. */
const detectionSidePx = 480;
const rounds = 7;
const warmUp = 1;
/** A request decodes for about so long. */
const leastMs = 100;
const home = resolve(import.meta.dirname, "../..");

const source = hardPhotosSet.isPresent
  ? readHardPhoto("exif-orientation-examples/Landscape_1.jpg")
  : encodeJpeg(scene(1800, 1200), 95);

type Photo = Sharp;
const alpha = (photo: Photo) => photo.ensureAlpha(0.7);
const kinds: readonly (readonly [
  name: string,
  width: number,
  height: number,
  write: (photo: Photo) => Photo,
])[] = [
  ["JPEG, quality 90, 3 MP", 2000, 1500, (photo) => photo.jpeg({ quality: 90 })],
  ["JPEG, quality 90, 12 MP", 4000, 3000, (photo) => photo.jpeg({ quality: 90 })],
  ["JPEG, quality 90, 24 MP", 6000, 4000, (photo) => photo.jpeg({ quality: 90 })],
  ["PNG, 3 MP", 2000, 1500, (photo) => photo.png({ adaptiveFiltering: true })],
  ["PNG, 12 MP", 4000, 3000, (photo) => photo.png({ adaptiveFiltering: true })],
  ["PNG, 24 MP", 6000, 4000, (photo) => photo.png({ adaptiveFiltering: true })],
  ["PNG with alpha, 12 MP", 4000, 3000, (photo) => alpha(photo).png({ adaptiveFiltering: true })],
  ["PNG, interlaced, 3 MP", 2000, 1500, (photo) => photo.png({ adaptiveFiltering: true, progressive: true })],
  ["PNG, interlaced, 6 MP", 2830, 2120, (photo) => photo.png({ adaptiveFiltering: true, progressive: true })],
  ["PNG, 256 colours, 12 MP", 4000, 3000, (photo) => photo.png({ palette: true, effort: 1 })],
  ["WebP, quality 80, 3 MP", 2000, 1500, (photo) => photo.webp({ quality: 80 })],
  ["WebP, quality 80, 12 MP", 4000, 3000, (photo) => photo.webp({ quality: 80 })],
  ["WebP with alpha, 6 MP", 2830, 2120, (photo) => alpha(photo).webp({ quality: 80 })],
  ["WebP, lossless, 3 MP", 2000, 1500, (photo) => photo.webp({ lossless: true, effort: 1 })],
  [
    "AVIF, 4:2:0, 2 MP",
    1640,
    1230,
    (photo) => photo.avif({ quality: 60, effort: 2, chromaSubsampling: "4:2:0" }),
  ],
  [
    "AVIF, 4:4:4, 2 MP",
    1640,
    1230,
    (photo) => photo.avif({ quality: 60, effort: 2, chromaSubsampling: "4:4:4" }),
  ],
];

/** The worker's source for a checkout, which may have no PNG reader of its own. */
function workerOf(checkout: string): string {
  const text = readFileSync(join(import.meta.dirname, "decoders/formats-worker.ts"), "utf8");
  const own = existsSync(join(checkout, "wasm/png.wasm"))
    ? text
    : text.replace(/import png from .*/, "const png = undefined;");
  return own
    .replaceAll('"../../../', `"${checkout}/`)
    .replaceAll('"../../fixtures', `"${checkout}/test/fixtures`);
}

async function start(entrypoint: string) {
  const worker = await startWorker({
    config: join(home, "test/bench/wrangler.toml"),
    entrypoint,
    dev: { logLevel: "error", server: { port: 0 }, inspector: false, watch: false },
  });
  async function send<T>(path: string, body?: Uint8Array): Promise<T> {
    const init = body === undefined ? {} : { method: "PUT", body: body as never };
    const response = await worker.fetch(`http://bench${path}`, init);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  const time = (path: string) => async () => {
    const from = performance.now();
    await send(path);
    return performance.now() - from;
  };
  return { send, time, stop: () => worker.dispose() };
}

const { values } = parseArgs({ options: { beside: { type: "string" } } });
const checkouts = { ...(values.beside === undefined ? {} : { before: resolve(values.beside) }), now: home };
type Name = "before" | "now";
const scratch = mkdtempSync(join(tmpdir(), "sameface-formats-"));
try {
  console.log(`node ${process.version}, ${cpus()[0].model}, ${cpus().length} cores; medians of ${rounds}`);
  console.log("| photo | MB | overview, ms | with a face, ms | reserved, MB | held, MB |");
  console.log("|---|---|---|---|---|---|");
  for (const [name, width, height, write] of kinds) {
    const photo = sharp(source).removeAlpha().resize(width, height, { fit: "fill", kernel: "lanczos3" });
    const bytes = new Uint8Array(await write(photo).toBuffer());
    const scale = detectionSidePx / Math.max(width, height);
    const cells: Record<string, string[]> = { overview: [], face: [], reserved: [], held: [] };
    const workers: [Name, Awaited<ReturnType<typeof start>>][] = [];
    for (const [which, checkout] of Object.entries(checkouts)) {
      const entrypoint = join(scratch, `${which}.ts`);
      writeFileSync(entrypoint, workerOf(checkout));
      const worker = await start(entrypoint);
      await worker.send("/photo", bytes);
      workers.push([which as Name, worker]);
    }
    const path = (what: string, repeat: number) => `/${what}?scale=${scale}&repeat=${repeat}`;
    const [, last] = workers[workers.length - 1];
    await last.time(path("overview", 5))();
    // Decodes in a request, so that the network's jitter is small beside them.
    const repeat = Math.ceil(leastMs / (await last.time(path("overview", 1))()));
    const contenders = workers.flatMap(([which, { time }]) =>
      ["nothing", "overview", "face"].map((what) => [`${which} ${what}`, time(path(what, repeat))] as const),
    );
    const times = await interleave(Object.fromEntries(contenders), rounds, warmUp);
    for (const [which, { send, stop }] of workers) {
      const ms = (what: string) =>
        (median(times[`${which} ${what}`]) - median(times[`${which} nothing`])) / repeat;
      const { reservedBytes, heldBytes } = await send<DecodeOfFormat>(path("face", 1));
      cells.overview.push(ms("overview").toFixed(0));
      cells.face.push(ms("face").toFixed(0));
      cells.reserved.push((reservedBytes / 1e6).toFixed(1));
      cells.held.push((heldBytes / 1e6).toFixed(1));
      await stop();
    }
    const row = Object.values(cells).map((cell) => cell.join(" -> "));
    console.log(`| ${[name, (bytes.length / 1e6).toFixed(1), ...row].join(" | ")} |`);
  }
} finally {
  rmSync(scratch, { recursive: true });
}

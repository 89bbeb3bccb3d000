/**
 * `node test/bench/studies/kinds.ts [--sizes]`: what a verification takes by kind of photo, and which size a client should send.
 *
 * The first table is of whole requests to workerd, one connection, kinds in turns: processor time of workerd's threads
 * and its ratio to that of a photo of 1,280 px. The second is of the shared pairs of photos: each is shrunk to a longer
 * side and written as JPEG of quality 90, and compared with itself as it was. `--sizes` makes the second table alone.
 */
import { globSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { loadRuntime } from "../../../model/runtime.ts";
import { distance } from "../../../src/face/decision/decide.ts";
import { photoPairs } from "../../fixtures/data.ts";
import { cpuMs } from "../instruments/process.ts";
import { sendLoad } from "../instruments/senders.ts";
import { quantile, summarise } from "../instruments/statistics.ts";
import { enrolSubjects } from "../service/enrolment.ts";
import { startWorkerd } from "../service/workerd.ts";
import { bundleService } from "../setup/bundle.ts";
import { photo } from "../setup/loads.ts";
import { load as machineLoad } from "../setup/machine.ts";
import { repository } from "../setup/paths.ts";
import { makeOtherPhotos, makePhotos } from "../setup/photos.ts";

const rounds = 11;
const usual = "JPEG, 1,280 px";

/** Returns a list for each name, empty at first. */
function lists(): (name: string | number) => number[] {
  const all = new Map<string | number, number[]>();
  return (name) => {
    const list = all.get(name) ?? [];
    all.set(name, list);
    return list;
  };
}

const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

async function timeKinds(): Promise<void> {
  const { person } = await makePhotos();
  const others = await makeOtherPhotos();
  const whole = person["12 MP"].bytes;
  const shrunk = (side: number, write: (photo: Sharp) => Sharp) =>
    write(sharp(whole).resize(side, side, { fit: "inside" })).toBuffer();
  const jpeg = (side: number, options = {}) =>
    shrunk(side, (image) => image.jpeg({ quality: 90, ...options }));
  const kinds: Readonly<Record<string, Uint8Array>> = {
    "JPEG, 640 px": await jpeg(640),
    "JPEG, 1,024 px": await jpeg(1024),
    [usual]: await jpeg(1280),
    "JPEG, 3 MP": person["3 MP"].bytes,
    "JPEG, 12 MP": whole,
    "JPEG, 12 MP, small face": others["12 MP, small face"].bytes,
    "JPEG, 12 MP, progressive": await jpeg(4032, { progressive: true }),
    "JPEG, 48 MP": others["48 MP"].bytes,
    "PNG, 1,280 px": await shrunk(1280, (image) => image.png()),
    "WebP, 1,280 px": await shrunk(1280, (image) => image.webp({ quality: 85 })),
    "WebP, 12 MP": await shrunk(4032, (image) => image.webp({ quality: 80 })),
    "AVIF, 1,280 px": await shrunk(1280, (image) => image.avif({ quality: 60, effort: 2 })),
  };
  const worker = await startWorkerd(bundleService(repository, "kinds"), { limitsRates: false });
  const taken = lists();
  try {
    await enrolSubjects(worker.url, { person: person["0.3 MP"].bytes });
    for (let round = 0; round <= rounds; round++)
      for (const [name, bytes] of Object.entries(kinds)) {
        const type = `image/${name.slice(0, name.indexOf(",")).toLowerCase()}`;
        const message = photo("person", bytes, type);
        const before = cpuMs(worker.pid);
        const load = { name, message, manner: () => ({}), isSlow: false };
        const { answers } = await sendLoad(worker.url, load, 1, { answers: 12, mostMs: 20_000 });
        if (round > 0) taken(name).push((cpuMs(worker.pid) - before) / answers["200"]);
      }
  } finally {
    await worker.stop();
  }
  const medians = Object.fromEntries(Object.keys(kinds).map((name) => [name, summarise(taken(name)).p50]));
  console.log("| photo | MB | processor ms | of a photo of 1,280 px |\n|---|---|---|---|");
  for (const [name, bytes] of Object.entries(kinds)) {
    const cells = [name, (bytes.length / 1e6).toFixed(2), medians[name].toFixed(0)];
    console.log(`| ${cells.join(" | ")} | ${(medians[name] / medians[usual]).toFixed(2)} |`);
  }
}

async function compareSizes(): Promise<void> {
  const { pipeline } = await loadRuntime();
  const sides = [320, 480, 640, 800, 1024, 1280, 1600];
  const [apart, megabytes] = [lists(), lists()];
  const missed: Record<number, number> = {};
  let photos = 0;
  for (const path of globSync(join(photoPairs.folder, "images", "*")).sort()) {
    const bytes = new Uint8Array(readFileSync(path));
    const original = await pipeline.encodeFace(bytes, "largest");
    if (!original.ok) continue;
    const { width, height } = original.value.image;
    if (Math.max(width, height) <= 1024) continue;
    photos++;
    for (const side of sides) {
      const resized = sharp(bytes).rotate().resize(side, side, { fit: "inside", withoutEnlargement: true });
      const sent = new Uint8Array(await resized.jpeg({ quality: 90 }).toBuffer());
      megabytes(side).push(sent.length / 1e6);
      const shrunk = await pipeline.encodeFace(sent, "largest");
      const between = shrunk.ok ? distance(original.value.embedding, shrunk.value.embedding) : undefined;
      if (between?.ok && between.value < 1) apart(side).push(between.value);
      else missed[side] = (missed[side] ?? 0) + 1;
    }
  }
  console.log(`\n${photos} photos of more than 1,024 px, each compared with itself as it was`);
  console.log("| longer side, px | MB | distance p50 | p90 | at most | not the same face |");
  console.log("|---|---|---|---|---|---|");
  for (const side of sides) {
    const at = (q: number) => quantile(sorted(apart(side)), q).toFixed(3);
    const mb = quantile(sorted(megabytes(side)), 0.5).toFixed(2);
    console.log(`| ${side} | ${mb} | ${at(0.5)} | ${at(0.9)} | ${at(1)} | ${missed[side] ?? 0} |`);
  }
}

console.log(`node ${process.version}, ${cpus()[0].model}; medians of ${rounds}; load ${machineLoad()}`);
if (!process.argv.includes("--sizes")) await timeKinds();
if (photoPairs.isPresent) await compareSizes();
else console.log("The shared pairs of photos are missing, and with them the second table.");

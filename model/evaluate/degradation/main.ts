/**
 * Measures how dark, bright, blurred, small, cut off or turned a face may be before it is no longer recognised: the
 * evidence for the limits of quality.
 *
 *   node model/evaluate/degradation/main.ts --list train.images.tsv --images DIR [--people 150]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import jpeg from "jpeg-js";
import { thresholdAt } from "../../../src/face/decision/calibration.ts";
import { readCalibration } from "../../runtime.ts";
import { type Acquired, acquireAll } from "../acquisition/acquire.ts";
import { distanceOf } from "../comparisons.ts";
import { type Dataset, readDataset } from "../dataset.ts";
import type { Picture } from "./degrade.ts";
import { type Family, families, found } from "./families.ts";
import { binProbes, median, type Probe, summarizeProbes } from "./study.ts";

const usage = `usage: node model/evaluate/degradation/main.ts --list TRAIN.tsv --images DIR [options]

  --list FILE     columns image, identity
  --images DIR    what the images' paths are relative to; JPEG
  --people N      of whom one photo each is made worse, 150 by default
  --only NAMES    of ${families.map(({ name }) => name).join(", ")}; all by default
  --jobs N        threads; one a core by default`;

const { values: flags } = parseArgs({
  options: {
    list: { type: "string" },
    images: { type: "string" },
    people: { type: "string", default: "150" },
    only: { type: "string" },
    jobs: { type: "string" },
  },
});

/** False match rate whose threshold decides. */
const maxFmr = 1e-4;
/**
 * Number of untouched photos of one person that a probe is compared with, so that people with many photos do not
 * dominate.
 */
const referencesAPerson = 5;
const jpegQuality = 90;

async function main(): Promise<void> {
  const { list, images } = flags;
  if (list === undefined || images === undefined) throw new Error(usage);
  const threshold = calibratedThreshold();
  const aliases = fileURLToPath(new URL("../../calibrate/lfw-aliases.tsv", import.meta.url));
  const dataset = readDataset({ list, aliases });
  const untouched = await acquire(dataset.images, images);

  const everyRow = [...dataset.images.keys()];
  const ordinary = everyRow.map((row) => probeOf(untouched, row, dataset, untouched, row, false));
  for (const { measureName, measure, edges } of found) {
    console.log(`\nordinary photos by ${measureName}`);
    printBins(ordinary, measure, edges, threshold);
  }

  const chosen = chooseRows(dataset, untouched, Number(flags.people));
  const wanted = families.filter(({ name }) => flags.only?.split(",").includes(name) ?? true);
  for (const family of wanted) {
    const probes: Probe[] = [];
    console.log(
      `\n${family.name}: ${chosen.length} photos, level (${family.unit}) and ${family.measureName}`,
    );
    console.log("level   median  no face  TAR     FMR      refused  TAR of accepted");
    for (const level of family.levels) {
      const worsened = await acquireWorsened(family, level, chosen, dataset, images);
      const some = chosen.map((row, k) => probeOf(worsened, k, dataset, untouched, row, true));
      const { failures, tar, fmr, refused, tarAccepted } = summarizeProbes(some, threshold);
      const measured = some.flatMap(({ quality }) => (quality === null ? [] : [family.measure(quality)]));
      const middle = measured.length === 0 ? "–" : median(measured).toPrecision(3);
      console.log(
        `${String(level).padEnd(8)}${middle.padEnd(8)}${failures.toFixed(3).padEnd(9)}${tar.toFixed(3).padEnd(8)}${fmr.toExponential(1).padEnd(9)}${refused.toFixed(3).padEnd(9)}${Number.isNaN(tarAccepted) ? "–" : tarAccepted.toFixed(3)}`,
      );
      probes.push(...some);
    }
    printBins(probes, family.measure, family.edges, threshold);
  }
}

function printBins(
  probes: readonly Probe[],
  measure: Family["measure"],
  edges: readonly number[],
  threshold: number,
): void {
  console.log("from    to      photos  TAR of those with a face");
  for (const { from, to, probes: some } of binProbes(probes, measure, edges)) {
    const { tarAcquired } = summarizeProbes(some, threshold);
    console.log(
      `${String(from).padEnd(8)}${String(to).padEnd(8)}${String(some.length).padEnd(8)}${tarAcquired.toFixed(3)}`,
    );
  }
}

/** Chooses one photo with a face for each person with several, evenly through the list. */
function chooseRows({ identityOf, identityCount }: Dataset, { failures }: Acquired, count: number): number[] {
  const rowsOf = Array.from({ length: identityCount }, (): number[] => []);
  identityOf.forEach((identity, row) => {
    if (failures[row] === null) rowsOf[identity].push(row);
  });
  const several = rowsOf.filter((rows) => rows.length > 1).map(([first]) => first);
  if (several.length < count) throw new Error(`only ${several.length} people have several photos`);
  return Array.from({ length: count }, (_, k) => several[Math.floor((k * several.length) / count)]);
}

function acquire(images: readonly string[], imagesFolder: string): Promise<Acquired> {
  const jobs = flags.jobs === undefined ? undefined : Number(flags.jobs);
  return acquireAll(images, { imagesFolder, policy: "center", jobs });
}

async function acquireWorsened(
  family: Family,
  level: number,
  rows: readonly number[],
  dataset: Dataset,
  images: string,
): Promise<Acquired> {
  const folder = mkdtempSync(join(tmpdir(), "sameface-degradation-"));
  try {
    const names = rows.map((row) => {
      const picture: Picture = jpeg.decode(readFileSync(join(images, dataset.images[row])), {
        useTArray: true,
      });
      const worse = family.apply(picture, level, row);
      writeFileSync(join(folder, `${row}.jpg`), jpeg.encode({ ...worse }, jpegQuality).data);
      return `${row}.jpg`;
    });
    return await acquire(names, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compares the photo at `at` of `from`, which shows the person of `row` of the list, with the list's others. */
function probeOf(
  from: Acquired,
  at: number,
  { identityOf }: Dataset,
  untouched: Acquired,
  row: number,
  withImpostors: boolean,
): Probe {
  const { dimension, values } = untouched.embeddings;
  const pair = {
    dimension,
    values: new Float32Array(2 * dimension),
    acquired: Uint8Array.of(from.embeddings.acquired[at], 1),
  };
  pair.values.set(from.embeddings.values.subarray(at * dimension, (at + 1) * dimension));
  const genuine: number[] = [];
  const impostor: number[] = [];
  identityOf.forEach((identity, other) => {
    if (other === row || untouched.failures[other] !== null) return;
    const same = identity === identityOf[row];
    if (same ? genuine.length >= referencesAPerson : !withImpostors || !pair.acquired[0]) return;
    pair.values.set(values.subarray(other * dimension, (other + 1) * dimension), dimension);
    (same ? genuine : impostor).push(distanceOf(pair, 0, 1));
  });
  return { quality: from.qualities[at], genuine, impostor };
}

function calibratedThreshold(): number {
  const threshold = thresholdAt(readCalibration(), maxFmr);
  if (!threshold.ok) throw new Error(`the encoder is not calibrated for FMR ${maxFmr}`);
  return threshold.value;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

/**
 * Fits occlusion for the encoder in use, which must have its thresholds, and writes it beside them into the manifest:
 * from the photos of a list, as they are and covered in part.
 *
 *   node model/calibrate/occlusion/main.ts --list train.images.tsv --images DIR [--check test.images.tsv]
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type LinearOdds, linearOdds } from "../../../src/face/quality/linear-odds.ts";
import type { OcclusionModel } from "../../../src/face/quality/occlusion.ts";
import { type OcclusionEntry, parseOcclusion } from "../../../src/face/quality/occlusion-model.ts";
import { encoderInUse } from "../../../src/models.ts";
import { readCalibration, readManifest } from "../../runtime.ts";
import { writeCalibration } from "../manifest.ts";
import { fitOcclusion } from "./fit.ts";
import { collect, type Sample, worn } from "./samples.ts";

const usage = `usage: node model/calibrate/occlusion/main.ts --list TRAIN.tsv --images DIR [options]

  --list FILE      columns image, identity
  --images DIR     what the images' paths are relative to; JPEG
  --check FILE     a list of other people: prints what is found of each kind of cover by a fit that
                   has not seen it, and which photos as they are count as occluded
  --covered N      photos that each kind covers, 240 by default
  --aliases FILE   columns identity, same_as; lfw-aliases.tsv by default
  --eyewear FILE   column image: photos with sunglasses or goggles before the eyes; lfw-eyewear.tsv by default
  --dataset NAME   what the manifest calls the data; by default the list's folder and name
  --seed N         of the choice of photos and of the covers, 1 by default
  --dry-run        writes nothing`;

const { values: flags } = parseArgs({
  options: {
    list: { type: "string" },
    images: { type: "string" },
    check: { type: "string" },
    covered: { type: "string", default: "240" },
    aliases: { type: "string", default: fileURLToPath(new URL("../lfw-aliases.tsv", import.meta.url)) },
    eyewear: { type: "string", default: fileURLToPath(new URL("lfw-eyewear.tsv", import.meta.url)) },
    dataset: { type: "string" },
    seed: { type: "string", default: "1" },
    "dry-run": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const { list, images, check } = flags;
  if (flags.help) return console.log(usage);
  if (list === undefined || images === undefined) throw new Error(usage);

  readCalibration();
  const train = await samplesOf(list, images, Number(flags.seed));
  const entry = entryOf(fitOcclusion(train), flags.dataset ?? join(basename(dirname(list)), basename(list)));
  const model = parseOcclusion({ occlusion: entry });
  if (!flags["dry-run"]) writeEntry(entry);
  console.log(`of the list: occluded ${share(ordinaryOf(train), model)} of the photos as they are`);

  if (check === undefined) return;
  const test = await samplesOf(check, images, Number(flags.seed) + 1);
  const ordinary = ordinaryOf(test);
  console.log(`of other people: occluded ${share(ordinary, model)} of the photos as they are:`);
  for (const { image } of ordinary.filter(isFoundBy(model))) console.log(`  ${image}`);
  console.log(`in another light ${share(relitOf(test), model)}`);
  for (const [kind, covered] of Map.groupBy(test, ({ kind, isRelit }) =>
    isRelit && kind !== undefined ? `${kind} in another light` : kind,
  )) {
    if (kind === undefined) continue;
    const without = fitOcclusion(train.filter((sample) => !shareCovers(kind, sample.kind)));
    console.log(
      [
        `${kind.padEnd(20)} found ${share(covered, without)} by a fit without it`,
        `which calls ${share(ordinary, without)} of the photos as they are occluded`,
        `${share(covered, model)} by the fit to all`,
      ].join("; "),
    );
  }
}

const ordinaryOf = (samples: readonly Sample[]) =>
  samples.filter(({ kind, isRelit }) => kind === undefined && !isRelit);
const relitOf = (samples: readonly Sample[]) =>
  samples.filter(({ kind, isRelit }) => kind === undefined && isRelit);
const isFoundBy =
  (model: OcclusionModel) =>
  ({ regions, eyes }: Sample) =>
    Math.max(linearOdds(model.regions, regions), linearOdds(model.eyes, eyes)) > 0;

/** True for a kind and itself, for one that is drawn together with another, and for eyewear as it is worn and as it is drawn. */
function shareCovers(kind: string, other: string | undefined): boolean {
  const isEyewear = (name: string) => name.startsWith(worn) || name.includes("sunglasses");
  if (other === undefined) return false;
  return kind.includes(other) || other.includes(kind) || (isEyewear(kind) && isEyewear(other));
}

/** @param seed another for each list, so that no two choose alike */
async function samplesOf(list: string, imagesFolder: string, seed: number): Promise<Sample[]> {
  const report = (line: string) => console.error(line);
  return collect({
    list,
    aliases: flags.aliases,
    eyewear: flags.eyewear,
    imagesFolder,
    covered: Number(flags.covered),
    seed,
    report,
  });
}

function share(samples: readonly Sample[], model: OcclusionModel): string {
  const found = samples.filter(isFoundBy(model)).length;
  return `${((100 * found) / samples.length).toFixed(2)} % (${found}/${samples.length})`;
}

function entryOf({ regions, eyes }: OcclusionModel, dataset: string): OcclusionEntry {
  const rounded = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4)));
  const linear = ({ bias, means, spreads, weights }: LinearOdds) => ({
    bias: rounded([bias])[0],
    means: rounded(means),
    spreads: rounded(spreads),
    weights: rounded(weights),
  });
  return { dataset, regions: linear(regions), eyes: linear(eyes) };
}

function writeEntry(occlusion: OcclusionEntry): void {
  const manifest = readManifest();
  const { id } = encoderInUse(manifest);
  writeCalibration(id, { ...(manifest.calibration?.[id] as object), occlusion });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

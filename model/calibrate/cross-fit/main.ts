/**
 * Error rates by the number of photos enrolled, with thresholds by cross-fitting over the people of one list or several.
 *
 *   node model/calibrate/cross-fit/main.ts --list train.images.tsv --list test.images.tsv --images DIR
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { acquireAll } from "../../evaluate/acquisition/acquire.ts";
import { readDataset } from "../../evaluate/dataset.ts";
import { evaluateByPhotos } from "../../evaluate/templates/by-photos.ts";
import { formatByPhotos, summarizeByPhotos } from "../../evaluate/templates/by-photos-summary.ts";
import { wholeNumber } from "../../flags.ts";
import { readRecognisability } from "../../runtime.ts";
import { crossFit } from "./cross-fit.ts";

const usage = `usage: node model/calibrate/cross-fit/main.ts --list TSV [--list TSV ...] --images DIR [options]

  --list FILE      columns image, identity; of several lists all people are taken together
  --images DIR     what the images' paths are relative to
  --photos 1,2,3   numbers of photos to enrol
  --folds N        5 by default
  --aliases FILE   columns identity, same_as; lfw-aliases.tsv in the folder above by default
  --replicates N   resamples of the bootstrap, 1000 by default
  --seed N         of folds and bootstrap, 1 by default
  --json FILE      writes every figure as JSON`;

const { values: flags } = parseArgs({
  options: {
    list: { type: "string", multiple: true },
    images: { type: "string" },
    photos: { type: "string", default: "1,2,3" },
    folds: { type: "string", default: "5" },
    aliases: { type: "string", default: fileURLToPath(new URL("../lfw-aliases.tsv", import.meta.url)) },
    replicates: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const { list, images } = flags;
  if (flags.help) return console.log(usage);
  if (list === undefined || images === undefined) throw new Error(usage);
  const photos = flags.photos.split(",").map((text) => wholeNumber("photos", text));
  const folds = wholeNumber("folds", flags.folds);
  const replicates = wholeNumber("replicates", flags.replicates);
  const seed = wholeNumber("seed", flags.seed);
  const people = readDataset({ list, aliases: flags.aliases });
  const acquired = await acquireAll(people.images, { imagesFolder: images, policy: "center" });
  const figures = evaluateByPhotos(people, acquired, {
    photos,
    thresholdOf: crossFit(people, acquired, { folds, seed }),
    recognisability: readRecognisability(),
    replicates,
    seed,
  });
  const summaries = summarizeByPhotos(figures);
  console.log(`${folds} folds of ${people.identityCount} people`);
  console.log(formatByPhotos(summaries));
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(summaries, null, 2)}\n`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

/**
 * Calibrates the encoder in use: turns distances between strangers into thresholds by false match rate, and writes
 * them into the manifest.
 *
 *   npm run calibrate -- --list train.images.tsv --images DIR [--check test.images.tsv]
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseCalibration, thresholdAt } from "../../src/face/decision/calibration.ts";
import { encoderInUse } from "../../src/models.ts";
import { type Acquired, acquireAll } from "../evaluate/acquisition/acquire.ts";
import { compareAll, type People } from "../evaluate/comparisons.ts";
import { readDataset } from "../evaluate/dataset.ts";
import { wholeNumber } from "../flags.ts";
import { readManifest } from "../runtime.ts";
import { type CalibrationFit, calibrate } from "./calibrate.ts";
import { checkThresholds, formatCheck } from "./check.ts";
import { writeCalibration } from "./manifest.ts";
import { fitTemplateShift } from "./template-shift.ts";
import { compareTemplates } from "./template-trials.ts";

/** Numbers of photos whose templates are checked. */
const checkedPhotos = [1, 2, 3];

const usage = `usage: npm run calibrate -- --list TRAIN.tsv --images DIR [options]

  --list FILE      columns image, identity; compared all against all
  --images DIR     what the images' paths are relative to
  --support FILE   a list of other people, for whom the thresholds must hold too; may be given several
                   times. With these people the rates are checked down to a lower one, which is what
                   the manifest then promises
  --check FILE     a list of other people: prints the FMR that the thresholds have on them, and exits
                   with 1 unless it is within a factor of 2 of the promise at 1e-3 and 1e-4
  --aliases FILE   columns identity, same_as; lfw-aliases.tsv beside this file by default
  --dataset NAME   what the manifest calls the data; by default the list's folder and name
  --replicates N   resamples of the bootstrap, 400 by default
  --seed N         of the bootstrap, 1 by default
  --jobs N         threads; one a core by default
  --dry-run        writes nothing`;

const { values: flags } = parseArgs({
  options: {
    list: { type: "string" },
    images: { type: "string" },
    support: { type: "string", multiple: true, default: [] as string[] },
    check: { type: "string" },
    aliases: { type: "string", default: fileURLToPath(new URL("./lfw-aliases.tsv", import.meta.url)) },
    dataset: { type: "string" },
    replicates: { type: "string", default: "400" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string" },
    "dry-run": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const { list, images } = flags;
  if (flags.help) return console.log(usage);
  if (list === undefined || images === undefined) throw new Error(usage);

  const { id, sha256: modelSha256 } = encoderInUse(readManifest());
  const bootstrap = {
    replicates: wholeNumber("replicates", flags.replicates),
    seed: wholeNumber("seed", flags.seed),
  };
  const { people, acquired } = await acquireList(list, images);
  const fit = calibrate(compareAll(acquired.embeddings, people), bootstrap);
  const templates = fitTemplateShift(acquired, people, bootstrap);
  const dataset = flags.dataset ?? nameOf(list);
  console.log(`${id} on ${dataset}`);
  printCurve(fit);
  const supported =
    flags.support.length === 0 ? {} : await supportWith([list, ...flags.support], images, fit, bootstrap);
  const entry = { dataset, modelSha256, ...fit, ...supported, templates };
  const calibration = parseCalibration(entry, modelSha256);

  const { nearer, low, high } = templates;
  console.log(`templates of n photos: nearer by ${nearer} [${low}, ${high}] (1 - 1/n)`);
  if (!flags["dry-run"]) writeCalibration(id, { ...entry, ...keptFits(id, modelSha256) });

  if (flags.check !== undefined) {
    const others = await acquireList(flags.check, images);
    for (const photos of checkedPhotos) {
      const trials =
        photos === 1
          ? compareAll(others.acquired.embeddings, others.people)
          : compareTemplates(others.acquired, others.people, photos);
      const rows = checkThresholds(trials, (fmr) => thresholdAt(calibration, fmr, { photos }));
      console.log(`${photos} enrolled: ${trials.impostor.distance.length} impostor trials`);
      console.log(formatCheck(rows));
      if (rows.some((row) => row.required && !row.kept)) process.exitCode = 1;
    }
  }
}

/**
 * Looks how far down the people of all lists together support the fit: to the decade at or above 3 over the number of
 * independent trials that their trials are worth, if as many strangers come as close there as the fit says, within a factor
 * of 2.
 */
async function supportWith(
  lists: readonly string[],
  images: string,
  fit: CalibrationFit,
  bootstrap: { readonly replicates: number; readonly seed: number },
): Promise<Partial<CalibrationFit> & { readonly support?: object }> {
  const { people, acquired } = await acquireList(lists, images);
  const trials = compareAll(acquired.embeddings, people);
  const all = calibrate(trials, bootstrap);
  const lowest = 10 ** Math.ceil(Math.log10(all.measuredDownTo) - 1e-9);
  const measuredDownTo = Math.min(fit.measuredDownTo, Number(lowest.toPrecision(1)));
  const table = { modelSha256: "", fmrTable: fit.fmrTable, measuredDownTo };
  const rows = checkThresholds(trials, (fmr) => thresholdAt(table, fmr));
  const { impostorPairs, effectiveImpostorPairs } = all;
  console.log(
    `with ${lists.slice(1).map(nameOf).join(", ")}: ${impostorPairs} impostor pairs of ${all.people} people,`,
  );
  console.log(`as good as ${effectiveImpostorPairs} independent ones`);
  console.log(formatCheck(rows));
  const failed = rows.filter(({ kept }) => !kept);
  if (failed.length > 0) {
    console.log(`not supported: off at ${failed.map(({ promised }) => promised).join(", ")}`);
    return {};
  }
  console.log(`measured down to ${measuredDownTo}`);
  const support = { datasets: lists.map(nameOf), impostorPairs, people: all.people, effectiveImpostorPairs };
  return { measuredDownTo, support };
}

/** Returns a list's folder and name. */
function nameOf(list: string): string {
  return join(basename(dirname(list)), basename(list));
}

function printCurve(fit: CalibrationFit): void {
  console.log(`${fit.impostorPairs} impostor pairs of ${fit.people} people,`);
  console.log(
    `as good as ${fit.effectiveImpostorPairs} independent ones; measured down to ${fit.measuredDownTo}`,
  );
  for (const [fmr, { distance, low, high, extrapolated }] of Object.entries(fit.thresholds)) {
    const kind = extrapolated ? "  extrapolated" : "";
    console.log(`FMR ${fmr}  ${distance.toFixed(4)}  [${low}, ${high}]${kind}`);
  }
}

/**
 * Keeps what was fitted to these very bytes beside the thresholds. Recognisability must be fitted again when they move by
 * much; occlusion does not depend on them.
 */
function keptFits(id: string, modelSha256: string): object {
  const before = (readManifest().calibration?.[id] ?? {}) as Partial<Record<string, unknown>>;
  if (before.modelSha256 !== modelSha256) return {};
  const { recognisability, occlusion } = before;
  return {
    ...(recognisability !== undefined && { recognisability }),
    ...(occlusion !== undefined && { occlusion }),
  };
}

async function acquireList(
  list: string | readonly string[],
  images: string,
): Promise<{ readonly people: People; readonly acquired: Acquired }> {
  const people = readDataset({ list, aliases: flags.aliases });
  const acquired = await acquireAll(people.images, {
    imagesFolder: images,
    policy: "center",
    jobs: flags.jobs === undefined ? undefined : wholeNumber("jobs", flags.jobs),
  });
  return { people, acquired };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

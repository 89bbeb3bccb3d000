/**
 * Measures the production pipeline on labelled photos.
 *
 *   npm run evaluate -- --pairs P.tsv --images DIR [--all-pairs LIST.tsv] [--json OUT] [--report DIR]
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { thresholdAt } from "../../src/face/decision/calibration.ts";
import { defaultSettings } from "../../src/identity/settings.ts";
import { encoderInUse } from "../../src/models.ts";
import { wholeNumber } from "../flags.ts";
import { readCalibration, readManifest, readRecognisability } from "../runtime.ts";
import { type Acquired, acquireAll } from "./acquisition/acquire.ts";
import type { Trials } from "./comparisons.ts";
import { type Dataset, readDataset } from "./dataset.ts";
import { formatDiscard } from "./discard/discard-summary.ts";
import { evaluate } from "./evaluate.ts";
import { type GateName, gateNames, missedGates } from "./gates.ts";
import { evaluateGroups } from "./groups/groups.ts";
import { type GroupsSummary, summarizeGroups } from "./groups/groups-summary.ts";
import { readGroups } from "./groups/read-groups.ts";
import { writeReport } from "./report/report.ts";
import { formatTable, type Provenance, summarize } from "./summary.ts";
import { evaluateByPhotos, type PhotosFigures, thresholdsInUse } from "./templates/by-photos.ts";
import { summarizeByPhotos } from "./templates/by-photos-summary.ts";

const usage = `usage: npm run evaluate -- [--pairs P.tsv] [--all-pairs LIST.tsv] --images DIR [options]

  --pairs FILE      columns same (1 or 0), image_a, image_b, perhaps fold
  --all-pairs FILE  columns image, identity; compared all against all
  --images DIR      what the images' paths are relative to
  --json FILE       writes every figure as JSON
  --report DIR      writes index.html: curves, histograms, the worst errors
  --photos 1,2,3    error rates by the number of photos enrolled, with the same probes for
                    each, at the threshold in use for each rate; needs --all-pairs
  --groups FILE     columns image or identity, and group: error rates by group and between
                    groups at the threshold in use; needs --all-pairs
  --quality         prints error against share of images discarded, by measure of quality
  --face POLICY     which of several faces: center (default; where sets of single
                    people have the one that they label), largest, only
  --engine NAME     kernels (default), or onnxruntime
  --jobs N          threads; one a core by default
  --replicates N    resamples of the bootstrap, 1000 by default
  --seed N          of the bootstrap, 1 by default
  --cache DIR       where embeddings are kept, .cache/embeddings by default

  Exit code 1 unless: ${gateNames.map((name) => `--${name} X`).join(", ")}`;

const { values: flags } = parseArgs({
  options: {
    pairs: { type: "string" },
    "all-pairs": { type: "string" },
    images: { type: "string" },
    json: { type: "string" },
    report: { type: "string" },
    photos: { type: "string" },
    groups: { type: "string" },
    quality: { type: "boolean", default: false },
    face: { type: "string", default: "center" },
    engine: { type: "string", default: "kernels" },
    jobs: { type: "string" },
    replicates: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    cache: { type: "string" },
    help: { type: "boolean", default: false },
    ...(Object.fromEntries(gateNames.map((name) => [name, { type: "string" }])) as Record<
      GateName,
      { type: "string" }
    >),
  },
});

async function main(): Promise<void> {
  const { images, face, engine } = flags;
  if (flags.help) return console.log(usage);
  if (images === undefined || (flags.pairs === undefined && flags["all-pairs"] === undefined)) {
    throw new Error(usage);
  }
  if (face !== "largest" && face !== "center" && face !== "only")
    throw new Error(`--face ${face} is unknown`);
  if (engine !== "kernels" && engine !== "onnxruntime") throw new Error(`--engine ${engine} is unknown`);
  const replicates = wholeNumber("replicates", flags.replicates);
  const seed = wholeNumber("seed", flags.seed);
  const photos = flags.photos?.split(",").map((text) => wholeNumber("photos", text));
  if (photos !== undefined && flags["all-pairs"] === undefined) throw new Error("--photos needs --all-pairs");
  if (flags.groups !== undefined && flags["all-pairs"] === undefined)
    throw new Error("--groups needs --all-pairs");
  const limits = Object.fromEntries(
    gateNames.flatMap((name) => (flags[name] === undefined ? [] : [[name, finiteNumber(name, flags[name])]])),
  );

  const dataset = readDataset({ pairs: flags.pairs, list: flags["all-pairs"] });
  const acquired = await acquireAll(dataset.images, {
    imagesFolder: images,
    policy: face,
    engine,
    jobs: flags.jobs === undefined ? undefined : wholeNumber("jobs", flags.jobs),
    cacheFolder: flags.cache,
  });
  const shipped = shippedThreshold();
  const byPhotos =
    photos === undefined
      ? null
      : summarizeByPhotos(measureByPhotos(dataset, acquired, photos, { replicates, seed }));
  const evaluation = evaluate(dataset, acquired, { replicates, seed, threshold: shipped?.threshold ?? null });
  const provenance: Provenance = {
    ...modelsInUse(),
    facePolicy: face,
    images: dataset.images.length,
    people: dataset.identityCount,
    pairs: dataset.pairs.length,
    replicates,
    seed,
    shipped,
  };
  const groups =
    flags.groups === undefined
      ? null
      : measureGroups(flags.groups, evaluation.trials, dataset, acquired, { shipped, replicates, seed });
  const summary = summarize(evaluation, provenance, { byPhotos, groups });
  console.log(formatTable(summary));
  if (flags.quality) console.log(`\n${formatDiscard(summary.error_versus_discard)}`);
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(summary, null, 2)}\n`);
  if (flags.report !== undefined) {
    const input = { evaluation, summary, dataset, acquired, imagesFolder: images };
    console.log(`report: ${await writeReport(flags.report, input)}`);
  }

  const missed = missedGates(summary, limits);
  for (const sentence of missed) console.error(sentence);
  if (missed.length > 0) process.exitCode = 1;
}

/** Measures by the number of photos enrolled, at the thresholds in use. Needs a calibrated encoder. */
function measureByPhotos(
  { identityOf, identityCount, listedCount }: Dataset,
  acquired: Acquired,
  photos: readonly number[],
  bootstrap: { readonly replicates: number; readonly seed: number },
): PhotosFigures[] {
  const people = { identityOf: identityOf.subarray(0, listedCount), identityCount };
  const thresholdOf = thresholdsInUse(readCalibration());
  return evaluateByPhotos(people, acquired, {
    photos: photos.toSorted((a, b) => a - b),
    thresholdOf,
    recognisability: readRecognisability(),
    ...bootstrap,
  });
}

/** Measures by group at the threshold in use. Needs a calibrated encoder. */
function measureGroups(
  file: string,
  trials: Trials,
  { images, listedCount }: Dataset,
  acquired: Acquired,
  { shipped, ...bootstrap }: Pick<Provenance, "shipped" | "replicates" | "seed">,
): GroupsSummary {
  if (shipped === null) throw new Error("--groups needs a calibrated encoder");
  const groupOf = readGroups(file, images.slice(0, listedCount), flags["all-pairs"] as string);
  const figures = evaluateGroups(trials, acquired, { groupOf, threshold: shipped.threshold, ...bootstrap });
  return summarizeGroups(figures, shipped);
}

/** Threshold for the service's default FMR; `null` when the encoder is not calibrated. */
function shippedThreshold(): Provenance["shipped"] {
  const manifest = readManifest();
  if (manifest.calibration?.[encoderInUse(manifest).id] === undefined) return null;
  const { maxFmr } = defaultSettings;
  const threshold = thresholdAt(readCalibration(), maxFmr);
  return threshold.ok ? { threshold: threshold.value, maxFmr } : null;
}

function modelsInUse(): Pick<Provenance, "encoder" | "models"> {
  const manifest = readManifest();
  const { encoder, detectors, landmarks, models } = manifest;
  const used = [...detectors, landmarks, ...encoder];
  return {
    encoder: encoderInUse(manifest).id,
    models: used.map((id) => ({ id, role: models[id].role, sha256: models[id].sha256 })),
  };
}

function finiteNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error(`--${name} ${text} is not a number`);
  return value;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

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
import { readCalibration, readManifest } from "../runtime.ts";
import { acquireAll } from "./acquisition/acquire.ts";
import { readDataset } from "./dataset.ts";
import { formatDiscard } from "./discard/discard-summary.ts";
import { evaluate } from "./evaluate.ts";
import { type GateName, gateNames, missedGates } from "./gates.ts";
import { writeReport } from "./report/report.ts";
import { formatTable, type Provenance, summarize } from "./summary.ts";

const usage = `usage: npm run evaluate -- [--pairs P.tsv] [--all-pairs LIST.tsv] --images DIR [options]

  --pairs FILE      columns same (1 or 0), image_a, image_b, perhaps fold
  --all-pairs FILE  columns image, identity; compared all against all
  --images DIR      what the images' paths are relative to
  --json FILE       writes every figure as JSON
  --report DIR      writes index.html: curves, histograms, the worst errors
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
  const summary = summarize(evaluation, provenance);
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

function wholeNumber(name: string, text: string): number {
  const value = finiteNumber(name, text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} ${text} is not a whole number above 0`);
  return value;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

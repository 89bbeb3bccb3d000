/**
 * Trains a head on the shipped encoder: `npm run train -- --data DIR | LIST.tsv --images DIR [--out DIR]`.
 * See docs/training.md.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import type { FacePolicy } from "../../src/face/face.ts";
import { encoderInUse } from "../../src/models.ts";
import { occlusionEntry, readManifest, recognisabilityEntry } from "../runtime.ts";
import type { TrainingSet } from "./batches.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { encodePhotos } from "./data/encode.ts";
import { readPhotos } from "./data/photos.ts";
import { type FitOptions, type Fitted, fitHead } from "./fit.ts";
import { type Change, type Estimate, type Gains, isBetter, meanTar, measureGains } from "./gain.ts";
import { type LossName, lossNames } from "./losses/loss.ts";
import { type Mining, minings } from "./mining.ts";
import { calibrateOn } from "./release/calibration.ts";
import { writeCard } from "./release/card.ts";
import { releaseName, writeRelease } from "./release/release.ts";
import { renderTraining } from "./report/page.ts";
import { splitPeople } from "./split.ts";

/** Default folder of all output, which neither git nor `npm run check` looks into. */
const ignored = fileURLToPath(new URL("../../.cache", import.meta.url));

const usage = `usage: npm run train -- --data DIR | --data LIST.tsv --images DIR [options]

  --data PATH        a folder with a folder a person; or a list, columns image, identity and perhaps side
                     (two kinds of photos, compared with each other only: an identity card with a selfie)
  --images DIR       what a list's paths are relative to
  --out DIR          where the model goes, .cache/head by default; its name is the last part, 16 letters, digits
                     and dashes at most
  --held-out LIST    other people who decide, in the same folder; by default a fifth of the people
  --loss NAME        ${lossNames.join(", ")}; npair by default
  --mining NAME      ${minings.join(", ")}; semi-hard by default; npair compares with everybody
  --head KIND        linear (default) or hidden, one hidden layer
  --augment N        variants of each photo besides itself, 1 by default
  --face POLICY      which of several faces: center (default), largest, only
  --learning-rate X  of Adam, 0.001 by default
  --decay X          pull back to the shipped model, 0.003 by default
  --epochs N         at most, 40 by default
  --patience N       epochs without improvement before it ends, 6 by default
  --seed N           1 by default; equal seeds give equal models
  --jobs N           threads; one a core by default
  --cache DIR        where embeddings and checkpoints are kept, .cache by default

Exit code 1: the head is not better on people that it has never seen, and no model is written.`;

const { values: flags } = parseArgs({
  options: {
    data: { type: "string" },
    images: { type: "string" },
    out: { type: "string", default: join(ignored, "head") },
    "held-out": { type: "string" },
    loss: { type: "string", default: "npair" },
    mining: { type: "string", default: "semi-hard" },
    head: { type: "string", default: "linear" },
    augment: { type: "string", default: "1" },
    face: { type: "string", default: "center" },
    "learning-rate": { type: "string", default: "0.001" },
    decay: { type: "string", default: "0.003" },
    epochs: { type: "string", default: "40" },
    patience: { type: "string", default: "6" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string" },
    cache: { type: "string", default: ignored },
    help: { type: "boolean", default: false },
  },
});

const aliases = fileURLToPath(new URL("../calibrate/lfw-aliases.tsv", import.meta.url));
const bootstrap = { replicates: 400, seed: 1 };

async function main(): Promise<void> {
  const { data, out } = flags;
  if (flags.help) return console.log(usage);
  if (data === undefined) throw new Error(usage);
  const name = basename(out);
  if (!releaseName.test(name)) throw new Error(`${name} is not a name: 16 of a-z, 0-9 and - at most`);
  const options = fitOptions();
  const base = readManifest();
  const sizes = base.encoder.map(
    (id) => (base.models[id] as unknown as { embeddingLength: number }).embeddingLength,
  );

  const [learn, validation, heldOut] = await readSets(data, options.seed);
  const fitted = await train(learn, validation, sizes, options, encoderInUse(base).sha256);
  const learned = measureGains(learn, fitted.head, { ...bootstrap, replicates: 50 });
  const gains = measureGains(heldOut, fitted.head, bootstrap);
  printGains("people learned from", learned);
  printGains("people never seen", gains);

  const better = fitted.bestEpoch > 0 && isBetter(gains);
  const verdict = better ? "Better on people never seen, with 95 % confidence." : refusal(fitted, gains);
  const title = `${name}: ${options.head} head, ${options.loss} loss`;
  const page = { title, verdict, ...fitted, learned, heldOut: gains, heldOutSet: heldOut };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "report.html"), renderTraining(page));
  console.log(`report: ${join(out, "report.html")}`);
  if (!better) {
    // Removes an earlier training's model, which does not belong to this run's report.
    for (const file of ["manifest.json", "head.json"]) rmSync(join(out, file), { force: true });
    console.error(verdict);
    process.exitCode = 1;
    return;
  }
  const dataset = basename(data);
  const encoder = writeRelease(out, {
    name,
    head: fitted.head,
    base,
    // Calibrates on people that the head has not learned from.
    calibrate: (modelSha256) =>
      calibrateOn([validation, heldOut], fitted.head, {
        dataset,
        modelSha256,
        base: { recognisability: recognisabilityEntry(base), occlusion: occlusionEntry(base) },
      }),
  });
  writeCard(join(out, "README.md"), { encoder, dataset, options, fitted, gains });
  console.log(`${verdict}\n${out}: ${encoder}\nnext: npm run model:use -- ${out}`);
}

/** Reads the sets for learning, for choosing the epoch, and for the decision. */
async function readSets(data: string, seed: number): Promise<TrainingSet[]> {
  const augmentations = count("augment", flags.augment, 0);
  const all = await readSet(data, augmentations);
  console.log(`${all.variants.length} photos of ${all.identityCount} people`);
  const other = flags["held-out"];
  if (other === undefined) return splitPeople(all, [0.65, 0.15, 0.2], seed);
  return [...splitPeople(all, [0.85, 0.15], seed), await readSet(other, 0)];
}

async function readSet(data: string, augmentations: number): Promise<TrainingSet> {
  const photos = readPhotos({ data, images: flags.images, aliases });
  const { face } = flags;
  if (face !== "center" && face !== "largest" && face !== "only")
    throw new Error(`--face ${face} is unknown`);
  const encoded = await encodePhotos(photos.images, {
    imagesFolder: photos.folder,
    policy: face satisfies FacePolicy,
    augmentations,
    cacheFolder: join(flags.cache, "embeddings"),
    jobs: flags.jobs === undefined ? undefined : count("jobs", flags.jobs, 1),
  });
  const failed = encoded.filter((each) => "failure" in each).length;
  if (failed > 0) console.log(`${failed} photos without a face`);
  return { ...photos, variants: encoded.map((each) => ("failure" in each ? [] : each.embeddings)) };
}

/** Continues an earlier run with the same data and settings that was broken off. */
async function train(
  learn: TrainingSet,
  validation: TrainingSet,
  sizes: readonly number[],
  options: FitOptions,
  trunkSha256: string,
): Promise<Fitted> {
  const run = createHash("sha256").update(JSON.stringify([trunkSha256, options]));
  for (const { identityOf, sides, variants } of [learn, validation]) {
    run.update(identityOf).update(sides ?? "one side");
    for (const values of variants.flat()) run.update(values);
  }
  const checkpoint = openCheckpoint(join(flags.cache, "train", `${run.digest("hex").slice(0, 16)}.json`));
  const resume = checkpoint.load();
  if (resume !== undefined) console.log(`going on after epoch ${resume.history.length - 1}`);
  const bar = new SingleBar({ format: "epoch {epoch} [{bar}]", clearOnComplete: true });
  bar.start(1, 0, { epoch: 1 });
  const fitted = await fitHead(learn, sizes, options, {
    validate: (head) => meanTar(validation, head),
    resume,
    progress: (epoch, share) => bar.update(share, { epoch }),
    save(state) {
      checkpoint.save(state);
      const { epoch, loss, verdict } = state.history[state.history.length - 1];
      console.log(`epoch ${epoch}: loss ${loss?.toFixed(4)}, validation TAR ${verdict.toFixed(4)}`);
    },
  });
  bar.stop();
  return fitted;
}

function refusal({ bestEpoch }: Fitted, { mean, rows }: Gains): string {
  const none = "No model is written:";
  if (mean === null) return `${none} too few people are held out to tell whether it is better.`;
  if (bestEpoch === 0) return `${none} no epoch was better than the model as shipped.`;
  const { value, interval } = mean.difference;
  const [low, high] = interval ?? [Number.NaN, Number.NaN];
  const worse = rows.find(({ difference }) => difference.interval !== null && difference.interval[1] < 0);
  if (worse !== undefined) return `${none} at FMR ${worse.fmr} it is worse on people never seen.`;
  return `${none} on people never seen, the mean true accept rate changes by ${value.toFixed(4)}, and by anything from ${low.toFixed(4)} to ${high.toFixed(4)} with 95 % confidence.`;
}

function printGains(who: string, { people, genuinePairs, rows, mean }: Gains): void {
  console.log(`${who}: ${people} people, ${genuinePairs} genuine pairs`);
  const figure = ({ value, interval }: Estimate) =>
    `${value.toFixed(4)} [${interval?.map((end) => end.toFixed(4)).join(", ")}]`;
  const print = (rate: string, { before, after, difference }: Change) =>
    console.log(`  TAR ${rate}: ${figure(before)} -> ${figure(after)}, difference ${figure(difference)}`);
  for (const { fmr, ...change } of rows) print(`at FMR ${fmr}`, change);
  if (mean !== null) print("in the mean", mean);
}

function fitOptions(): FitOptions {
  const { loss, mining, head } = flags;
  if (!lossNames.includes(loss as LossName)) throw new Error(`--loss ${loss} is unknown`);
  if (!minings.includes(mining as Mining)) throw new Error(`--mining ${mining} is unknown`);
  if (head !== "linear" && head !== "hidden") throw new Error(`--head ${head} is unknown`);
  return {
    head,
    loss: loss as LossName,
    mining: mining as Mining,
    learningRate: number("learning-rate", flags["learning-rate"]),
    decay: number("decay", flags.decay),
    epochs: count("epochs", flags.epochs, 1),
    patience: count("patience", flags.patience, 1),
    seed: count("seed", flags.seed, 0),
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new Error(`--${name} ${text} is not a number`);
  return value;
}

function count(name: string, text: string, least: number): number {
  const value = number(name, text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name} ${text} is not a whole number from ${least}`);
  return value;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

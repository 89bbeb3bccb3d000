/**
 * Fits recognisability for the encoder in use, which must have its thresholds, and writes it beside them into the
 * manifest: from the photos of a list, as they are and made worse in many ways.
 *
 *   node model/calibrate/recognisability/main.ts --list train.images.tsv --images DIR [--check test.images.tsv]
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  parseRecognisability,
  type RecognisabilityEntry,
} from "../../../src/face/quality/recognisability-model.ts";
import { encoderInUse } from "../../../src/models.ts";
import { fresh } from "../../evaluate/degradation/fresh.ts";
import { kindGroups } from "../../evaluate/degradation/kinds/all.ts";
import { programs } from "../../evaluate/degradation/kinds/random/programs.ts";
import { shaken } from "../../evaluate/degradation/kinds/shaken.ts";
import { smooth } from "../../evaluate/degradation/kinds/smooth.ts";
import { readCalibration, readManifest } from "../../runtime.ts";
import { writeCalibration } from "../manifest.ts";
import { fitFaces, measureStrangeness } from "./fit.ts";
import { closerBy, type JudgedFace, judgeFaces, requireThreshold } from "./judge.ts";
import { fitLeaning } from "./leaning.ts";
import { genuineAmong, printKinds, printOrdinary, printTotals } from "./report.ts";
import { collect, type Sample, type Samples } from "./samples.ts";
import { fitShifts } from "./shifts.ts";
import { fitTolerance } from "./tolerance.ts";

const usage = `usage: node model/calibrate/recognisability/main.ts --list TRAIN.tsv --images DIR [options]

  --list FILE      columns image, identity
  --images DIR     what the images' paths are relative to; JPEG
  --check FILE     a list of other people: prints how many strangers match of each kind, before
                   and after, by fits that have not seen it
  --left-out WHAT  kind (default; an eighth of all kinds at a time) or group: what a
                   fit has not seen when it is judged
  --people N       of whom one photo each is made worse for each kind and level, 60 by default
  --aliases FILE   columns identity, same_as; lfw-aliases.tsv by default
  --dataset NAME   what the manifest calls the data; by default the list's folder and name
  --seed N         of the centroids, 1 by default
  --dry-run        writes nothing`;

const { values: flags } = parseArgs({
  options: {
    list: { type: "string" },
    images: { type: "string" },
    check: { type: "string" },
    people: { type: "string", default: "60" },
    aliases: { type: "string", default: fileURLToPath(new URL("../lfw-aliases.tsv", import.meta.url)) },
    dataset: { type: "string" },
    "left-out": { type: "string", default: "kind" },
    seed: { type: "string", default: "1" },
    "dry-run": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** People of whom one photo each is bent by each random warp, and put through each random program. */
const peopleOfWarp = 40;
const peopleOfProgram = 16;
/** The false match rate whose threshold says whether a face is still its own. */
const ownFmr = 1e-4;

async function main(): Promise<void> {
  const { list, images, check } = flags;
  if (flags.help) return console.log(usage);
  if (list === undefined || images === undefined) throw new Error(usage);

  const manifest = readManifest();
  const encoder = encoderInUse(manifest);
  const calibration = readCalibration();
  const threshold = requireThreshold(calibration, ownFmr);
  const options = {
    dataset: flags.dataset ?? join(basename(dirname(list)), basename(list)),
    threshold,
    seed: Number(flags.seed),
  };
  const train = await samplesOf(list, images, 3);
  const parse = (entry: RecognisabilityEntry) => parseRecognisability({ recognisability: entry }, encoder);

  const strangeness = measureStrangeness(train.ordinary);
  const leftOut = flags["left-out"] === "group" ? groupOf : partOf(train.worsened);
  const folds = [...new Set(train.worsened.map(leftOut))].map((name) => {
    const seen = train.worsened.filter((sample) => leftOut(sample) !== name);
    const fitted = fitFaces(train.ordinary, seen, strangeness, options);
    const unseen = train.worsened.filter((sample) => leftOut(sample) === name);
    console.error(`without ${name}: ${unseen.length} faces`);
    return { name, fitted, faces: judgeFaces(parse(fitted), unseen, strangeness.unbiased) };
  });
  const genuineBy = (of: RecognisabilityEntry) => [
    ...genuineAmong(judgeFaces(parse(of), train.ordinary, strangeness.unbiased)),
  ];
  const withPairs = (of: RecognisabilityEntry, left?: string): RecognisabilityEntry => {
    const ordinary = judgeFaces(parse(of), train.ordinary, strangeness.unbiased);
    const genuine = genuineBy(of).filter(({ distance }) => distance <= threshold);
    const tolerance = fitTolerance(
      ordinary.map(({ recognisability }) => recognisability),
      folds.filter(({ name }) => name !== left).flatMap(({ faces }) => byKind(faces)),
      calibration,
    );
    return { ...of, tolerance, leaning: fitLeaning(parse(of), ordinary, genuine) };
  };
  const unshifted = withPairs(fitFaces(train.ordinary, train.worsened, strangeness, options));
  const random = [
    ...(await samplesOf(list, images, 3, [smooth, shaken], peopleOfWarp)).worsened,
    ...(await samplesOf(list, images, 3, [programs], peopleOfProgram)).worsened,
  ];
  const moved = judgeFaces(parse(unshifted), random, strangeness.unbiased).filter(({ kept }) => kept);
  // No fit's kinds take part in these, so that they are the same whatever a fit has not seen.
  const shifts = fitShifts(
    train.ordinary,
    moved.map(({ sample }) => sample),
    genuineBy(unshifted),
    calibration,
    closerBy(parse(unshifted)),
  );
  const entry = { ...unshifted, shifts };
  const model = parse(entry);
  console.log("closer by shifts:", JSON.stringify(shifts.knots));
  console.log("leaning:", JSON.stringify({ ...entry.leaning, means: undefined, spreads: undefined }));
  console.log("closer by:", entry.tolerance.map(([at, closer]) => `${at}: ${closer}`).join(", "));
  console.log(
    `weights ${JSON.stringify(entry.weights)}, of the embedding alone ${JSON.stringify(entry.embeddingAlone)}`,
  );
  console.log("\nphotos as they are, of the list");
  printOrdinary(judgeFaces(model, train.ordinary, strangeness.unbiased), model, calibration);
  if (!flags["dry-run"]) writeEntry(encoder.id, entry);

  if (check === undefined) return;
  const test = await samplesOf(check, images, 7);
  const others = await samplesOf(check, images, 7, [fresh]);
  console.log("\nphotos as they are, of other people");
  printOrdinary(judgeFaces(model, test.ordinary), model, calibration);
  const totals = folds.map(({ name, fitted }) => {
    const without = parse({ ...withPairs(fitted, name), shifts });
    const unseen = test.worsened.filter((sample) => leftOut(sample) === name);
    return printKinds(
      name,
      byKind(judgeFaces(without, unseen)),
      judgeFaces(without, test.ordinary),
      without,
      calibration,
    );
  });
  printTotals(totals);
  printKinds(
    "kinds that no fit is given",
    byKind(judgeFaces(model, others.worsened)),
    judgeFaces(model, test.ordinary),
    model,
    calibration,
  );
}

/**
 * Deals the kinds out to parts in their order, so that neighbours, which are of one group, are in different ones: a
 * fit for each kind takes eight times as long, and this leaves out no less.
 */
function partOf(samples: readonly Sample[]): (sample: Sample) => string {
  const kinds = [...new Set(samples.map(({ kind }) => kind))];
  return ({ kind }) => `part ${kinds.indexOf(kind) % parts}`;
}

const parts = 8;
const groupOf = ({ group, kind }: Sample) => group ?? kind;

/** @param seed another for each list, so that no two choose alike */
async function samplesOf(
  list: string,
  imagesFolder: string,
  seed: number,
  groups = kindGroups,
  people = Number(flags.people),
): Promise<Samples> {
  const report = (line: string) => console.error(line);
  return collect({ list, aliases: flags.aliases, imagesFolder, people, seed, groups, report });
}

function byKind(faces: readonly JudgedFace[]): JudgedFace[][] {
  return [...Map.groupBy(faces, ({ sample }) => sample.kind).values()];
}

function writeEntry(encoder: string, recognisability: RecognisabilityEntry): void {
  const thresholds = readManifest().calibration?.[encoder] as object;
  writeCalibration(encoder, { ...thresholds, recognisability });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

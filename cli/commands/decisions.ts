/** Enrol, verify, compare, identify. */
import { readFile } from "node:fs/promises";
import type { Comparison, Decision } from "../../client/index.ts";
import { connect, decisionOptions, needed, type Options, optionalNumber, photoOptions } from "../options.ts";
import { type ExitCode, type Row, runAll } from "../output.ts";
import { findPeople, findPhotos, isFolder } from "../photos.ts";
import { UsageError } from "../usage.ts";

/** Requests at the same time, where one does not depend on another. */
const concurrency = 4;

export function enrol([first, ...photos]: readonly string[], options: Options): Promise<ExitCode> {
  const subject = needed(first, "The subject, or a folder,");
  const folder = photos.length === 0 && isFolder(subject);
  if (photos.length === 0 && !folder) throw new UsageError("A photo is missing.");
  const client = connect(options);
  const { face } = photoOptions(options);
  return runAll({
    heads: ["photo", "subject", "face", ""],
    items: folder ? findPeople(subject) : findPhotos(photos).map((photo) => ({ subject, photo })),
    concurrency,
    json: options.json,
    nameOf: ({ photo }) => photo,
    async run({ subject, photo }): Promise<Row> {
      const answer = await client.enrol(subject, await readFile(photo), face === undefined ? {} : { face });
      const cells = [photo, subject, answer.face_id, "enrolled"];
      return { cells, json: { input: photo, ...answer }, exitCode: 0 };
    },
  });
}

const decisionHeads = ["photo", "match", "distance", "threshold", "fmr", ""];

export function verify([first, ...photos]: readonly string[], options: Options): Promise<ExitCode> {
  const subject = needed(first, "The subject");
  if (photos.length === 0) throw new UsageError("A photo is missing.");
  const client = connect(options);
  const asked = decisionOptions(options);
  return runAll({
    heads: decisionHeads,
    items: findPhotos(photos),
    // In their order: failures count, and a lock comes at the same photo each time.
    concurrency: 1,
    json: options.json,
    nameOf: (photo) => photo,
    run: async (photo) => decisionRow(photo, await client.verify(subject, await readFile(photo), asked)),
  });
}

export async function compare([first, ...others]: readonly string[], options: Options): Promise<ExitCode> {
  const reference = needed(first, "A photo");
  if (others.length === 0) throw new UsageError("The second photo is missing.");
  const asked = decisionOptions(options);
  const comparePhotos = options.local
    ? await (await import("../local.ts")).openLocal(asked)
    : compareByService(options);
  return runAll({
    heads: decisionHeads,
    items: findPhotos(others),
    concurrency: options.local ? 1 : concurrency,
    json: options.json,
    nameOf: (photo) => photo,
    run: async (photo) => decisionRow(photo, await comparePhotos(reference, photo)),
  });
}

/** The first photo is read once for all comparisons. */
function compareByService(options: Options): (a: string, b: string) => Promise<Comparison> {
  const client = connect(options);
  const asked = decisionOptions(options);
  let reference: Promise<Uint8Array> | undefined;
  return async (a, b) => {
    reference ??= readFile(a);
    return client.compare(await reference, await readFile(b), asked);
  };
}

export function identify(photos: readonly string[], options: Options): Promise<ExitCode> {
  if (photos.length === 0) throw new UsageError("A photo is missing.");
  const client = connect(options);
  const max_fpir = optionalNumber("max-fpir", options["max-fpir"]);
  const asked = { ...photoOptions(options), ...(max_fpir === undefined ? {} : { max_fpir }) };
  return runAll({
    heads: ["photo", "subject", "distance", "others", ""],
    items: findPhotos(photos),
    concurrency,
    json: options.json,
    nameOf: (photo) => photo,
    async run(photo): Promise<Row> {
      const answer = await client.identify(await readFile(photo), asked);
      const [best, ...rest] = answer.candidates;
      const others = rest.map(({ subject_id }) => subject_id).join(", ");
      const cells = [photo, best?.subject_id ?? "nobody", best?.distance, others, ""];
      return { cells, json: { input: photo, ...answer }, exitCode: best === undefined ? 1 : 0 };
    },
  });
}

function decisionRow(photo: string, answer: Omit<Decision, "request_id"> & { request_id?: string }): Row {
  const { match, distance, band, threshold, fmr } = answer;
  const cells = [photo, match ? "yes" : "no", distance ?? band, threshold, fmr, warningsOf(answer)];
  return { cells, json: { input: photo, ...answer }, exitCode: match ? 0 : 1 };
}

/** What the photo lacks, where the decision was made all the same. */
function warningsOf(answer: object): string {
  const faces = ["face", "face_a", "face_b"].map((name) => (answer as Comparison)[name as "face_a"]);
  return [...new Set(faces.flatMap((face) => face?.quality.reasons ?? []))].join(", ");
}

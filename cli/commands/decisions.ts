/** Enrol, verify, compare, identify. */
import type { Comparison, Decision, DecisionOptions } from "../../client/index.ts";
import { type Command, serviceFlags } from "../command.ts";
import {
  connect,
  decisionOptions,
  enrolmentOptions,
  neededId,
  type Options,
  optionalNumber,
  photoOptions,
} from "../options.ts";
import { type ExitCode, type Row, runAll, sayLeftOut } from "../output.ts";
import { findPeople, findPhotos, isFolder, readPhoto } from "../photos.ts";
import { shown } from "../shown.ts";
import { UsageError } from "../usage.ts";

/** Requests in flight at once, for work in which no request depends on another. */
const concurrency = 4;

export const enrol: Command = {
  // `quality` is no flag here: an enrolment refuses photos that are not good enough in any case.
  flags: [...serviceFlags, "face", "conflicts", "consent-version", "consent-purpose"],
  async run([first, ...photos], options) {
    const subject = neededId(first, "The subject, or a folder,");
    const folder = photos.length === 0 && isFolder(subject);
    if (photos.length === 0 && !folder) throw new UsageError("A photo is missing.");
    const client = connect(options);
    const asked = enrolmentOptions(options);
    return runAll({
      heads: ["photo", "subject", "face", ""],
      items: folder
        ? findPeople(subject, sayLeftOut)
        : findPhotos(photos, sayLeftOut).map((photo) => ({ subject, photo })),
      concurrency,
      json: options.json,
      nameOf: ({ photo }) => shown(photo),
      async run({ subject, photo }) {
        const answer = await client.enrol(subject, await readPhoto(photo), asked);
        const word = answer.conflicting_face ? "enrolled, and left out of the template" : "enrolled";
        const cells = [photo, subject, answer.face_id, word];
        return [{ cells, json: { input: photo, ...answer }, exitCode: 0 }];
      },
    });
  },
};

const decisionHeads = ["photo", "match", "distance", "threshold", "fmr", ""];
const decisionFlags = ["max-fmr", "face", "quality"] as const;

export const verify: Command = {
  flags: [...serviceFlags, ...decisionFlags],
  async run([first, ...photos], options) {
    const subject = neededId(first, "The subject");
    if (photos.length === 0) throw new UsageError("A photo is missing.");
    const client = connect(options);
    const asked = decisionOptions(options);
    return runAll({
      heads: decisionHeads,
      items: findPhotos(photos, sayLeftOut),
      // One at a time and in their order: failures count, so a lock comes at the same photo each time.
      concurrency: 1,
      json: options.json,
      nameOf: shown,
      run: async (photo) => [decisionRow(photo, await client.verify(subject, await readPhoto(photo), asked))],
    });
  },
};

type Bytes = Buffer<ArrayBuffer>;
type Compare = (a: Bytes, b: Bytes) => Promise<Omit<Comparison, "request_id">>;

export const compare: Command = {
  flags: [...serviceFlags, ...decisionFlags],
  run: (words, options) =>
    compareAll(words, options, concurrency, async (asked) => {
      const client = connect(options);
      return (a, b) => client.compare(a, b, asked);
    }),
};

/** Compares in this process, and so takes no flag of the service. */
export const compareLocally: Command = {
  flags: ["local", "json", ...decisionFlags],
  run: (words, options) =>
    compareAll(words, options, 1, async (asked) => (await import("../local.ts")).openLocal(asked)),
};

/** Compares each photo with the first, which is read once. */
async function compareAll(
  words: readonly string[],
  options: Options,
  concurrency: number,
  open: (asked: DecisionOptions) => Promise<Compare>,
): Promise<ExitCode> {
  if (words.length === 0) throw new UsageError("A photo is missing.");
  const [first, ...others] = findPhotos(words, sayLeftOut);
  if (others.length === 0) throw new UsageError("The second photo is missing.");
  const comparePhotos = await open(decisionOptions(options));
  let reference: Promise<Bytes> | undefined;
  return runAll({
    heads: decisionHeads,
    items: others,
    concurrency,
    json: options.json,
    nameOf: shown,
    async run(photo) {
      reference ??= readPhoto(first);
      return [decisionRow(photo, await comparePhotos(await reference, await readPhoto(photo)))];
    },
  });
}

export const identify: Command = {
  flags: [...serviceFlags, "max-fpir", "face", "quality"],
  async run(photos, options) {
    if (photos.length === 0) throw new UsageError("A photo is missing.");
    const client = connect(options);
    const max_fpir = optionalNumber("max-fpir", options["max-fpir"]);
    const asked = { ...photoOptions(options), ...(max_fpir === undefined ? {} : { max_fpir }) };
    return runAll({
      heads: ["photo", "subject", "distance", "others", ""],
      items: findPhotos(photos, sayLeftOut),
      concurrency,
      json: options.json,
      nameOf: shown,
      async run(photo) {
        const answer = await client.identify(await readPhoto(photo), asked);
        const [best, ...rest] = answer.candidates;
        const others = rest.map(({ subject_id }) => subject_id);
        if (answer.more_candidates) others.push("and more");
        const cells = [photo, best?.subject_id ?? "nobody", best?.distance, others.join(", "), ""];
        return [{ cells, json: { input: photo, ...answer }, exitCode: best === undefined ? 1 : 0 }];
      },
    });
  },
};

function decisionRow(photo: string, answer: Omit<Decision, "request_id"> & { request_id?: string }): Row {
  const { match, distance, band, threshold, fmr } = answer;
  const cells = [photo, match ? "yes" : "no", distance ?? band, threshold, fmr, warningsOf(answer)];
  return { cells, json: { input: photo, ...answer }, exitCode: match ? 0 : 1 };
}

/** Lists the limits that the photo does not meet although a decision was made. */
function warningsOf(answer: object): string {
  const faces = ["face", "face_a", "face_b"].map((name) => (answer as Comparison)[name as "face_a"]);
  return [...new Set(faces.flatMap((face) => face?.quality.reasons ?? []))].join(", ");
}

/**
 * Error rates by the number of photos enrolled, with the same probes for each number, at the threshold that the service
 * would use for each promised rate. Intervals come from a bootstrap over people.
 *
 * A probe counts against every template of its own person that was made without it, and a stranger's photo against every
 * template of somebody else: the decision is the service's, with what two hard faces must come closer.
 */
import { type Calibration, thresholdAt } from "../../../src/face/decision/calibration.ts";
import { placeOf, toleranceBetween } from "../../../src/face/quality/recognisability.ts";
import type { RecognisabilityModel } from "../../../src/face/quality/recognisability-model.ts";
import { closerOf } from "../../../src/face/template.ts";
import type { Acquired } from "../acquisition/acquire.ts";
import type { People } from "../comparisons.ts";
import { type Interval, percentileInterval, resampleIdentities } from "../statistics/bootstrap.ts";
import {
  distanceTo,
  type EnrolledTemplate,
  embeddingOf,
  enrol,
  type Place,
  type Places,
  placesOf,
} from "./enrolments.ts";

export const promisedFmrs = ["1e-3", "1e-4", "1e-5", "1e-6"] as const;
export type PromisedFmr = (typeof promisedFmrs)[number];

/** The threshold in use at a promised rate; `null` where the calibration does not reach it. */
export type ThresholdSource = (
  fmr: number,
  template: { readonly photos: number; readonly person: number },
  probePerson: number,
) => number | null;

/** Returns the thresholds of a calibration. */
export function thresholdsInUse(calibration: Calibration): ThresholdSource {
  const known = new Map<string, number | null>();
  return (fmr, { photos }) => {
    const key = `${fmr} ${photos}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const threshold = thresholdAt(calibration, fmr, { photos });
    const value = threshold.ok ? threshold.value : null;
    known.set(key, value);
    return value;
  };
}

export interface ByPhotosOptions {
  /** Numbers of photos to enrol, ascending. */
  readonly photos: readonly number[];
  readonly thresholdOf: ThresholdSource;
  readonly recognisability: RecognisabilityModel;
  readonly replicates: number;
  readonly seed: number;
}

/** A figure with its 95 % interval over people; `null` where there is none. */
export interface Figure {
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface PhotosFigures {
  readonly photos: number;
  readonly probes: number;
  readonly people: number;
  readonly impostorComparisons: number;
  /** Number of photos that enrolment refused as somebody else's, while up to the most photos were enrolled. */
  readonly conflicting: number;
  /** Number of photos that are no probe since too many of their person's others were refused. */
  readonly notEnrolled: number;
  /** At the promised rate. */
  readonly fnmr: Readonly<Record<PromisedFmr, Figure>>;
  readonly realisedFmr: Readonly<Record<PromisedFmr, Figure>>;
  /** Share of the probes accepted at the largest threshold that keeps the rate on these very comparisons. */
  readonly tar: Readonly<Record<PromisedFmr, Figure>>;
}

/** Throws when nobody has one photo more than are to be enrolled. */
export function evaluateByPhotos(
  people: People,
  acquired: Acquired,
  options: ByPhotosOptions,
): PhotosFigures[] {
  const most = Math.max(...options.photos);
  const enrolments = placesOf(people, acquired, most);
  if (enrolments.places.length === 0) throw new Error(`nobody in the list has ${most + 1} photos`);
  return options.photos.map((photos) => evaluateWith(photos, enrolments, people, acquired, options));
}

function evaluateWith(
  photos: number,
  { places, conflicting, notEnrolled }: Places,
  people: People,
  acquired: Acquired,
  options: ByPhotosOptions,
): PhotosFigures {
  const templates = places.map(({ person, enrolled }) => enrol(person, enrolled.slice(0, photos), acquired));
  const trials = compare(photos, places, templates, people, acquired, options);
  const everyoneOnce = new Uint16Array(people.identityCount).fill(1);
  const observed = ratesOf(trials, everyoneOnce);
  const resampled = Array.from(
    resampleIdentities(people.identityCount, options.replicates, options.seed),
    (draws) => ratesOf(trials, draws),
  );
  const figures = (kind: keyof Rates) =>
    Object.fromEntries(
      promisedFmrs.map((fmr, k): [PromisedFmr, Figure] => {
        const value = observed[kind][k];
        if (Number.isNaN(value)) return [fmr, { value: null, interval: null }];
        return [fmr, { value, interval: percentileInterval(resampled.map((rates) => rates[kind][k])) }];
      }),
    ) as Record<PromisedFmr, Figure>;
  return {
    photos,
    probes: places.length,
    people: new Set(places.map(({ person }) => person)).size,
    impostorComparisons: trials.impostorTotal(everyoneOnce),
    conflicting,
    notEnrolled,
    fnmr: figures("fnmr"),
    realisedFmr: figures("realised"),
    tar: figures("tar"),
  };
}

/** Trials in order of distance, of which those of strangers are only the near ones. */
interface PhotosTrials {
  readonly genuine: readonly Trial[];
  readonly near: readonly Trial[];
  /** Bit of each promised rate that has a threshold. */
  readonly covered: number;
  /** Weight of all trials of strangers, when each person counts as often as drawn. */
  impostorTotal(draws: Uint16Array): number;
}

interface Trial {
  /** Distance and what these two must come closer; Infinity for a probe without an embedding. */
  readonly distance: number;
  readonly templatePerson: number;
  readonly probePerson: number;
  /** Bit k is set where the service accepts the trial at promised rate k. */
  readonly accepted: number;
}

function compare(
  photos: number,
  places: readonly Place[],
  templates: readonly EnrolledTemplate[],
  { identityOf, identityCount }: People,
  acquired: Acquired,
  { thresholdOf, recognisability }: ByPhotosOptions,
): PhotosTrials {
  const { acquired: has } = acquired.embeddings;
  const rows = Array.from(identityOf.keys()).filter((row) => has[row] === 1);
  // A place is computed once, and compared with thousands.
  const faces = new Map(
    rows.map((row) => {
      const side = {
        embedding: embeddingOf(acquired, row),
        recognisability: acquired.qualities[row]?.recognisability,
      };
      return [row, placeOf(recognisability, side)];
    }),
  );
  const closerBy = (template: EnrolledTemplate, row: number): number => {
    const probe = faces.get(row);
    if (probe === undefined) return 0;
    return closerOf(
      template.rows.map((own, k) => {
        const face = faces.get(own);
        if (face === undefined) throw new Error("a template has a photo without an embedding");
        return { weight: template.weights[k], closer: toleranceBetween(recognisability, probe, face) };
      }),
    );
  };
  const decide = (template: EnrolledTemplate, row: number, measured: number): Trial => {
    const { person } = template;
    const probePerson = identityOf[row];
    const distance = measured + closerBy(template, row);
    const accepted = promisedFmrs.reduce((bits, fmr, k) => {
      const threshold = thresholdOf(Number(fmr), { photos, person }, probePerson);
      return threshold !== null && distance <= threshold ? bits | (1 << k) : bits;
    }, 0);
    return { distance, templatePerson: person, probePerson, accepted };
  };
  const genuine = places.map(({ probe, person }, k): Trial => {
    if (has[probe] !== 1)
      return { distance: Number.POSITIVE_INFINITY, templatePerson: person, probePerson: person, accepted: 0 };
    return decide(templates[k], probe, distanceTo(templates[k], acquired.embeddings, probe));
  });
  const near: Trial[] = [];
  for (const template of templates) {
    for (const row of rows) {
      if (identityOf[row] === template.person) continue;
      const measured = distanceTo(template, acquired.embeddings, row);
      if (measured <= farthestOf(thresholdOf, template, identityOf[row]))
        near.push(decide(template, row, measured));
    }
  }
  const byDistance = (a: Trial, b: Trial) => a.distance - b.distance;
  const photosOf = new Float64Array(identityCount);
  for (const row of rows) photosOf[identityOf[row]]++;
  const templatesOf = new Float64Array(identityCount);
  for (const { person } of templates) templatesOf[person]++;
  return {
    genuine: genuine.sort(byDistance),
    near: near.sort(byDistance),
    covered: promisedFmrs.reduce((bits, fmr, k) => {
      const threshold = thresholdOf(Number(fmr), { photos, person: places[0].person }, places[0].person);
      return threshold === null ? bits : bits | (1 << k);
    }, 0),
    impostorTotal(draws) {
      let everybody = 0;
      photosOf.forEach((count, person) => {
        everybody += draws[person] * count;
      });
      return templatesOf.reduce(
        (sum, count, person) => sum + draws[person] * count * (everybody - draws[person] * photosOf[person]),
        0,
      );
    },
  };
}

/** Distance within which a stranger's trial may matter to any rate, several times that of the laxest promise. */
function farthestOf(thresholdOf: ThresholdSource, template: EnrolledTemplate, probePerson: number): number {
  return thresholdOf(5e-3, { photos: template.rows.length, person: template.person }, probePerson) ?? 2;
}

/** Rates at each promised one; NaN where there is none. */
interface Rates {
  readonly fnmr: readonly number[];
  readonly realised: readonly number[];
  readonly tar: readonly number[];
}

function ratesOf({ genuine, near, covered, impostorTotal }: PhotosTrials, draws: Uint16Array): Rates {
  const strangers = impostorTotal(draws);
  const own = genuine.reduce((sum, { templatePerson }) => sum + draws[templatePerson], 0);
  const acceptedOwn = promisedFmrs.map(() => 0);
  for (const { accepted, templatePerson } of genuine) addBits(acceptedOwn, accepted, draws[templatePerson]);
  const acceptedStrangers = promisedFmrs.map(() => 0);
  const cutoffs = promisedFmrs.map(() => Number.NaN);
  let weight = 0;
  for (const { accepted, distance, templatePerson, probePerson } of near) {
    const both = draws[templatePerson] * draws[probePerson];
    if (both === 0) continue;
    addBits(acceptedStrangers, accepted, both);
    weight += both;
    promisedFmrs.forEach((fmr, k) => {
      // The first trial that is one too many: only what is nearer is accepted.
      if (Number.isNaN(cutoffs[k]) && weight > Number(fmr) * strangers) cutoffs[k] = distance;
    });
  }
  const covers = (k: number) => (covered & (1 << k)) !== 0;
  return {
    fnmr: acceptedOwn.map((accepted, k) => (covers(k) && own > 0 ? 1 - accepted / own : Number.NaN)),
    realised: acceptedStrangers.map((accepted, k) => (covers(k) ? accepted / strangers : Number.NaN)),
    tar: cutoffs.map((cutoff, k) => {
      if (Number.isNaN(cutoff) || own === 0 || Number(promisedFmrs[k]) * strangers < 3) return Number.NaN;
      return (
        genuine.reduce(
          (sum, { distance, templatePerson }) => sum + (distance < cutoff ? draws[templatePerson] : 0),
          0,
        ) / own
      );
    }),
  };
}

function addBits(sums: number[], bits: number, weight: number): void {
  for (let k = 0; k < sums.length; k++) if (bits & (1 << k)) sums[k] += weight;
}

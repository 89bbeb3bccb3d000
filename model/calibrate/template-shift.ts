/**
 * Fits by how much closer strangers come to the mean of several photos than to one photo, at the same false match rate.
 *
 * The threshold of templates of n photos and that of single photos of the same people, who have n photos or more, are read
 * off at rates with many trials. Both thresholds share their people, so what is peculiar to these people cancels out in
 * the difference. Over (1 - 1/n) the differences agree for every n; `nearer` is their mean.
 */
import { type People, sortByDistance, type Trials } from "../evaluate/comparisons.ts";
import { percentileInterval, resampleIdentities } from "../evaluate/statistics/bootstrap.ts";
import type { Photos } from "../evaluate/templates/enrolments.ts";
import { compareTemplates } from "./template-trials.ts";

/** Numbers of photos, and rates, whose differences are taken. */
const fittedPhotos = [2, 3];
const fittedFmrs = [1e-3, 1e-4];

/** Entry `templates` of a calibration. */
export interface ShiftFit {
  readonly nearer: number;
  /** 95 % interval over people. */
  readonly low: number;
  readonly high: number;
  /** Number of people whose templates were compared, by number of photos. */
  readonly people: Readonly<Record<string, number>>;
  readonly impostorPairs: Readonly<Record<string, number>>;
}

/** Fits to all people. Throws when strangers are too few for thresholds at the fitted rates. */
export function fitTemplateShift(
  acquired: Photos,
  people: People,
  { replicates, seed }: { readonly replicates: number; readonly seed: number },
): ShiftFit {
  const { nearerFor, kinds } = compareForShift(acquired, people);
  const nearer = nearerFor(new Uint16Array(people.identityCount).fill(1));
  const resampled = Array.from(resampleIdentities(people.identityCount, replicates, seed), nearerFor);
  const [low, high] = percentileInterval(resampled) ?? [Number.NaN, Number.NaN];
  const byPhotos = (value: (kind: (typeof kinds)[number]) => number) =>
    Object.fromEntries(kinds.map((kind) => [String(kind.photos), value(kind)]));
  return {
    nearer: rounded(nearer),
    low: rounded(low),
    high: rounded(high),
    people: byPhotos((kind) => kind.people),
    impostorPairs: byPhotos((kind) => kind.trials),
  };
}

/** Compares once; `nearerFor` then fits to people who count as often as they were drawn. */
export function compareForShift(acquired: Photos, people: People) {
  const kinds = fittedPhotos.map((photos) => {
    const templates = compareTemplates(acquired, people, photos);
    const singles = compareTemplates(acquired, people, 1, photos);
    if (templates.impostor.distance.length * Math.min(...fittedFmrs) < 10) {
      throw new Error(`too few people have ${photos} photos to calibrate templates`);
    }
    return {
      photos,
      people: new Set(templates.impostor.left.map((row) => templates.identityOf[row])).size,
      trials: templates.impostor.distance.length,
      templates: thresholdReader(templates),
      singles: thresholdReader(singles),
    };
  });
  const nearerFor = (draws: Uint16Array): number => {
    const differences = kinds.flatMap(({ photos, templates, singles }) => {
      const [ofTemplates, ofSingles] = [templates(draws), singles(draws)];
      return ofSingles.map((threshold, k) => (threshold - ofTemplates[k]) / (1 - 1 / photos));
    });
    return Math.max(0, differences.reduce((sum, value) => sum + value, 0) / differences.length);
  };
  return { nearerFor, kinds };
}

/** Returns a function that reads the thresholds of the fitted rates, for people drawn as often as given. */
function thresholdReader({ impostor, identityOf }: Trials): (draws: Uint16Array) => number[] {
  const { distance, left, right } = sortByDistance(impostor);
  const one = left.map((row) => identityOf[row]);
  const other = right.map((row) => identityOf[row]);
  return (draws) => {
    let total = 0;
    for (let k = 0; k < distance.length; k++) total += draws[one[k]] * draws[other[k]];
    let weight = 0;
    let at = 0;
    return fittedFmrs
      .toSorted((a, b) => a - b)
      .map((fmr) => {
        while (weight <= fmr * total) {
          weight += draws[one[at]] * draws[other[at]];
          at++;
        }
        return distance[at - 1];
      });
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

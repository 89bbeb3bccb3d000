/**
 * Error against share of images discarded (the error-versus-discard characteristic of ISO/IEC 29794-1): if a measure
 * of quality is useful, discarding the images that it ranks worst leaves fewer errors. The threshold stays the same,
 * so false non-matches are the errors that quality can save.
 *
 * Only images with an embedding have a quality; the others are not in these figures.
 */
import {
  defaultQualityLimits,
  judgeQuality,
  type Quality,
  type QualityLimits,
  type QualityReason,
} from "../../../src/face/quality/quality.ts";
import type { Comparisons, People } from "../comparisons.ts";
import { type Interval, percentileInterval } from "../statistics/bootstrap.ts";

export interface QualityMeasure {
  /** Name in JSON. */
  readonly name: string;
  readonly title: string;
  /** Larger is better. */
  goodness(quality: Quality): number;
  /** Factor from goodness to the measure's own numbers. */
  readonly sign: 1 | -1;
}

function measure(name: string, title: string, sign: 1 | -1, read: (quality: Quality) => number) {
  return { name, title, sign, goodness: (quality: Quality) => sign * read(quality) };
}

export const qualityMeasures: readonly QualityMeasure[] = [
  measure("eye_distance_px", "Eye distance", 1, (quality) => quality.eyeDistancePx),
  measure("sharpness", "Sharpness", 1, (quality) => quality.sharpness),
  measure("brightness_low", "Too dark", 1, (quality) => quality.brightness),
  measure("brightness_high", "Too bright", -1, (quality) => quality.brightness),
  measure("contrast", "Contrast", 1, (quality) => quality.contrast),
  measure("yaw", "Yaw", -1, (quality) => Math.abs(quality.yaw)),
  measure("pitch", "Pitch", -1, (quality) => Math.abs(quality.pitch)),
  measure("agreement", "Agreement", 1, (quality) => quality.agreement),
  measure("in_frame", "In frame", 1, (quality) => quality.inFrame),
];

/** FNMR of the remaining images, with its 95 % interval over people. */
export interface DiscardPoint {
  /** Share that was to be discarded. */
  readonly share: number;
  /** Share that was discarded: images as bad as the last one kept are kept too. */
  readonly discarded: number;
  /** Worst value kept. */
  readonly limit: number;
  readonly fnmr: number;
  readonly interval: Interval | null;
}

export interface GateEffect {
  readonly discarded: number;
  /** Share of images for each reason; an image may have several. */
  readonly byReason: Readonly<Partial<Record<QualityReason, number>>>;
  readonly before: Figure;
  readonly after: Figure;
  /** FNMR before less FNMR after. */
  readonly saved: Figure;
}

interface Figure {
  readonly value: number;
  readonly interval: Interval | null;
}

/** Errors and trials of each person among the genuine trials of the images kept. */
interface Tally {
  readonly errors: Uint32Array;
  readonly trials: Uint32Array;
}

export interface DiscardInput extends People {
  readonly genuine: Comparisons;
  /** Qualities by row; `null` where there is no embedding. */
  readonly qualities: readonly (Quality | null)[];
  readonly threshold: number;
  /** Draws of the bootstrap, by replicate: how often each person was drawn. */
  readonly draws: readonly Uint16Array[];
}

export interface ErrorVersusDiscard {
  readonly threshold: number;
  readonly measures: readonly (QualityMeasure & { readonly points: readonly DiscardPoint[] })[];
  /** Effect of the limits in use, together. */
  readonly gate: GateEffect;
}

/** Shares from nothing to a tenth. */
const shares = Array.from({ length: 21 }, (_, k) => k / 200);

export function errorVersusDiscard(input: DiscardInput): ErrorVersusDiscard {
  return {
    threshold: input.threshold,
    measures: qualityMeasures.map((one) => ({ ...one, points: discardCurve(input, one, shares) })),
    gate: gateEffect(input),
  };
}

/** Returns one point for each share, for one measure. */
export function discardCurve(
  input: DiscardInput,
  { goodness, sign }: QualityMeasure,
  shares: readonly number[],
): DiscardPoint[] {
  const scores = input.qualities.map((quality) => (quality === null ? null : worstIfNaN(goodness(quality))));
  const ascending = scores.filter((score) => score !== null).sort((a, b) => a - b);
  return shares.map((share) => {
    // Rounding errors in the sum of a share must not cost an image.
    const worst = Math.floor(share * ascending.length + 1e-9);
    const least = ascending[Math.min(worst, ascending.length - 1)];
    const kept = scores.map((score) => score !== null && score >= least);
    const fnmr = rate(input, tally(input, kept));
    return {
      share,
      discarded: 1 - kept.filter(Boolean).length / ascending.length,
      limit: sign * least,
      fnmr: fnmr.value,
      interval: fnmr.interval,
    };
  });
}

/** Measures the effect of refusing every image beyond a limit. */
export function gateEffect(input: DiscardInput, limits: QualityLimits = defaultQualityLimits): GateEffect {
  const reasons = input.qualities.map((quality) => quality && judgeQuality(quality, limits));
  const all = reasons.filter((list) => list !== null);
  const counts: Partial<Record<QualityReason, number>> = {};
  for (const reason of all.flat()) counts[reason] = (counts[reason] ?? 0) + 1;
  const before = tally(
    input,
    reasons.map((list) => list !== null),
  );
  const after = tally(
    input,
    reasons.map((list) => list !== null && list.length === 0),
  );
  return {
    discarded: all.filter((list) => list.length > 0).length / all.length,
    byReason: Object.fromEntries(
      Object.entries(counts).map(([reason, count]) => [reason, count / all.length]),
    ),
    before: rate(input, before),
    after: rate(input, after),
    saved: estimate(input, (draws) => rateOf(before, draws) - rateOf(after, draws)),
  };
}

function worstIfNaN(score: number): number {
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}

function tally({ genuine, identityOf, identityCount, threshold }: DiscardInput, kept: boolean[]): Tally {
  const errors = new Uint32Array(identityCount);
  const trials = new Uint32Array(identityCount);
  const { distance, left, right } = genuine;
  for (let k = 0; k < distance.length; k++) {
    if (!kept[left[k]] || !kept[right[k]]) continue;
    const person = identityOf[left[k]];
    trials[person]++;
    if (distance[k] > threshold) errors[person]++;
  }
  return { errors, trials };
}

function rate(input: DiscardInput, counts: Tally): Figure {
  return estimate(input, (draws) => rateOf(counts, draws));
}

function estimate({ draws, identityCount }: DiscardInput, figure: (draws: Uint16Array) => number): Figure {
  return {
    value: figure(new Uint16Array(identityCount).fill(1)),
    interval: percentileInterval(draws.map(figure)),
  };
}

/** NaN when no trial is left. */
function rateOf({ errors, trials }: Tally, draws: Uint16Array): number {
  let wrong = 0;
  let all = 0;
  for (let person = 0; person < draws.length; person++) {
    wrong += draws[person] * errors[person];
    all += draws[person] * trials[person];
  }
  return wrong / all;
}

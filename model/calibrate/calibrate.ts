/**
 * Fits thresholds by false match rate for one encoder to an all-against-all comparison of labelled photos, with
 * intervals from a bootstrap over people.
 */
import type { DistanceHistograms, FmrKnot } from "../../src/face/decision/calibration.ts";
import type { Trials } from "../evaluate/comparisons.ts";
import { type Interval, percentileInterval, resampleIdentities } from "../evaluate/statistics/bootstrap.ts";
import { lowestSupportedRate } from "../evaluate/statistics/metrics.ts";
import { countDistances } from "./distances.ts";
import { createFmrModel } from "./fmr-model.ts";

/** False match rates of the table's knots: eight a decade from 1e-7 to 0.1, then up to a half. */
const knotFmrs = [...Array.from({ length: 49 }, (_, k) => 10 ** (-7 + k / 8)), 0.15, 0.2, 0.3, 0.4, 0.5];
const thresholdFmrs = ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6"] as const;

export interface ThresholdEntry {
  readonly distance: number;
  /** 95 % interval of the threshold. */
  readonly low: number;
  readonly high: number;
  /** True below `measuredDownTo`, where the fit goes beyond the data. The service refuses such rates. */
  readonly extrapolated: boolean;
}

/** The entry for the manifest, but for the data set's name and the model's hash. */
export interface CalibrationFit {
  readonly genuinePairs: number;
  readonly impostorPairs: number;
  readonly people: number;
  /** Number of impostor trials that would be as informative if no two of them shared a person. */
  readonly effectiveImpostorPairs: number;
  readonly measuredDownTo: number;
  readonly tail: { readonly start: number; readonly shape: number; readonly scale: number };
  readonly thresholds: Readonly<Record<string, ThresholdEntry>>;
  readonly fmrTable: readonly FmrKnot[];
  readonly distances: DistanceHistograms;
}

export function calibrate(
  trials: Trials,
  { replicates, seed }: { replicates: number; seed: number },
): CalibrationFit {
  const model = createFmrModel(trials);
  const trialCount = trials.impostor.distance.length;
  // Distances are rounded down: a threshold must not let in more than its rate.
  const knots = knotFmrs.map((fmr) => Math.floor(model.distanceAt(fmr) * 1e5) / 1e5);
  const fitted: Float64Array[] = [];
  const counted: Float64Array[] = [];
  for (const draws of resampleIdentities(trials.identityCount, replicates, seed)) {
    const sample = model.resampled(knots, draws);
    fitted.push(sample.fitted);
    counted.push(sample.counted);
  }
  const effectiveImpostorPairs = effectiveTrials(counted, knotFmrs, trialCount);
  const measuredDownTo = roundUp(lowestSupportedRate(effectiveImpostorPairs));
  return {
    genuinePairs: trials.genuine.distance.length,
    impostorPairs: trialCount,
    people: trials.identityCount,
    effectiveImpostorPairs,
    measuredDownTo,
    tail: {
      start: rounded(model.tailStart),
      shape: rounded(model.tail.shape),
      scale: rounded(model.tail.scale),
    },
    thresholds: Object.fromEntries(
      thresholdFmrs.map((name) => {
        const fmr = Number(name);
        const distance = knots[knotFmrs.findIndex((knot) => Math.abs(knot / fmr - 1) < 1e-9)];
        const interval = percentileInterval(fitted.map((rates) => distanceOf(fmr, knots, rates)));
        const [low, high] = interval ?? [Number.NaN, Number.NaN];
        return [
          name,
          { distance, low: rounded(low), high: rounded(high), extrapolated: fmr < measuredDownTo },
        ];
      }),
    ),
    fmrTable: knots.map((distance, k): FmrKnot => {
      const [low, high] = percentileInterval(fitted.map((rates) => rates[k])) as Interval;
      return [distance, significant(knotFmrs[k]), significant(low), significant(high)];
    }),
    distances: countDistances(trials),
  };
}

/**
 * Estimates the effective number of trials from the spread of the counted FMR over resamples: n = p (1 - p) /
 * variance, at the lowest FMR with a hundred trials. Trials that share a person agree with each other, so it is below
 * their number.
 */
function effectiveTrials(
  counted: readonly Float64Array[],
  fmrs: readonly number[],
  trialCount: number,
): number {
  const knot = fmrs.findIndex((fmr) => fmr * trialCount >= 100);
  const rates = counted.map((sample) => sample[knot]);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1);
  return Math.min(trialCount, Math.round((mean * (1 - mean)) / variance));
}

/** Returns the distance with this FMR in a resample's table, log-linear between knots as the service reads it. */
function distanceOf(fmr: number, knots: readonly number[], rates: Float64Array): number {
  const above = rates.findIndex((rate) => rate >= fmr);
  if (above <= 0) return Number.NaN;
  const lower = rates[above - 1];
  const share = lower === 0 ? 1 : Math.log(fmr / lower) / Math.log(rates[above] / lower);
  return knots[above - 1] + share * (knots[above] - knots[above - 1]);
}

function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}

/** Rounds up to two significant digits. */
function roundUp(rate: number): number {
  const unit = 10 ** (Math.floor(Math.log10(rate)) - 1);
  return Number((Math.ceil(rate / unit - 1e-9) * unit).toPrecision(2));
}

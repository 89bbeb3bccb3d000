/** Judges a fit on faces: the refused ones, and the strangers that match among the others. */
import { type Calibration, thresholdAt } from "../../../src/face/decision/calibration.ts";
import { isRecognisable, recognisabilityOf, toleranceOf } from "../../../src/face/quality/recognisability.ts";
import type { RecognisabilityModel } from "../../../src/face/quality/recognisability-model.ts";
import { dot } from "./centroids.ts";
import type { Sample } from "./samples.ts";

/** A face and how recognisable a fit that has not seen its kind finds it. */
export interface JudgedFace {
  readonly sample: Sample;
  readonly recognisability: number;
  readonly kept: boolean;
}

/** @param unbiased stands in for the fit where it was made from the sample's own person */
export function judgeFaces(
  model: RecognisabilityModel,
  samples: readonly Sample[],
  unbiased = (fit: RecognisabilityModel, _sample: Sample) => fit,
): JudgedFace[] {
  return samples.map((sample) => {
    const recognisability = recognisabilityOf(unbiased(model, sample), {
      ...sample,
      embedding: { model: "", values: sample.embedding },
    });
    return { sample, recognisability, kept: isRecognisable(model, recognisability) };
  });
}

/** Number of pairs within a threshold, and of all. */
export interface Count {
  within: number;
  of: number;
}

export interface PairCounts {
  /** All pairs, at the threshold as it is. */
  readonly before: Count;
  /** Pairs of which neither face is refused, each at its own threshold. */
  readonly after: Count;
}

export interface Pair {
  readonly a: JudgedFace;
  readonly b: JudgedFace;
  readonly distance: number;
}

/** Yields each unordered pair of two people's faces. */
export function* strangersAmong(faces: readonly JudgedFace[]): Generator<Pair> {
  for (const [k, a] of faces.entries()) {
    for (let j = 0; j < k; j++) {
      const b = faces[j];
      if (a.sample.person !== b.sample.person) yield pairOf(a, b);
    }
  }
}

/** Pairs each of some with each of others, of two people or of one: never a photo with itself. */
export function* pairsBetween(
  some: readonly JudgedFace[],
  others: readonly JudgedFace[],
  { genuine }: { readonly genuine: boolean },
): Generator<Pair> {
  for (const a of some) {
    for (const b of others) {
      const same = a.sample.person === b.sample.person;
      if (same === genuine && a.sample.row !== b.sample.row) yield pairOf(a, b);
    }
  }
}

/** @param closer the distance by which a pair needs to come closer */
export function countPairs(
  pairs: Iterable<Pair>,
  threshold: number,
  closer: (pair: Pair) => number,
): PairCounts {
  const before = { within: 0, of: 0 };
  const after = { within: 0, of: 0 };
  for (const pair of pairs) {
    before.of++;
    if (pair.distance <= threshold) before.within++;
    if (!pair.a.kept || !pair.b.kept) continue;
    after.of++;
    // A pair beyond the ordinary threshold is beyond any lower one.
    if (pair.distance <= threshold && pair.distance <= threshold - closer(pair)) after.within++;
  }
  return { before, after };
}

export function closerBy(model: RecognisabilityModel): (pair: Pair) => number {
  const side = ({ sample, recognisability }: JudgedFace) => ({
    embedding: { model: "", values: sample.embedding },
    recognisability,
  });
  return ({ a, b }) => toleranceOf(model, side(a), side(b));
}

export function requireThreshold(calibration: Calibration, maxFmr: number): number {
  const threshold = thresholdAt(calibration, maxFmr);
  if (!threshold.ok) throw new Error(`the encoder is not calibrated for FMR ${maxFmr}`);
  return threshold.value;
}

function pairOf(a: JudgedFace, b: JudgedFace): Pair {
  const cosine = dot(a.sample.embedding, b.sample.embedding);
  return { a, b, distance: Math.sqrt(Math.max(0, 2 - 2 * cosine)) };
}

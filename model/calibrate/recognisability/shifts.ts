/**
 * Fits the directions along which a warp of photos moves all faces alike, and by how much two faces that are shifted
 * alike must come closer.
 *
 * A warp that leaves faces readable moves all of their embeddings by one shift, so that strangers under it match. The
 * shifts of many random warps lie along few directions, and those of warps that none of them is like lie along the same.
 * With K the covariance of ordinary embeddings about their mean and W the second moments of the shifts, what a pair a, b
 * adds to the log-likelihood by K + sW instead of K because it is a pair, and not by what each of both is, is
 *
 *   a' (K^-1 - (K + sW)^-1) b,
 *
 * a form of which the largest eigenvalues are kept.
 */
import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import type { Calibration } from "../../../src/face/decision/calibration.ts";
import { sharedShiftOf, shiftsOf } from "../../../src/face/quality/recognisability.ts";
import type {
  RecognisabilityEntry,
  ShiftKnot,
  Shifts,
} from "../../../src/face/quality/recognisability-model.ts";
import { dot } from "./centroids.ts";
import { shareWithin } from "./corners.ts";
import { decodeVector, encodeVector, join, rounded } from "./fit.ts";
import { type Pair, requireThreshold } from "./judge.ts";
import { secondMoments } from "./moments.ts";
import type { Sample } from "./samples.ts";

const directionCount = 48;
/** Added to the covariance of ordinary embeddings, so that what hardly varies in them does not decide alone. */
const ridge = 0.01;
/** Factor of the shifts' moments: s. */
const strength = 4;
/** Fewest faces of a warp for their mean to count. */
const fewestFaces = 8;

/** Rates at which pairs of one person must not be lost, and the share of those within the threshold that may be. */
const rates = [1e-3, 1e-4, 1e-5];
const lostShare = 5e-4;
/** Added to the first knot: other people's pairs are shifted alike farther than those of the list. */
const margin = 0.2;
/** Rate at which strangers under one warp are looked at, and the share of their pairs from which its shift counts. */
const looseRate = 1e-3;
const leastShare = 0.03;
/** Distance asked for a unit of shared shift beyond the first knot, and the most that is asked. */
const perUnit = 0.045;
const most = 0.6;
const parts = 5;

/**
 * Directions that were found without a person's photos tell how far that person's pairs are shifted alike, and the
 * knots follow these.
 *
 * @param ordinary photos as they are
 * @param worsened faces of many warps and programs, each a kind and level of its own
 * @param genuine pairs of one person's ordinary photos
 * @param closer the distance that a pair is asked for already
 */
export function fitShifts(
  ordinary: readonly Sample[],
  worsened: readonly Sample[],
  genuine: readonly Pair[],
  calibration: Calibration,
  closer: (pair: Pair) => number,
): RecognisabilityEntry["shifts"] {
  const warped = thoseAlike(worsened, requireThreshold(calibration, looseRate));
  const found = findShifts(ordinary, warped);
  const partOf = ({ person }: Sample) => ((person % parts) + parts) % parts;
  const judged = Array.from({ length: parts }, (_, part) => {
    const others = findShifts(
      ordinary.filter((sample) => partOf(sample) !== part),
      warped.filter((sample) => partOf(sample) !== part),
    );
    return genuine
      .filter(({ a }) => partOf(a.sample) === part)
      .map((pair) => ({
        distance: pair.distance + closer(pair),
        shift: sharedShiftOf(
          others,
          shiftsOf(others, pair.a.sample.embedding),
          shiftsOf(others, pair.b.sample.embedding),
        ),
      }));
  }).flat();
  return {
    means: found.means.map(rounded),
    weights: [...found.weights],
    knots: knotsFor(
      judged,
      rates.map((rate) => requireThreshold(calibration, rate)),
    ),
    codes: join(found.directions.map(encodeVector)),
  };
}

/**
 * Returns the faces of those warps under which strangers come within a threshold. What moves faces little would take
 * strength from the directions in which it matters.
 */
export function thoseAlike(worsened: readonly Sample[], threshold: number): Sample[] {
  return byLevel(worsened)
    .filter((faces) => shareWithin(faces, threshold) >= leastShare)
    .flat();
}

/** Finds the directions, as the codes of the manifest will hold them, and their weights, the largest first. */
export function findShifts(ordinary: readonly Sample[], warped: readonly Sample[]): Shifts {
  const centre = meanOf(ordinary);
  const lessCentre = (values: ArrayLike<number>) =>
    Float64Array.from(values, (value, i) => value - centre[i]);
  const shifts = byLevel(warped).map((faces) => lessCentre(meanOf(faces)));
  const covariance = Matrix.add(
    secondMoments(ordinary.map(({ embedding }) => lessCentre(embedding))),
    Matrix.eye(centre.length, centre.length, ridge),
  );
  const widened = Matrix.add(covariance, Matrix.mul(secondMoments(shifts), strength));
  const form = Matrix.sub(inverse(covariance), inverse(widened));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(form, { assumeSymmetric: true });
  const largest = realEigenvalues
    .map((value, column) => ({ value, column }))
    .sort((a, b) => b.value - a.value)
    .slice(0, directionCount);
  const directions = largest.map(({ column }) =>
    decodeVector(encodeVector(Float32Array.from(eigenvectorMatrix.getColumn(column)))),
  );
  return {
    directions,
    means: directions.map((direction) => dot(direction, Float32Array.from(centre))),
    weights: largest.map(({ value }) => rounded(value)),
    knots: [[0, 0]],
  };
}

/**
 * Returns knots of which the first lies about as low as the pairs of one person allow at each threshold.
 *
 * @param pairs their distances with all that they are asked for already
 */
export function knotsFor(
  pairs: readonly { readonly distance: number; readonly shift: number }[],
  thresholds: readonly number[],
): ShiftKnot[] {
  const first = Math.max(
    ...thresholds.map((threshold) => {
      // The pair is lost where the first knot lies lower than this.
      const lost = pairs
        .filter(({ distance }) => distance <= threshold)
        .map(({ distance, shift }) => shift - (threshold - distance) / perUnit)
        .sort((a, b) => b - a);
      return lost[Math.floor(lostShare * lost.length)] ?? 0;
    }),
  );
  const from = first + margin;
  return [
    [rounded(from), 0],
    [rounded(from + most / perUnit), most],
  ];
}

/** Groups faces by what was done to their photos, and leaves a handful alone. */
function byLevel(faces: readonly Sample[]): Sample[][] {
  const levels = Map.groupBy(faces, ({ kind, level }) => `${kind} ${level}`);
  return [...levels.values()].filter(({ length }) => length >= fewestFaces);
}

function meanOf(samples: readonly Sample[]): Float64Array {
  const sum = new Float64Array(samples[0].embedding.length);
  for (const { embedding } of samples) {
    for (let i = 0; i < sum.length; i++) sum[i] += embedding[i] / samples.length;
  }
  return sum;
}

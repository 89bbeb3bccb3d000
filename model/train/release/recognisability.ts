/**
 * Carries recognisability over to a trained model: corners of the space move with the head, and so do the directions in
 * which warps move faces, and each piece of evidence is brought back to where ordinary faces have it, by its mean and
 * spread on the training photos. Faces made worse are not looked at again;
 * `model/calibrate/recognisability/main.ts` does that.
 */
import {
  likeness,
  sharedShiftOf,
  shiftsOf,
  strangenessOf,
} from "../../../src/face/quality/recognisability.ts";
import {
  parseRecognisability,
  type RecognisabilityEntry,
  type RecognisabilityModel,
  type Shifts,
} from "../../../src/face/quality/recognisability-model.ts";
import { dot } from "../../calibrate/recognisability/centroids.ts";
import { decodeVector, encodeVector, join } from "../../calibrate/recognisability/fit.ts";
import { findRareDirections } from "../../calibrate/recognisability/rare-directions.ts";
import { applyHead, type Head, normsBehind } from "../head.ts";

/** @param embeddings of the trunk, of ordinary photos; more than an embedding has numbers */
export function carryRecognisability(
  base: RecognisabilityEntry,
  embeddings: readonly Float32Array[],
  head: Head,
): RecognisabilityEntry {
  const encoder = { networks: base.weights.norms.length, embeddingLength: embeddings[0].length };
  const before = parseRecognisability({ recognisability: base }, encoder);
  const lifted = embeddings.map((embedding) => applyHead(head, embedding));
  const rare = findRareDirections(lifted);
  const moved: RecognisabilityEntry = {
    ...base,
    shifts: carryShifts(before.shifts, embeddings, lifted, head),
    dataset: `${base.dataset}, carried over to a trained model`,
    centroids: {
      count: before.centroids.length,
      codes: join(before.centroids.map((centroid) => encodeVector(applyHead(head, centroid)))),
    },
    rareDirections: { weights: [...rare.weights], codes: join(rare.directions.map(encodeVector)) },
  };
  const after = parseRecognisability({ recognisability: moved }, encoder);
  const factors = embeddings.map((embedding) => normsBehind(head, embedding).map(Math.log));
  const norms = base.weights.norms.reduce((sum, weight, k) => {
    return sum + weight * mean(factors.map((of) => of[k]));
  }, 0);
  const similarity = [spreadOf(before, embeddings, ofLikeness), spreadOf(after, lifted, ofLikeness)] as const;
  const strangeness = [
    spreadOf(before, embeddings, ofStrangeness),
    spreadOf(after, lifted, ofStrangeness),
  ] as const;
  const bring = <W extends { bias: number; similarity: number; strangeness: number }>(weights: W): W => {
    const one = brought(weights.similarity, similarity);
    const other = brought(weights.strangeness, strangeness);
    const bias = weights.bias + one.bias + other.bias;
    return { ...weights, bias, similarity: one.weight, strangeness: other.weight };
  };
  const weights = bring(base.weights);
  return {
    ...moved,
    weights: { ...weights, bias: weights.bias - norms },
    embeddingAlone: bring(base.embeddingAlone),
  };
}

/** Scales the weights so that, on average, a face is shifted like itself by as much as before. */
function carryShifts(
  before: Shifts,
  embeddings: readonly Float32Array[],
  lifted: readonly Float32Array[],
  head: Head,
): RecognisabilityEntry["shifts"] {
  const codes = before.directions.map((direction) => encodeVector(applyHead(head, direction)));
  const directions = codes.map(decodeVector);
  const means = directions.map((direction) => mean(lifted.map((values) => dot(direction, values))));
  const ownShift = (shifts: Shifts, of: readonly Float32Array[]) =>
    mean(
      of.map((values) => {
        const along = shiftsOf(shifts, values);
        return sharedShiftOf(shifts, along, along);
      }),
    );
  const factor = ownShift(before, embeddings) / ownShift({ ...before, directions, means }, lifted);
  return {
    means,
    weights: before.weights.map((weight) => factor * weight),
    knots: [...before.knots],
    codes: join(codes),
  };
}

interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

type Measure = (model: RecognisabilityModel, values: Float32Array) => number;
const ofLikeness: Measure = ({ centroids }, values) => likeness(centroids, values);
const ofStrangeness: Measure = (model, values) => Math.log(Math.max(1, strangenessOf(model, values)));

function spreadOf(
  model: RecognisabilityModel,
  embeddings: readonly Float32Array[],
  measure: Measure,
): Spread {
  const values = embeddings.map((embedding) => measure(model, embedding));
  const middle = mean(values);
  return { mean: middle, deviation: Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) };
}

/** w (x - m) / s = w' (x' - m') / s', where both stand for the same. */
function brought(
  weight: number,
  [before, after]: readonly [Spread, Spread],
): { weight: number; bias: number } {
  const scaled = (weight * before.deviation) / after.deviation;
  return { weight: scaled, bias: weight * before.mean - scaled * after.mean };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

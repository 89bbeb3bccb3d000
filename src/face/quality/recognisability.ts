/**
 * Probability, 0..1, that a face's embedding still tells whose it is, from measures that the pipeline has computed anyway.
 *
 * Faces that an encoder cannot read (upside down, mosaicked, drawn, under noise) do not scatter over the space: their
 * embeddings fall into a few corners of it, so that strangers photographed alike come close to each other (Deng et al.,
 * "Harnessing Unrecognizable Faces for Improving Face Recognition", WACV 2023). Likeness to the middles of those corners,
 * much of the embedding along directions in which those of ordinary photos hardly reach, short outputs of the networks
 * before scaling, and a detector and a landmark network in doubt tell them.
 *
 * Two things follow. A face below the limit is never compared. Of two faces above it, the less they are recognisable,
 * the closer they need to come: `toleranceOf` says by how much.
 */
import type { Embedding } from "../embedding.ts";
import type { RecognisabilityModel } from "./recognisability-model.ts";

/** Evidence from a face's photo. */
export interface Evidence {
  readonly embedding: Embedding;
  /** Length of each network's output before scaling, in the networks' order. */
  readonly norms: readonly number[];
  /** The detector's score, 0..1. */
  readonly detection: number;
  /** The landmark network's belief that this is a face at its first and its last look, 0..1. */
  readonly beliefs: readonly [first: number, last: number];
  /** Agreement of both on where eyes and nose are, up to 1. */
  readonly agreement: number;
}

const surest = 1e-6;

/** Returns 0..1; NaN for evidence that is not finite, which no limit admits. */
export function recognisabilityOf(model: RecognisabilityModel, evidence: Evidence): number {
  const { weights } = model;
  const { norms, beliefs } = evidence;
  if (norms.length !== weights.norms.length) return Number.NaN;
  let odds = oddsOfEmbedding(model, weights, evidence.embedding);
  norms.forEach((norm, k) => {
    odds += weights.norms[k] * Math.log(norm);
  });
  odds += weights.detection * logit(evidence.detection);
  beliefs.forEach((belief, k) => {
    odds += weights.beliefs[k] * logit(belief);
  });
  return logistic(odds + weights.agreement * evidence.agreement);
}

/** Returns the recognisability by the embedding alone, for a photo that was not seen or is not remembered: less sure. */
export function recognisabilityOfEmbedding(model: RecognisabilityModel, embedding: Embedding): number {
  return logistic(oddsOfEmbedding(model, model.embeddingAlone, embedding));
}

/** True when a face may be compared at all; NaN may not. */
export function isRecognisable({ limit }: RecognisabilityModel, recognisability: number): boolean {
  return recognisability >= limit;
}

/** One side of a comparison. `recognisability` is undefined where the embedding's photo was not seen. */
export interface Side {
  readonly embedding: Embedding;
  readonly recognisability: number | undefined;
}

/** Returns the recognisability measured from the photo or, where that is not known, the one by the embedding alone. */
export function recognisabilityOfSide(
  model: RecognisabilityModel,
  { embedding, recognisability }: Side,
): number {
  return recognisability ?? recognisabilityOfEmbedding(model, embedding);
}

/**
 * Distance by which two faces need to come closer than the calibration's threshold, by the better one: one poor face alone
 * does no harm, since its strangers among ordinary faces are fewer than promised. 0 where that one is of an ordinary photo.
 * A side whose photo is not known is judged by its embedding alone.
 */
export function toleranceOf(model: RecognisabilityModel, a: Side, b: Side): number {
  const { tolerance } = model;
  const pair = Math.max(recognisabilityOfSide(model, a), recognisabilityOfSide(model, b));
  if (Number.isNaN(pair)) throw new RangeError("a face of unknown recognisability is never compared");
  const above = tolerance.findIndex(([knot]) => knot >= pair);
  // Beyond the last knot nothing is asked for.
  if (above === -1) return 0;
  if (above === 0) return tolerance[0][1];
  const [lower, more] = tolerance[above - 1];
  const [higher, less] = tolerance[above];
  return more + ((pair - lower) / (higher - lower)) * (less - more);
}

/** Returns what `toleranceOf` asks of each face compared with this probe; undefined where it asks nothing of any. */
export function tolerancesFor(
  model: RecognisabilityModel,
  probe: Side,
): ((other: Side) => number) | undefined {
  return toleranceOf(model, probe, probe) === 0 ? undefined : (other) => toleranceOf(model, probe, other);
}

function oddsOfEmbedding(
  model: RecognisabilityModel,
  { bias, similarity, strangeness }: RecognisabilityModel["embeddingAlone"],
  { values }: Embedding,
): number {
  return (
    bias +
    similarity * likeness(model.centroids, values) +
    strangeness * Math.log(Math.max(1, strangenessOf(model, values)))
  );
}

/** The weighted sum of squares along rare directions: about their number for an ordinary photo. */
export function strangenessOf(
  { rareDirections, rareWeights }: Pick<RecognisabilityModel, "rareDirections" | "rareWeights">,
  values: Float32Array,
): number {
  return rareDirections.reduce(
    (sum, direction, k) => sum + rareWeights[k] * cosine(direction, values) ** 2,
    0,
  );
}

/** The largest cosine to a centroid, -1..1. */
export function likeness(centroids: readonly Float32Array[], values: Float32Array): number {
  let largest = -1;
  for (const centroid of centroids) {
    const similarity = cosine(centroid, values);
    // Written so that NaN stays.
    if (!(similarity <= largest)) largest = similarity;
  }
  return largest;
}

/** Returns the cosine of two unit vectors; NaN for vectors of two lengths. */
function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Log-odds; probabilities nearer to 0 or 1 than a millionth say no more. */
export function logit(probability: number): number {
  const p = Math.min(1 - surest, Math.max(surest, probability));
  return Math.log(p / (1 - p));
}

function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

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
 * the closer they need to come, and likewise the more both lean towards the same corner, or are shifted alike as by one
 * warp of their photos: `toleranceOf` says by how much.
 */
import type { Embedding } from "../embedding.ts";
import type { RecognisabilityModel, Shifts } from "./recognisability-model.ts";

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

/** Share of the crop inside the photo from which a face is as recognisable as its evidence says. */
const wholeShare = 0.8;
/** Distance that two faces without any of their crop inside the photo would need to come closer by. */
const closerOfCut = 0.47;

/**
 * Returns the recognisability of a face of which a share of the crop, 0..1, lies inside the photo; NaN where either is not
 * known. Faces that the frame cuts alike share its black border: strangers cut alike match up to ten times as often as
 * promised, though each face is well seen. Such a face counts as one that needs to come closer by as much as the share asks,
 * in a straight line from nothing at 0.8.
 */
export function recognisabilityInFrame(
  { tolerance }: Pick<RecognisabilityModel, "tolerance">,
  recognisability: number,
  inFrame: number,
): number {
  const closer = closerOfCut * Math.max(0, 1 - inFrame / wholeShare);
  if (Number.isNaN(closer)) return Number.NaN;
  // Distances fall to 0 as recognisability rises, so the last knot that asks for as much begins the line that is meant.
  const at = tolerance.findLastIndex(([, asked]) => asked >= closer);
  if (at === tolerance.length - 1) return recognisability;
  if (at === -1) return Math.min(recognisability, tolerance[0][0]);
  const [[lower, from], [higher, to]] = [tolerance[at], tolerance[at + 1]];
  return Math.min(recognisability, lower + ((from - closer) / (from - to)) * (higher - lower));
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
 * Distance by which two faces need to come closer than the calibration's threshold: the largest of what their
 * recognisability, their leaning and their shared shift ask. 0 for most pairs of ordinary photos.
 *
 * By recognisability it is the better one that decides: one poor face alone does no harm, since its strangers among
 * ordinary faces are fewer than promised. A side whose photo is not known is judged by its embedding alone.
 */
export function toleranceOf(model: RecognisabilityModel, a: Side, b: Side): number {
  return tolerancesFor(model, a)(b);
}

/** Returns what `toleranceOf` asks of each face compared with this probe. */
export function tolerancesFor(model: RecognisabilityModel, probe: Side): (other: Side) => number {
  const own = placeOf(model, probe);
  return (other) => toleranceBetween(model, own, placeOf(model, other));
}

/** Measures of a side that all its comparisons share. */
export function placeOf(model: RecognisabilityModel, side: Side): Place {
  return {
    recognisability: recognisabilityOfSide(model, side),
    positions: positionsOf(model, side.embedding.values),
    shifts: shiftsOf(model.shifts, side.embedding.values),
  };
}

/** All of a side that its comparisons go by. */
export interface Place {
  readonly recognisability: number;
  readonly positions: readonly number[];
  readonly shifts: readonly number[];
}

/** Cosines to the centroids, in standard deviations from what ordinary embeddings have. */
export function positionsOf({ centroids, leaning }: RecognisabilityModel, values: Float32Array): number[] {
  return centroids.map((centroid, k) => (cosine(centroid, values) - leaning.means[k]) / leaning.spreads[k]);
}

/**
 * How far both faces lean towards the same corner: the largest, over the corners, of the lesser one's position, less
 * what the better face's recognisability makes up for. Strangers whose photos were made worse alike share that
 * corner; two photos of one person share the person instead.
 */
export function leaningOf(
  { leaning: { perOdds, mostOdds } }: RecognisabilityModel,
  a: readonly number[],
  b: readonly number[],
  better: number,
): number {
  const shared = a.reduce((most, position, k) => Math.max(most, Math.min(position, b[k])), -Infinity);
  return shared - perOdds * Math.min(mostOdds, logit(better));
}

/** An embedding along each direction of the shifts, less the mean of ordinary ones. */
export function shiftsOf({ directions, means }: Shifts, values: Float32Array): number[] {
  return directions.map((direction, k) => cosine(direction, values) - means[k]);
}

/**
 * How much one warp that moved both faces alike would explain: the weighted sum of their products along the directions
 * in which warps move faces. Its unit is that of a log-likelihood ratio, by which the directions and weights were found.
 */
export function sharedShiftOf({ weights }: Shifts, a: readonly number[], b: readonly number[]): number {
  return weights.reduce((sum, weight, k) => sum + weight * a[k] * b[k], 0);
}

/** Returns what `toleranceOf` asks of the sides of these places. */
export function toleranceBetween(model: RecognisabilityModel, a: Place, b: Place): number {
  const better = Math.max(a.recognisability, b.recognisability);
  if (Number.isNaN(better)) throw new RangeError("a face of unknown recognisability is never compared");
  return Math.max(
    interpolate(model.tolerance, better),
    interpolate(model.leaning.knots, leaningOf(model, a.positions, b.positions, better)),
    interpolate(model.shifts.knots, sharedShiftOf(model.shifts, a.shifts, b.shifts)),
  );
}

/** Reads straight lines between knots; beyond the ends, the first or the last value. */
function interpolate(knots: readonly (readonly [at: number, value: number])[], at: number): number {
  const above = knots.findIndex(([knot]) => knot >= at);
  if (above === -1) return knots[knots.length - 1][1];
  if (above === 0) return knots[0][1];
  const [lower, from] = knots[above - 1];
  const [higher, to] = knots[above];
  return from + ((at - lower) / (higher - lower)) * (to - from);
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

/** Returns the cosine of two unit vectors; NaN for vectors of two lengths. Four sums do not wait for each other. */
function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  const whole = a.length - (a.length % 4);
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    first += a[i] * b[i];
    second += a[i + 1] * b[i + 1];
    third += a[i + 2] * b[i + 2];
    fourth += a[i + 3] * b[i + 3];
  }
  for (let i = whole; i < a.length; i++) first += a[i] * b[i];
  return first + second + (third + fourth);
}

/** Log-odds; probabilities nearer to 0 or 1 than a millionth say no more. */
export function logit(probability: number): number {
  const p = Math.min(1 - surest, Math.max(surest, probability));
  return Math.log(p / (1 - p));
}

function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

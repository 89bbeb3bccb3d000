/**
 * Parameters of recognisability, which the manifest has beside the thresholds; model/calibrate/recognisability fits
 * them.
 */
import * as z from "zod";
import { decodeBase64 } from "../../crypto/base64.ts";

/** Log-odds of a face being recognisable: `bias` and a term for each piece of evidence. */
export interface Weights {
  readonly bias: number;
  /** Factor of the largest cosine to a centroid. */
  readonly similarity: number;
  /** Factor of the natural logarithm of the embedding's strangeness. */
  readonly strangeness: number;
  /** Factor of the natural logarithm of each network's norm. */
  readonly norms: readonly number[];
  /** Factor of the logit of the detector's score. */
  readonly detection: number;
  /** Factors of the logit of the landmark network's belief, at its first look and its last. */
  readonly beliefs: readonly [first: number, last: number];
  readonly agreement: number;
}

/** Distance by which two faces must come closer when the better one is as recognisable as this. */
export type ToleranceKnot = readonly [recognisability: number, closer: number];

/** Distance by which two faces must come closer when they lean towards one corner by this much. */
export type LeaningKnot = readonly [leaning: number, closer: number];

/** Weights of `leaningOf`: it says how far both faces lean towards one corner, less what speaks for the better face. */
export interface Leaning {
  /** Mean cosine of ordinary embeddings to each centroid. */
  readonly means: readonly number[];
  /** Standard deviation of that cosine. */
  readonly spreads: readonly number[];
  /** Standard deviations that a unit of the better face's log-odds makes up for. */
  readonly perOdds: number;
  /** Log-odds beyond this make up for no more. */
  readonly mostOdds: number;
  /** Knots of rising leaning, whose distances rise from 0; straight lines lie between them. */
  readonly knots: readonly LeaningKnot[];
}

/** Distance by which two faces must come closer when both are shifted alike by this much. */
export type ShiftKnot = readonly [shift: number, closer: number];

/** Directions along which one warp of the photos moves all faces alike; `sharedShiftOf` tells by them. */
export interface Shifts {
  /** Unit vectors. */
  readonly directions: readonly Float32Array[];
  /** Mean of ordinary embeddings along each direction. */
  readonly means: readonly number[];
  /** Factor of the product of both faces along each direction. */
  readonly weights: readonly number[];
  /** Knots of rising shift, whose distances rise from 0; straight lines lie between them. */
  readonly knots: readonly ShiftKnot[];
}

export interface RecognisabilityModel {
  /** Unit vectors: middles of the corners into which embeddings of faces made worse alike fall. */
  readonly centroids: readonly Float32Array[];
  readonly leaning: Leaning;
  readonly shifts: Shifts;
  /** Unit vectors along which embeddings of ordinary photos hardly reach: fewer than an embedding has numbers. */
  readonly rareDirections: readonly Float32Array[];
  /** Weight of each rare direction: one over the mean square of ordinary embeddings along it. */
  readonly rareWeights: readonly number[];
  readonly weights: Weights;
  /** Weights for an embedding whose photo is not known. */
  readonly embeddingAlone: Pick<Weights, "bias" | "similarity" | "strangeness">;
  /** A face is compared only at this recognisability or above it, 0..1. */
  readonly limit: number;
  /** Knots of rising recognisability, whose distances fall to 0; straight lines lie between them. */
  readonly tolerance: readonly ToleranceKnot[];
}

const finite = z.number();
const share = finite.min(0).max(1);
const risingKnots = z
  .array(z.tuple([finite, finite.min(0).max(2)]).readonly())
  .min(1)
  .readonly();

const entrySchema = z.strictObject({
  dataset: z.string(),
  /** Codes of 8 bits, signed, base64: one vector after the other, each up to its length. */
  centroids: z.strictObject({ count: z.int().positive(), codes: z.string() }),
  leaning: z.strictObject({
    means: z.array(finite).readonly(),
    spreads: z.array(finite.positive()).readonly(),
    perOdds: finite.min(0),
    mostOdds: finite.min(0),
    knots: risingKnots,
  }),
  shifts: z.strictObject({
    means: z.array(finite).readonly(),
    weights: z.array(finite.positive()).readonly(),
    knots: risingKnots,
    codes: z.string(),
  }),
  rareDirections: z.strictObject({ weights: z.array(finite.positive()).min(1), codes: z.string() }),
  weights: z.strictObject({
    bias: finite,
    similarity: finite,
    strangeness: finite,
    norms: z.array(finite),
    detection: finite,
    beliefs: z.tuple([finite, finite]),
    agreement: finite,
  }),
  embeddingAlone: z.strictObject({ bias: finite, similarity: finite, strangeness: finite }),
  limit: share.gt(0),
  tolerance: z
    .array(z.tuple([share, finite.min(0).max(2)]).readonly())
    .min(1)
    .readonly(),
});

export type RecognisabilityEntry = z.input<typeof entrySchema>;

/**
 * Checks an entry of the manifest's `calibration`. Throws where its `recognisability` is missing, or not that of an
 * encoder of so many networks and numbers: faces would be compared that nothing can tell apart.
 */
export function parseRecognisability(
  entry: unknown,
  { networks, embeddingLength }: { readonly networks: number; readonly embeddingLength: number },
): RecognisabilityModel {
  const found = (entry ?? {}) as { readonly recognisability?: unknown };
  const parsed = entrySchema.safeParse(found.recognisability);
  if (!parsed.success) throw new Error("the encoder's calibration does not say what is recognisable");
  const { centroids, leaning, shifts, rareDirections, weights, embeddingAlone, limit, tolerance } =
    parsed.data;
  const middles = decodeVectors(centroids.codes, centroids.count, embeddingLength);
  const directions = decodeVectors(shifts.codes, shifts.weights.length, embeddingLength);
  const rare = decodeVectors(rareDirections.codes, rareDirections.weights.length, embeddingLength);
  const falls = tolerance.every(
    ([at, closer], k) => k === 0 || (at > tolerance[k - 1][0] && closer <= tolerance[k - 1][1]),
  );
  if (
    middles === undefined ||
    leaning.means.length !== middles.length ||
    leaning.spreads.length !== middles.length ||
    !risesFromZero(leaning.knots) ||
    directions === undefined ||
    shifts.means.length !== directions.length ||
    !risesFromZero(shifts.knots) ||
    rare === undefined ||
    weights.norms.length !== networks ||
    !falls ||
    tolerance[tolerance.length - 1][1] !== 0
  ) {
    throw new Error("the encoder's calibration says what is recognisable of another encoder");
  }
  return {
    centroids: middles,
    leaning,
    shifts: { directions, means: shifts.means, weights: shifts.weights, knots: shifts.knots },
    rareDirections: rare,
    rareWeights: rareDirections.weights,
    weights,
    embeddingAlone,
    limit,
    tolerance,
  };
}

function risesFromZero(knots: readonly (readonly [at: number, closer: number])[]): boolean {
  return (
    knots[0][1] === 0 &&
    knots.every(([at, closer], k) => k === 0 || (at > knots[k - 1][0] && closer >= knots[k - 1][1]))
  );
}

function decodeVectors(base64: string, count: number, length: number): Float32Array[] | undefined {
  const codes = decodeBase64(base64);
  if (codes?.length !== count * length) return undefined;
  return Array.from({ length: count }, (_, k) => toUnit(new Int8Array(codes.buffer, k * length, length)));
}

function toUnit(codes: Int8Array): Float32Array {
  let squares = 0;
  for (let i = 0; i < codes.length; i++) squares += codes[i] * codes[i];
  if (squares === 0) throw new Error("a vector of the encoder's calibration is zero");
  const length = Math.sqrt(squares);
  // Functions that are called for each number would take a third of an isolate's start.
  const unit = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) unit[i] = codes[i] / length;
  return unit;
}

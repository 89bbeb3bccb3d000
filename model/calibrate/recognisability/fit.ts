/**
 * The parameters of recognisability, from faces of which it is known whether their embeddings still tell whose they are:
 * those of a photo made worse do as long as they match the same photo as it was, at a false match rate of 1e-4.
 */
import { encodeBase64 } from "../../../src/crypto/base64.ts";
import { likeness, logit, strangenessOf } from "../../../src/face/quality/recognisability.ts";
import type {
  RecognisabilityEntry,
  RecognisabilityModel,
} from "../../../src/face/quality/recognisability-model.ts";
import { dot } from "./centroids.ts";
import { findCorners } from "./corners.ts";
import { fitLogistic, type LogisticFit } from "./logistic.ts";
import { findRareDirections, type RareDirections } from "./rare-directions.ts";
import type { Sample } from "./samples.ts";

export interface FitOptions {
  readonly dataset: string;
  /** Distance within which a face made worse is still its own. */
  readonly threshold: number;
  readonly seed: number;
}

const centroidCount = 56;
/**
 * Share of the ordinary photos below the limit: a third of the 0.1 % that may be refused, so that other people's
 * photos keep within it as well.
 */
const refusedShare = 3e-4;
/** Largest code of a vector's number. */
const greatestCode = 127;
const parts = 5;

/** Strangeness of samples by ordinary photos alone, along directions that were found without the sample's person. */
export interface Strangeness {
  readonly rare: RareDirections;
  of(sample: Sample): number;
  /** Returns the fit with directions that were found without this sample's person. */
  unbiased(model: RecognisabilityModel, sample: Sample): RecognisabilityModel;
}

/**
 * A person's own photos pull the directions towards themselves and would seem less strange than other people's: so each
 * is measured by directions found from four fifths of the people, of whom it is not one.
 */
export function measureStrangeness(ordinary: readonly Sample[]): Strangeness {
  const partOf = ({ person }: Sample) => ((person % parts) + parts) % parts;
  const find = (samples: readonly Sample[]) =>
    coded(findRareDirections(samples.map(({ embedding }) => embedding)));
  const others = Array.from({ length: parts }, (_, part) =>
    find(ordinary.filter((sample) => partOf(sample) !== part)),
  );
  const known = new Map<Sample, number>();
  return {
    rare: find(ordinary),
    of(sample) {
      const before = known.get(sample);
      if (before !== undefined) return before;
      const { directions, weights } = others[partOf(sample)];
      const found = strangenessOf({ rareDirections: directions, rareWeights: weights }, sample.embedding);
      known.set(sample, found);
      return found;
    },
    unbiased(model, sample) {
      const { directions, weights } = others[partOf(sample)];
      return { ...model, rareDirections: directions, rareWeights: weights };
    },
  };
}

/** Fits all that single faces tell: what it says of pairs asks nothing of any. */
export function fitFaces(
  ordinary: readonly Sample[],
  worsened: readonly Sample[],
  strangeness: Strangeness,
  { dataset, threshold, seed }: FitOptions,
): RecognisabilityEntry {
  const isLost = ({ ownDistance }: Sample) => !(ownDistance <= threshold);
  const codes = findCorners(worsened, threshold, centroidCount, seed).map(encodeVector);
  const centroids = codes.map(decodeVector);
  const samples = [...ordinary, ...worsened];
  const labels = samples.map((sample) => (isLost(sample) ? 0 : 1));
  const rows = samples.map((sample) => featuresOf(sample, centroids, strangeness));
  const full = fitLogistic(rows, labels);
  const own = rows.map((row) => row.slice(0, 2));
  const alone = fitLogistic(own, labels);
  const limitOf = (fit: LogisticFit, of: readonly (readonly number[])[]) =>
    quantile(
      of.slice(0, ordinary.length).map((row) => oddsOf(fit, row)),
      refusedShare,
    );
  const [similarity, strange, detection, first, last, agreement, ...norms] = full.weights.map(rounded);
  return {
    dataset,
    centroids: { count: centroids.length, codes: join(codes) },
    leaning: { ...positions(ordinary, centroids), perOdds: 0, mostOdds: 0, knots: [[0, 0]] },
    shifts: { means: [], weights: [], knots: [[0, 0]], codes: "" },
    rareDirections: {
      weights: strangeness.rare.weights.map(rounded),
      codes: join(strangeness.rare.directions.map(encodeVector)),
    },
    // The bias moves the limit to a probability of one half.
    weights: {
      bias: rounded(full.bias - limitOf(full, rows)),
      similarity,
      strangeness: strange,
      norms,
      detection,
      beliefs: [first, last],
      agreement,
    },
    embeddingAlone: {
      bias: rounded(alone.bias - limitOf(alone, own)),
      similarity: rounded(alone.weights[0]),
      strangeness: rounded(alone.weights[1]),
    },
    limit: 0.5,
    tolerance: [[1, 0]],
  };
}

function positions(ordinary: readonly Sample[], centroids: readonly Float32Array[]) {
  const all = centroids.map((centroid) => {
    const cosines = ordinary.map(({ embedding }) => dot(centroid, embedding));
    const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
    const square = cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cosines.length;
    return { mean: rounded(mean), spread: rounded(Math.sqrt(square)) };
  });
  return { means: all.map(({ mean }) => mean), spreads: all.map(({ spread }) => spread) };
}

function oddsOf({ bias, weights }: LogisticFit, row: readonly number[]): number {
  return weights.reduce((sum, weight, k) => sum + weight * row[k], bias);
}

/** Lists the features: likeness, strangeness, detector, first and last belief, agreement, then the networks' norms. */
function featuresOf(sample: Sample, centroids: readonly Float32Array[], strangeness: Strangeness): number[] {
  const { embedding, detection, beliefs, agreement, norms } = sample;
  return [
    likeness(centroids, embedding),
    Math.log(Math.max(1, strangeness.of(sample))),
    logit(detection),
    logit(beliefs[0]),
    logit(beliefs[1]),
    agreement,
    ...norms.map((norm) => Math.log(norm)),
  ];
}

/** Rounds the directions to the codes that the manifest will hold. */
function coded({ directions, weights }: RareDirections): RareDirections {
  return { directions: directions.map((direction) => decodeVector(encodeVector(direction))), weights };
}

/** Encodes a vector in signed codes of 8 bits, up to its length. */
export function encodeVector(vector: Float32Array): Int8Array {
  const scale = greatestCode / Math.max(...vector.map(Math.abs));
  return Int8Array.from(vector, (value) => Math.round(value * scale));
}

/** Returns the unit vector that the manifest holds by these codes. */
export function decodeVector(codes: Int8Array): Float32Array {
  const length = Math.sqrt(codes.reduce((sum, code) => sum + code * code, 0));
  return Float32Array.from(codes, (code) => code / length);
}

/** Returns the codes, one vector after the other, in base64. */
export function join(codes: readonly Int8Array[]): string {
  return encodeBase64(Uint8Array.from(codes.flatMap((code) => [...code])));
}

/** Returns the value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)];
}

export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

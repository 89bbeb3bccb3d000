/**
 * Comparison trials: the pairs of images that are compared, and the distances of their embeddings.
 *
 * Genuine trials compare two images of one person, impostor trials images of two people ("zero-effort", ISO/IEC
 * 19795-1). The score is a distance, so a small one suggests one person; the decision is `distance <= threshold`.
 *
 * An image without an embedding (a failure to acquire) can match nobody: its genuine trials stay in with distance
 * Infinity, a non-match at every threshold. Its impostor trials are left out, since counting them as correct
 * rejections would flatter the false match rate.
 */

/** N embeddings of one encoder, one row an image. */
export interface EmbeddingSet {
  /** Row-major, N x dimension. A row without an embedding is not read. */
  readonly values: Float32Array;
  readonly dimension: number;
  /** 1 for an image that gave an embedding, 0 for one that failed to; length N. */
  readonly acquired: Uint8Array;
}

/** Trials of one kind; the three arrays have one entry a trial. */
export interface Comparisons {
  /** ||f(a) - f(b)||2, 0..2 for unit vectors; Infinity if one of the images has no embedding. */
  readonly distance: Float32Array;
  /** Rows of the embedding set. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

/** The person on each image. */
export interface People {
  /** Person of each row, 0..identityCount-1. */
  readonly identityOf: Uint32Array;
  readonly identityCount: number;
}

export interface Trials extends People {
  readonly genuine: Comparisons;
  readonly impostor: Comparisons;
}

/** A pair of rows, and the data's label: whether they show one person. */
export interface LabelledPair {
  readonly left: number;
  readonly right: number;
  readonly same: boolean;
}

/**
 * Compares each of the first `rowCount` images with every other once: n(n-1)/2 trials less those of
 * unacquired impostors.
 */
export function compareAll(
  embeddings: EmbeddingSet,
  { identityOf, identityCount }: People,
  rowCount = identityOf.length,
): Trials {
  const { acquired } = embeddings;
  const { genuineCount, impostorCount } = countAll(acquired, identityOf.subarray(0, rowCount));
  const genuine = allocate(genuineCount);
  const impostor = allocate(impostorCount);
  let nextGenuine = 0;
  let nextImpostor = 0;
  for (let left = 0; left < rowCount; left++) {
    for (let right = left + 1; right < rowCount; right++) {
      if (identityOf[left] === identityOf[right]) {
        record(genuine, nextGenuine++, left, right, distanceOf(embeddings, left, right));
      } else if (acquired[left] && acquired[right]) {
        record(impostor, nextImpostor++, left, right, distanceOf(embeddings, left, right));
      }
    }
  }
  return { genuine, impostor, identityOf, identityCount };
}

/** Compares the listed pairs only. */
export function comparePairs(
  embeddings: EmbeddingSet,
  pairs: readonly LabelledPair[],
  { identityOf, identityCount }: People,
): Trials {
  const { acquired } = embeddings;
  const same = pairs.filter((pair) => pair.same);
  const different = pairs.filter((pair) => !pair.same && acquired[pair.left] && acquired[pair.right]);
  const score = (list: readonly LabelledPair[]) => {
    const scored = allocate(list.length);
    list.forEach(({ left, right }, index) => {
      record(scored, index, left, right, distanceOf(embeddings, left, right));
    });
    return scored;
  };
  return { genuine: score(same), impostor: score(different), identityOf, identityCount };
}

/** Euclidean distance of two rows, summed in double precision; Infinity unless both were acquired. */
export function distanceOf(
  { values, dimension, acquired }: EmbeddingSet,
  left: number,
  right: number,
): number {
  if (!acquired[left] || !acquired[right]) return Number.POSITIVE_INFINITY;
  let a = left * dimension;
  let b = right * dimension;
  let sum = 0;
  for (const end = a + dimension; a < end; a++, b++) {
    const difference = values[a] - values[b];
    sum += difference * difference;
  }
  const distance = Math.sqrt(sum);
  if (Number.isNaN(distance)) throw new Error(`the embedding of row ${left} or ${right} is not finite`);
  return distance;
}

/** Returns the same trials, nearest first; trials at equal distance keep their order. */
export function sortByDistance(comparisons: Comparisons): Comparisons {
  const { distance, left, right } = comparisons;
  // Non-negative float32 have the order of their bits, so (bits, index) sorts as one 64-bit integer: over ten times
  // faster than a comparison function for millions of trials.
  const keys = new BigUint64Array(distance.length);
  const words = new Uint32Array(keys.buffer);
  const bits = new Uint32Array(distance.buffer, distance.byteOffset, distance.length);
  for (let index = 0; index < distance.length; index++) {
    words[2 * index] = index;
    words[2 * index + 1] = bits[index];
  }
  keys.sort();
  const sorted = allocate(distance.length);
  for (let index = 0; index < distance.length; index++) {
    const from = words[2 * index];
    record(sorted, index, left[from], right[from], distance[from]);
  }
  return sorted;
}

function countAll(acquired: Uint8Array, identityOf: Uint32Array) {
  const images = new Map<number, { all: number; acquired: number }>();
  let acquiredImages = 0;
  identityOf.forEach((identity, row) => {
    const count = images.get(identity) ?? { all: 0, acquired: 0 };
    count.all++;
    if (acquired[row]) {
      count.acquired++;
      acquiredImages++;
    }
    images.set(identity, count);
  });
  let genuineCount = 0;
  let impostorCount = pairsAmong(acquiredImages);
  for (const count of images.values()) {
    genuineCount += pairsAmong(count.all);
    impostorCount -= pairsAmong(count.acquired);
  }
  return { genuineCount, impostorCount };
}

function pairsAmong(count: number): number {
  return (count * (count - 1)) / 2;
}

function allocate(length: number): Comparisons {
  return {
    distance: new Float32Array(length),
    left: new Uint32Array(length),
    right: new Uint32Array(length),
  };
}

function record(into: Comparisons, index: number, left: number, right: number, distance: number): void {
  into.distance[index] = distance;
  into.left[index] = left;
  into.right[index] = right;
}

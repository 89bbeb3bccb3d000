/** Middles of the corners into which embeddings fall: k-means on the sphere (Dhillon and Modha, 2001). */

const rounds = 15;

/**
 * @param embeddings unit vectors, at least `count` of them
 * @param random uniform in [0, 1); chooses the first middles
 * @returns unit vectors
 */
export function findCentroids(
  embeddings: readonly Float32Array[],
  count: number,
  random: () => number,
): Float32Array[] {
  if (embeddings.length < count)
    throw new Error(`${embeddings.length} faces are too few for ${count} centroids`);
  let centroids = chooseFirst(embeddings, count, random);
  for (let round = 0; round < rounds; round++) {
    const sums = centroids.map(({ length }) => new Float64Array(length));
    for (const embedding of embeddings) {
      const sum = sums[nearest(centroids, embedding)];
      for (let i = 0; i < sum.length; i++) sum[i] += embedding[i];
    }
    // A middle that nothing is nearest to stays where it was.
    centroids = sums.map((sum, k) => toUnit(sum) ?? centroids[k]);
  }
  return centroids;
}

/** Each is drawn by how far it lies from those before it (k-means++; Arthur and Vassilvitskii, 2007). */
function chooseFirst(
  embeddings: readonly Float32Array[],
  count: number,
  random: () => number,
): Float32Array[] {
  const chosen = [embeddings[Math.floor(random() * embeddings.length)]];
  const gaps = Float64Array.from(embeddings, () => Number.POSITIVE_INFINITY);
  while (chosen.length < count) {
    let total = 0;
    for (let k = 0; k < gaps.length; k++) {
      gaps[k] = Math.min(gaps[k], Math.max(0, 1 - dot(chosen[chosen.length - 1], embeddings[k])));
      total += gaps[k];
    }
    let left = random() * total;
    const drawn = gaps.findIndex((gap) => {
      left -= gap;
      return left < 0;
    });
    chosen.push(embeddings[Math.max(0, drawn)]);
  }
  return chosen;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function nearest(centroids: readonly Float32Array[], embedding: Float32Array): number {
  let best = 0;
  let largest = Number.NEGATIVE_INFINITY;
  centroids.forEach((centroid, k) => {
    const cosine = dot(centroid, embedding);
    if (cosine > largest) {
      largest = cosine;
      best = k;
    }
  });
  return best;
}

function toUnit(sum: Float64Array): Float32Array | null {
  const length = Math.hypot(...sum);
  return length > 0 ? Float32Array.from(sum, (value) => value / length) : null;
}

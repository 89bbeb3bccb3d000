/**
 * Corners into which embeddings fall: for each kind and level of worsened photos in which strangers match, the middle
 * of its faces. What strangers photographed alike have in common is that middle, whether or not their embeddings
 * still tell whose they are.
 */
import { createRandom } from "../../evaluate/statistics/random.ts";
import { dot, findCentroids } from "./centroids.ts";
import type { Sample } from "./samples.ts";

/** Fewest faces of a kind and level for their middle to count. */
const fewestFaces = 8;
/** Share of a level's pairs of strangers within the threshold from which it has a corner. */
const leastShare = 0.003;

/**
 * @param threshold of the distance between strangers
 * @returns at most `count` unit vectors: like corners are merged
 */
export function findCorners(
  worsened: readonly Sample[],
  threshold: number,
  count: number,
  seed: number,
): Float32Array[] {
  const levels = Map.groupBy(worsened, ({ kind, level }) => `${kind} ${level}`);
  const middles = [...levels.values()]
    .filter((faces) => faces.length >= fewestFaces && shareWithin(faces, threshold) >= leastShare)
    .map(middleOf);
  return middles.length <= count ? middles : findCentroids(middles, count, createRandom(seed));
}

/** Returns the share of pairs of two people's faces that lie within the threshold; 0 where there is none. */
export function shareWithin(faces: readonly Sample[], threshold: number): number {
  const least = 1 - (threshold * threshold) / 2;
  let within = 0;
  let pairs = 0;
  for (const [k, { embedding, person }] of faces.entries()) {
    for (const other of faces.slice(0, k)) {
      if (other.person === person) continue;
      pairs++;
      if (dot(embedding, other.embedding) >= least) within++;
    }
  }
  return pairs === 0 ? 0 : within / pairs;
}

function middleOf(faces: readonly Sample[]): Float32Array {
  const sum = new Float64Array(faces[0].embedding.length);
  for (const { embedding } of faces) {
    for (let i = 0; i < sum.length; i++) sum[i] += embedding[i];
  }
  const length = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => value / length);
}

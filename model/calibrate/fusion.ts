/**
 * How to compare a probe with a subject of several enrolled faces, so that the promised false match
 * rate is the one given. Candidates, each with the threshold that calibration of single faces gives:
 *
 *   minimum:   the least distance to an enrolled face, at the threshold for maxFmr / n (each of the n
 *              comparisons gets its share: Bonferroni's inequality)
 *   centroid:  the distance to the mean of the enrolled faces scaled to unit length, for maxFmr
 *   mean:      the root mean square distance to the enrolled faces, for maxFmr: the distance to their
 *              mean not scaled, plus the spread of the faces
 */
import type { Result } from "../../src/errors.ts";
import { distanceOf, type EmbeddingSet, type People } from "../evaluate/comparisons.ts";
import { shareAccepted, thresholdAtFmr } from "../evaluate/metrics.ts";
import { createRandom } from "../evaluate/random.ts";

export const fusions = ["minimum", "centroid", "mean"] as const;
export type Fusion = (typeof fusions)[number];

export interface FusionRow {
  readonly enrolledFaces: number;
  readonly maxFmr: number;
  readonly fusion: Fusion;
  /** At the calibrated threshold. */
  readonly fmr: number;
  readonly fnmr: number;
  /** At the threshold that realises `maxFmr` on these very trials: what the fusion is worth in itself. */
  readonly fnmrAtEqualFmr: number;
}

export interface FusionMeasurement {
  readonly subjects: number;
  readonly genuineTrials: number;
  readonly impostorTrials: number;
  readonly rows: readonly FusionRow[];
}

export interface FusionOptions {
  readonly enrolledFaces: readonly number[];
  readonly maxFmrs: readonly number[];
  /** Random choices of the faces to enrol. */
  readonly repeats: number;
  readonly seed: number;
  /** A rate without a threshold leaves its rows out. */
  thresholdFor(fmr: number): Result<number>;
}

/**
 * Subjects are the people with more photos than the most faces to enrol. Their photos in a random
 * order: the first are enrolled, those beyond the most are genuine probes; every photo of everyone
 * else is an impostor's. Every number of faces meets the same subjects and probes.
 */
export function measureFusion(
  embeddings: EmbeddingSet,
  people: People,
  options: FusionOptions,
): FusionMeasurement {
  const most = Math.max(...options.enrolledFaces);
  const subjects = photosByPerson(embeddings, people).filter((rows) => rows.length > most);
  const random = createRandom(options.seed);
  const orders = Array.from({ length: options.repeats }, () => subjects.map((rows) => shuffle(rows, random)));
  const measured = options.enrolledFaces.map((enrolledFaces) => {
    return { enrolledFaces, scores: scoreAll(embeddings, people, orders, enrolledFaces, most) };
  });
  return {
    subjects: subjects.length,
    genuineTrials: measured[0].scores.minimum.genuine.length,
    impostorTrials: measured[0].scores.minimum.impostor.length,
    rows: measured.flatMap(({ enrolledFaces, scores }) =>
      options.maxFmrs.flatMap((maxFmr) =>
        fusions.flatMap((fusion): FusionRow[] => {
          const share = fusion === "minimum" ? maxFmr / enrolledFaces : maxFmr;
          const threshold = options.thresholdFor(share);
          if (!threshold.ok) return [];
          const { genuine, impostor } = scores[fusion];
          const equal = thresholdAtFmr(impostor, maxFmr);
          return [
            {
              enrolledFaces,
              maxFmr,
              fusion,
              fmr: shareAccepted(impostor, threshold.value),
              fnmr: 1 - shareAccepted(genuine, threshold.value),
              fnmrAtEqualFmr: 1 - shareAccepted(genuine, equal),
            },
          ];
        }),
      ),
    ),
  };
}

/** Ascending. */
interface Scores {
  readonly genuine: Float32Array;
  readonly impostor: Float32Array;
}

function scoreAll(
  embeddings: EmbeddingSet,
  { identityOf }: People,
  orders: readonly (readonly number[][])[],
  enrolledFaces: number,
  most: number,
): Record<Fusion, Scores> {
  const collected = { minimum: lists(), centroid: lists(), mean: lists() };
  for (const subjects of orders) {
    for (const rows of subjects) {
      const enrolled = rows.slice(0, enrolledFaces);
      const genuine = new Set(rows.slice(most));
      const length = meanLength(embeddings, enrolled);
      identityOf.forEach((identity, probe) => {
        const isGenuine = genuine.has(probe);
        if (!embeddings.acquired[probe] || (identity === identityOf[rows[0]] && !isGenuine)) return;
        const distances = enrolled.map((row) => distanceOf(embeddings, row, probe));
        const into = isGenuine ? "genuine" : "impostor";
        for (const fusion of fusions) collected[fusion][into].push(fuse(fusion, distances, length));
      });
    }
  }
  const sorted = ({ genuine, impostor }: ReturnType<typeof lists>): Scores => ({
    genuine: Float32Array.from(genuine).sort(),
    impostor: Float32Array.from(impostor).sort(),
  });
  return {
    minimum: sorted(collected.minimum),
    centroid: sorted(collected.centroid),
    mean: sorted(collected.mean),
  };
}

function lists() {
  return { genuine: [] as number[], impostor: [] as number[] };
}

/**
 * With unit vectors, the cosine to the mean m is the mean of the cosines, and the cosine to m / |m|
 * that over |m|; D^2 = 2 - 2 cos.
 *
 * @param distances of the probe to each enrolled face
 * @param length |m| of the enrolled faces, 0..1
 */
export function fuse(fusion: Fusion, distances: readonly number[], length: number): number {
  if (fusion === "minimum") return Math.min(...distances);
  const meanSquare = distances.reduce((sum, distance) => sum + distance * distance, 0) / distances.length;
  if (fusion === "mean") return Math.sqrt(meanSquare);
  return Math.sqrt(Math.max(0, 2 - (2 - meanSquare) / length));
}

/** Length of the mean of unit vectors: |m|^2 is the mean of all their cosines, each with each. */
export function meanLength(embeddings: EmbeddingSet, rows: readonly number[]): number {
  let sum = 0;
  for (const a of rows) for (const b of rows) sum += 1 - distanceOf(embeddings, a, b) ** 2 / 2;
  return Math.sqrt(sum) / rows.length;
}

function photosByPerson({ acquired }: EmbeddingSet, { identityOf, identityCount }: People): number[][] {
  const photos: number[][] = Array.from({ length: identityCount }, () => []);
  identityOf.forEach((identity, row) => {
    if (acquired[row]) photos[identity].push(row);
  });
  return photos;
}

/** Fisher and Yates. */
function shuffle(rows: readonly number[], random: () => number): number[] {
  const shuffled = [...rows];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]];
  }
  return shuffled;
}

/**
 * Template of a person from several photos: the weighted mean of their embeddings, scaled to unit length.
 *
 * The person is common to all photos; light, pose and age differ and average out. A stranger has one chance to come close
 * to the mean, not one for each photo, so no rate is divided: `Calibration.templates` says by how much closer strangers
 * come to a mean than to one photo.
 */
import { fail, ok, type Result } from "../errors.ts";
import { distance } from "./decision/decide.ts";
import type { Embedding } from "./embedding.ts";
import type { Quality } from "./quality/quality.ts";

/** One enrolled photo of a person. */
export interface TemplatePhoto {
  readonly embedding: Embedding;
  /** Share in the mean, relative to the others; above 0, from `weightOf`. */
  readonly weight: number;
}

/** Template of a person. */
export interface Template {
  /** Unit length. The embedding of a single photo, bit for bit, where the template has one. */
  readonly embedding: Embedding;
  /** Number of photos in the mean. */
  readonly photos: number;
  /** Indices, ascending, of the photos that show somebody else than the others and are left out of the mean. */
  readonly outliers: readonly number[];
}

/**
 * Distance from the mean of the other photos beyond which a photo shows somebody else. Two photos of one person are this
 * far apart once in 200, and strangers nearer once in 100: design/models.md, "Templates".
 */
const outlierDistance = 1.2;

/** Agreement of detector and landmarks, from the least that counts to what the middle one of LFW's photos has. */
const leastAgreement = 0.5;
const usualAgreement = 0.93;

/**
 * Returns a photo's share in the mean: the fourth power of the agreement of detector and landmarks, relative to a usual
 * photo's. A face on which both disagree is aligned poorly, or hard to see. 1 where the agreement is not known.
 */
export function weightOf(quality: Partial<Quality> | undefined): number {
  const agreement = quality?.agreement;
  if (agreement === undefined || Number.isNaN(agreement)) return 1;
  return (Math.min(1, Math.max(leastAgreement, agreement)) / usualAgreement) ** 4;
}

/**
 * Makes the template of the largest group of photos that agree, the one with the earliest photo of two as large: give the
 * photos in the order of their enrolment. Photos belong to a group by their distance to one of them; then the farthest
 * from the mean of the others leaves, while it is farther than `outlierDistance`, and the nearest outside comes in, while
 * it is not.
 *
 * Fails with `subject_has_no_faces` without photos, and with `model_mismatch` when their models or lengths differ.
 */
export function makeTemplate(photos: readonly TemplatePhoto[]): Result<Template> {
  if (photos.length === 0) return fail({ code: "subject_has_no_faces" });
  for (const { embedding } of photos) {
    const comparable = distance(photos[0].embedding, embedding);
    if (!comparable.ok) return comparable;
  }
  const kept = largestGroup(photos);
  for (;;) {
    const outlier = farthestOutlier(photos, kept);
    if (outlier === undefined) break;
    kept.splice(kept.indexOf(outlier), 1);
  }
  for (;;) {
    const companion = nearestCompanion(photos, kept);
    if (companion === undefined) break;
    kept.push(companion);
    kept.sort((a, b) => a - b);
  }
  const outliers = photos.map((_, index) => index).filter((index) => !kept.includes(index));
  const { model, values } = photos[kept[0]].embedding;
  const embedding =
    kept.length === 1 ? { model, values } : { model, values: meanOf(kept.map((index) => photos[index])) };
  return ok({ embedding, photos: kept.length, outliers });
}

/**
 * Returns the distance by which a template must come closer to a probe than ordinary ones: the weighted mean of what
 * `toleranceOf` asks of its photos, since its likeness to a stranger is the mean of theirs.
 */
export function closerOf(photos: readonly { readonly weight: number; readonly closer: number }[]): number {
  const total = photos.reduce((sum, { weight }) => sum + weight, 0);
  return photos.reduce((sum, { weight, closer }) => sum + (weight / total) * closer, 0);
}

/** Returns the indices, ascending, of the most photos that are near one of them. */
function largestGroup(photos: readonly TemplatePhoto[]): number[] {
  const groups = photos.map(({ embedding: { values } }) =>
    photos.flatMap((other, index) =>
      distanceBetween(values, other.embedding.values) > outlierDistance ? [] : [index],
    ),
  );
  const size = Math.max(...groups.map(({ length }) => length));
  return groups.filter(({ length }) => length === size).sort(([a], [b]) => a - b)[0];
}

/** Finds the photo outside a group that is nearest to the group's mean, if that is near enough. */
function nearestCompanion(photos: readonly TemplatePhoto[], kept: readonly number[]): number | undefined {
  const mean = meanOf(kept.map((index) => photos[index]));
  let companion: number | undefined;
  let nearest = outlierDistance;
  for (const [index, { embedding }] of photos.entries()) {
    if (kept.includes(index)) continue;
    const away = distanceBetween(embedding.values, mean);
    if (away <= nearest) {
      nearest = away;
      companion = index;
    }
  }
  return companion;
}

/** Finds the photo that is farthest from the mean of the others, if that is too far; the later one of only two. */
function farthestOutlier(photos: readonly TemplatePhoto[], kept: readonly number[]): number | undefined {
  const valuesOf = (index: number) => photos[index].embedding.values;
  if (kept.length < 2) return undefined;
  if (kept.length === 2) {
    const [earlier, later] = kept;
    return distanceBetween(valuesOf(earlier), valuesOf(later)) > outlierDistance ? later : undefined;
  }
  let outlier: number | undefined;
  let farthest = outlierDistance;
  for (const index of kept) {
    const others = meanOf(kept.filter((other) => other !== index).map((other) => photos[other]));
    const away = distanceBetween(valuesOf(index), others);
    if (away > farthest) {
      farthest = away;
      outlier = index;
    }
  }
  return outlier;
}

/** Returns the weighted mean of unit vectors, scaled to unit length. */
function meanOf(photos: readonly TemplatePhoto[]): Float32Array {
  const sums = new Float64Array(photos[0].embedding.values.length);
  for (const {
    embedding: { values },
    weight,
  } of photos) {
    for (let i = 0; i < sums.length; i++) sums[i] += weight * values[i];
  }
  let squares = 0;
  for (let i = 0; i < sums.length; i++) squares += sums[i] * sums[i];
  const length = Math.sqrt(squares);
  const mean = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) mean[i] = sums[i] / length;
  return mean;
}

function distanceBetween(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return Math.sqrt(sum);
}

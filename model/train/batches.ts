/**
 * Splits an epoch into batches: every person with photos to compare occurs once, and as many people with one photo
 * only serve as strangers.
 */
import type { LabelledPhotos } from "./data/photos.ts";
import type { Batch } from "./mining.ts";

/** Number of people with pairs in a batch. */
const pairedPerBatch = 40;
const strangersPerBatch = 24;
/** Most photos of a person in one batch; people with hundreds of photos would add little by more. */
const photosPerPerson = 4;

/** Embeddings of the trunk: for each photo its variants; none when no face was found. */
export interface TrainingSet extends Pick<LabelledPhotos, "identityOf" | "identityCount" | "sides"> {
  readonly variants: readonly (readonly Float32Array[])[];
}

export interface EmbeddingBatch extends Batch {
  readonly embeddings: readonly Float32Array[];
}

/** @param random uniform in [0, 1) */
export function drawBatches(set: TrainingSet, random: () => number): EmbeddingBatch[] {
  const photosOf = Array.from({ length: set.identityCount }, (): number[] => []);
  set.identityOf.forEach((identity, photo) => {
    if (set.variants[photo].length > 0) photosOf[identity].push(photo);
  });
  const shown = photosOf.filter((photos) => photos.length > 0);
  const paired = shuffle(
    shown.filter((photos) => hasPair(photos, set.sides)),
    random,
  );
  const single = shuffle(
    shown.filter((photos) => !hasPair(photos, set.sides)),
    random,
  );
  const count = Math.max(1, Math.round(paired.length / pairedPerBatch));
  let nextStranger = 0;
  return Array.from({ length: count }, (_, k) => {
    const people = paired.slice(
      Math.floor((k * paired.length) / count),
      Math.floor(((k + 1) * paired.length) / count),
    );
    const strangers = Array.from(
      { length: Math.min(strangersPerBatch, single.length) },
      () => single[nextStranger++ % single.length],
    );
    const photos = [...people.map((own) => someOf(own, set.sides, random)), ...strangers].flat();
    return {
      identityOf: photos.map((photo) => set.identityOf[photo]),
      sides: set.sides && photos.map((photo) => set.sides![photo]),
      embeddings: photos.map((photo) => {
        const variants = set.variants[photo];
        return variants[Math.floor(random() * variants.length)];
      }),
    };
  });
}

function hasPair(photos: readonly number[], sides: Uint8Array | null): boolean {
  return sides === null ? photos.length > 1 : new Set(photos.map((photo) => sides[photo])).size > 1;
}

/** Chooses as many of each side, if there are two sides. */
function someOf(photos: readonly number[], sides: Uint8Array | null, random: () => number): number[] {
  if (sides === null) return shuffle(photos, random).slice(0, photosPerPerson);
  return [0, 1].flatMap((side) =>
    shuffle(
      photos.filter((photo) => sides[photo] === side),
      random,
    ).slice(0, photosPerPerson / 2),
  );
}

/** Shuffles a copy (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}

/**
 * Photos that templates leave out: of sets of one person's photos, and of sets in which one photo is a stranger's. Sets of n
 * photos are the runs of n around a person's circle of photos; with a stranger, runs of n - 1 and each of a few strangers.
 */
import type { People } from "../../evaluate/comparisons.ts";
import { createRandom } from "../../evaluate/statistics/random.ts";
import { enrol, type Photos, rowsByPerson, runsOf } from "../../evaluate/templates/enrolments.ts";

/** Number of strangers who are put among each run of a person's photos. */
const strangersEach = 10;

export interface OutlierFigures {
  /** Number of photos in a set. */
  readonly photos: number;
  /** Sets of one person's photos. */
  readonly own: {
    readonly sets: number;
    /** Share of the sets with a photo left out. */
    readonly setsLessOne: number;
    /** Share of the photos left out. */
    readonly leftOut: number;
  };
  /** Sets with one photo of a stranger: at a random place, of two the later one. */
  readonly mixed: {
    readonly sets: number;
    /** Share of the sets from which the stranger's photo is left out. */
    readonly found: number;
    /** Share of the sets from which a photo of the person is left out. */
    readonly ownLeftOut: number;
  };
}

/** @param photos in a set, 2 or more; somebody must have as many */
export function measureOutliers(
  people: People,
  acquired: Photos,
  { photos, seed }: { readonly photos: number; readonly seed: number },
): OutlierFigures {
  const random = createRandom(seed);
  const { acquired: has } = acquired.embeddings;
  const rowsOf = rowsByPerson(people).map((rows) => rows.filter((row) => has[row] === 1));
  const rows = rowsOf.flat();
  const drawStranger = (person: number): number => {
    for (;;) {
      const row = rows[Math.floor(random() * rows.length)];
      if (people.identityOf[row] !== person) return row;
    }
  };
  const left = rowsOf.flatMap((all, person) =>
    runsOf(all, photos).map((run) => photos - enrol(person, run, acquired).rows.length),
  );
  const mixed = rowsOf.flatMap((all, person) =>
    runsOf(all, photos - 1).flatMap((run) =>
      Array.from({ length: strangersEach }, () => {
        const stranger = drawStranger(person);
        const place = photos === 2 ? 1 : Math.floor(random() * photos);
        const kept = enrol(person, run.toSpliced(place, 0, stranger), acquired).rows;
        const found = !kept.includes(stranger);
        return { found, ownLeftOut: kept.length < (found ? photos - 1 : photos) };
      }),
    ),
  );
  return {
    photos,
    own: {
      sets: left.length,
      setsLessOne: left.filter((count) => count > 0).length / left.length,
      leftOut: left.reduce((sum, count) => sum + count, 0) / (photos * left.length),
    },
    mixed: {
      sets: mixed.length,
      found: mixed.filter(({ found }) => found).length / mixed.length,
      ownLeftOut: mixed.filter(({ ownLeftOut }) => ownLeftOut).length / mixed.length,
    },
  };
}

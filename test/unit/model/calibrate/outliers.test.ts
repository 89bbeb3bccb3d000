import { describe, expect, it } from "vitest";
import { measureOutliers } from "../../../../model/calibrate/outliers/outliers.ts";
import type { Photos } from "../../../../model/evaluate/templates/enrolments.ts";

const dimension = 12;

/** Photos along the directions given by number, of one person after the other; -1 for a photo without an embedding. */
function photosAlong(directions: readonly (readonly number[])[]) {
  const all = directions.flat();
  const values = new Float32Array(all.length * dimension);
  all.forEach((direction, row) => {
    if (direction >= 0) values[row * dimension + direction] = 1;
  });
  const acquired: Photos = {
    embeddings: { values, dimension, acquired: Uint8Array.from(all, (direction) => (direction < 0 ? 0 : 1)) },
    qualities: all.map(() => null),
  };
  const identityOf = Uint32Array.from(directions.flatMap((own, person) => own.map(() => person)));
  return { people: { identityOf, identityCount: directions.length }, acquired };
}

function measure(directions: readonly (readonly number[])[], photos: number) {
  const { people, acquired } = photosAlong(directions);
  return measureOutliers(people, acquired, { photos, seed: 1 });
}

describe("photos that templates leave out", () => {
  it("are none of people whose photos are alike, and every stranger's", () => {
    for (const photos of [2, 3]) {
      const { own, mixed } = measure(
        [
          [0, 0, 0, 0],
          [1, 1, 1],
          [2, -1],
        ],
        photos,
      );
      expect(own).toMatchObject({ setsLessOne: 0, leftOut: 0 });
      expect(mixed).toMatchObject({ found: 1, ownLeftOut: 0 });
    }
  });

  it("are counted by set and by photo", () => {
    // The four runs of two photos are alike, apart, apart and alike; the other person has one run.
    const { own, mixed } = measure([[0, 0, 3, 3], [1, 1], [2]], 2);
    expect(own).toEqual({ sets: 5, setsLessOne: 2 / 5, leftOut: 2 / 10 });
    expect(mixed).toEqual({ sets: 70, found: 1, ownLeftOut: 0 });
  });

  it("are not the stranger's who looks like the person, nor ever the earlier of two", () => {
    const { mixed } = measure([[0], [0]], 2);
    expect(mixed).toEqual({ sets: 20, found: 0, ownLeftOut: 0 });
  });

  it("are a person's own beside a stranger where these disagree", () => {
    const { mixed } = measure([[0, 1], [2]], 3);
    expect(mixed.sets).toBe(10);
    // The earliest of three photos that all disagree stays: one of the person's own leaves in any case.
    expect(mixed.ownLeftOut).toBe(1);
    expect(mixed.found).toBeGreaterThan(0);
    expect(mixed.found).toBeLessThan(1);
  });
});

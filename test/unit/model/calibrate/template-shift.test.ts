import { describe, expect, it } from "vitest";
import { crossFit } from "../../../../model/calibrate/cross-fit/cross-fit.ts";
import { fitTemplateShift } from "../../../../model/calibrate/template-shift.ts";
import { compareTemplates } from "../../../../model/calibrate/template-trials.ts";
import type { Acquired } from "../../../../model/evaluate/acquisition/acquire.ts";
import { compareAll, type People } from "../../../../model/evaluate/comparisons.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";

const dimension = 24;

/** Makes people who differ in a quarter of the dimensions, and photos that differ from the person in all of them. */
function makePeople(photosOf: readonly number[], seed: number): { people: People; acquired: Acquired } {
  const random = createRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows = photosOf.flatMap((count) => {
    const own = Array.from({ length: dimension }, (_, i) => (i < dimension / 4 ? 1.6 * normal() : 0));
    return Array.from({ length: count }, () => {
      const photo = own.map((value) => value + 0.35 * normal());
      const length = Math.hypot(...photo);
      return photo.map((value) => value / length);
    });
  });
  return {
    people: {
      identityOf: Uint32Array.from(photosOf.flatMap((count, person) => Array(count).fill(person))),
      identityCount: photosOf.length,
    },
    acquired: {
      embeddings: {
        values: Float32Array.from(rows.flat()),
        dimension,
        acquired: new Uint8Array(rows.length).fill(1),
      },
      failures: rows.map(() => null),
      qualities: rows.map(() => null),
    },
  };
}

describe("trials of templates", () => {
  const { people, acquired } = makePeople([3, 2, 1], 1);

  it("compare each run of photos around a person's circle with every photo of others", () => {
    const { impostor, identityOf } = compareTemplates(acquired, people, 2);
    const pairs = Array.from(impostor.left, (left, k) => [identityOf[left], identityOf[impostor.right[k]]]);
    // Three runs of the first person's three photos, one of the second's two, none of the third's.
    expect(pairs.filter(([template]) => template === 0)).toHaveLength(3 * 3);
    expect(pairs.filter(([template]) => template === 1)).toHaveLength(4);
    expect(pairs.filter(([template]) => template === 2)).toHaveLength(0);
    expect(pairs.every(([template, probe]) => template !== probe)).toBe(true);
  });

  it("of one photo can be those of people who have more", () => {
    const { impostor, identityOf } = compareTemplates(acquired, people, 1, 3);
    expect(new Set(impostor.left.map((row) => identityOf[row]))).toEqual(new Set([0]));
    expect(impostor.distance).toHaveLength(3 * 3);
    const single = compareAll(acquired.embeddings, people).impostor;
    const at = single.left.findIndex((left, k) => left === 0 && single.right[k] === 4);
    const same = impostor.right.findIndex((row, k) => row === 4 && impostor.left[k] === 6);
    expect(impostor.distance[same]).toBeCloseTo(single.distance[at], 6);
  });
});

describe("the shift of templates", () => {
  const { people, acquired } = makePeople(Array(220).fill(3), 2);
  const fit = fitTemplateShift(acquired, people, { replicates: 8, seed: 1 });

  it("is positive where photos differ in more than people do: the mean has less of what is peculiar to a photo", () => {
    expect(fit.nearer).toBeGreaterThan(0.005);
    expect(fit.low).toBeLessThanOrEqual(fit.nearer);
    expect(fit.high).toBeGreaterThanOrEqual(fit.nearer);
    expect(fit.people).toEqual({ 2: 220, 3: 220 });
  });

  it("keeps the rate of templates of two and of three photos", () => {
    const thresholdOf = (distances: Float32Array, rate: number) =>
      distances.toSorted()[Math.floor(rate * distances.length)];
    const single = thresholdOf(compareTemplates(acquired, people, 1, 3).impostor.distance, 1e-3);
    for (const photos of [2, 3]) {
      const { distance } = compareTemplates(acquired, people, photos).impostor;
      const threshold = single - fit.nearer * (1 - 1 / photos);
      const realised = distance.filter((one) => one <= threshold).length / distance.length;
      expect(realised).toBeGreaterThan(1e-3 / 1.3);
      expect(realised).toBeLessThan(1e-3 * 1.3);
    }
  });

  it("is not fitted to too few people", () => {
    const few = makePeople(Array(50).fill(3), 3);
    expect(() => fitTemplateShift(few.acquired, few.people, { replicates: 1, seed: 1 })).toThrow(
      "too few people",
    );
  });

  it("by cross-fitting is that of people of neither's fold, and nearer for more photos", () => {
    const many = makePeople(Array(330).fill(3), 5);
    const thresholdOf = crossFit(many.people, many.acquired, { folds: 5, seed: 1 });
    const [one, two, three] = [1, 2, 3].map(
      (photos) => thresholdOf(1e-3, { photos, person: 0 }, 1) as number,
    );
    expect(one).toBeGreaterThan(two);
    expect(two).toBeGreaterThan(three);
    // One fit for each fold of the other person: five thresholds among all people.
    const all = Array.from({ length: 330 }, (_, person) => thresholdOf(1e-3, { photos: 1, person }, 0));
    expect(new Set(all).size).toBe(5);
  });
});

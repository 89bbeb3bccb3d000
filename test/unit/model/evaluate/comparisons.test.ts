import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareAll,
  comparePairs,
  distanceOf,
  type EmbeddingSet,
  type People,
  sortByDistance,
} from "../../../../model/evaluate/comparisons.ts";

/** Makes unit vectors in the plane at these angles, degrees; `null` was not acquired. */
function atAngles(angles: readonly (number | null)[]): EmbeddingSet {
  const values = new Float32Array(angles.length * 2);
  angles.forEach((angle, row) => {
    const radians = ((angle ?? Number.NaN) * Math.PI) / 180;
    values.set([Math.cos(radians), Math.sin(radians)], row * 2);
  });
  return { values, dimension: 2, acquired: Uint8Array.from(angles, (angle) => (angle === null ? 0 : 1)) };
}

function people(...identityOf: number[]): People {
  return { identityOf: Uint32Array.from(identityOf), identityCount: Math.max(...identityOf) + 1 };
}

describe("distance", () => {
  it.each([
    [0, 0, 0],
    [0, 90, Math.SQRT2],
    [0, 180, 2],
    [30, 90, 1],
  ])("of unit vectors at %i and %i degrees is %f", (a, b, expected) => {
    expect(distanceOf(atAngles([a, b]), 0, 1)).toBeCloseTo(expected, 6);
  });

  it("throws for an embedding that is not finite", () => {
    const set = atAngles([0, 10]);
    set.values[3] = Number.NaN;
    expect(() => distanceOf(set, 0, 1)).toThrow("not finite");
  });
});

describe("all against all", () => {
  it("compares every two images once", () => {
    const trials = compareAll(atAngles([0, 10, 90, 180]), people(0, 0, 1, 2));
    expect([...trials.genuine.left, ...trials.genuine.right]).toEqual([0, 1]);
    expect([...trials.impostor.left]).toEqual([0, 0, 1, 1, 2]);
    expect([...trials.impostor.right]).toEqual([2, 3, 2, 3, 3]);
  });

  it("keeps genuine trials of an unacquired image as non-matches and leaves its impostor trials out", () => {
    const trials = compareAll(atAngles([0, null, 90]), people(0, 0, 1));
    expect([...trials.genuine.distance]).toEqual([Number.POSITIVE_INFINITY]);
    expect([...trials.impostor.left]).toEqual([0]);
    expect([...trials.impostor.right]).toEqual([2]);
  });

  it("compares only the first rows when told so", () => {
    const trials = compareAll(atAngles([0, 10, 90, 180]), people(0, 0, 1, 2), 3);
    expect([...trials.impostor.right]).toEqual([2, 2]);
  });

  it("scores a listed pair as it does in all against all", () => {
    const set = atAngles([0, 10, 90]);
    const listed = comparePairs(
      set,
      [
        { left: 0, right: 1, same: true },
        { left: 1, right: 2, same: false },
      ],
      people(0, 0, 1),
    );
    const all = compareAll(set, people(0, 0, 1));
    expect(listed.genuine.distance[0]).toBe(all.genuine.distance[0]);
    expect(listed.impostor.distance[0]).toBe(all.impostor.distance[1]);
  });
});

describe("sorting", () => {
  it("orders any distances as a stable comparison sort would, Infinity last", () => {
    const value = fc.oneof(fc.float({ min: 0, max: 2, noNaN: true }), fc.constantFrom(0, 0.5, Infinity));
    fc.assert(
      fc.property(fc.array(value), (list) => {
        // -0 does not occur as a distance, and its bits would sort last.
        const distance = Float32Array.from(list, (item) => item + 0);
        const rows = Uint32Array.from(list, (_, k) => k);
        const sorted = sortByDistance({ distance, left: rows, right: rows });
        const expected = [...rows].sort((a, b) => distance[a] - distance[b] || a - b);
        expect([...sorted.left]).toEqual(expected);
        expect([...sorted.distance]).toEqual(expected.map((row) => distance[row]));
      }),
    );
  });
});

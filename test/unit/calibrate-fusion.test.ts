import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuse, meanLength, measureFusion } from "../../model/calibrate/fusion.ts";
import type { EmbeddingSet } from "../../model/evaluate/comparisons.ts";
import { distanceOf } from "../../model/evaluate/comparisons.ts";
import { fail, ok } from "../../src/errors.ts";

function unitVectors(vectors: readonly (readonly number[])[]): EmbeddingSet {
  const values = vectors.flatMap((vector) => vector.map((value) => value / Math.hypot(...vector)));
  return {
    values: Float32Array.from(values),
    dimension: vectors[0].length,
    acquired: new Uint8Array(vectors.length).fill(1),
  };
}

const coordinate = fc.double({ min: 0.1, max: 1, noNaN: true });
const vector = fc.tuple(
  coordinate,
  coordinate,
  coordinate.map((value) => -value),
);

describe("the distance to several faces", () => {
  it("to their centroid is that to the normalised mean vector", () => {
    fc.assert(
      fc.property(vector, fc.array(vector, { minLength: 1, maxLength: 5 }), (probe, faces) => {
        const mean = [0, 1, 2].map((k) =>
          faces.reduce((sum, face) => sum + face[k] / Math.hypot(...face), 0),
        );
        const set = unitVectors([probe, ...faces, mean]);
        const rows = faces.map((_, k) => k + 1);
        const distances = rows.map((row) => distanceOf(set, 0, row));
        const expected = distanceOf(set, 0, faces.length + 1);
        expect(fuse("centroid", distances, meanLength(set, rows)) ** 2).toBeCloseTo(expected ** 2, 5);
      }),
    );
  });

  it.each(["minimum", "centroid", "mean"] as const)("is the distance itself for one face: %s", (fusion) => {
    expect(fuse(fusion, [0.7], 1)).toBeCloseTo(0.7, 12);
  });

  it("is the least, or the root mean square: 0.6 and 0.8 give 0.6 and sqrt(0.5)", () => {
    expect(fuse("minimum", [0.6, 0.8], 0.9)).toBe(0.6);
    expect(fuse("mean", [0.6, 0.8], 0.9)).toBeCloseTo(Math.SQRT1_2, 12);
  });
});

describe("measuring fusions", () => {
  // Two people with three photos each within 0.1 of each other and 90 degrees apart, and one with one.
  const turned = (degrees: number) => [
    Math.cos((degrees * Math.PI) / 180),
    Math.sin((degrees * Math.PI) / 180),
  ];
  const embeddings = unitVectors([0, 2, 4, 90, 92, 94, 180].map(turned));
  const people = { identityOf: Uint32Array.of(0, 0, 0, 1, 1, 1, 2), identityCount: 3 };
  const options = { enrolledFaces: [1, 2], maxFmrs: [0.5], repeats: 3, seed: 1 };

  it("probes each subject with its photos that no row enrols, and with everyone else's", () => {
    const { subjects, genuineTrials, impostorTrials, rows } = measureFusion(embeddings, people, {
      ...options,
      thresholdFor: () => ok(0.2),
    });
    expect(subjects).toBe(2);
    expect(genuineTrials).toBe(3 * 2 * 1);
    expect(impostorTrials).toBe(3 * 2 * 4);
    expect(rows.map(({ fusion, enrolledFaces }) => `${fusion} ${enrolledFaces}`)).toEqual([
      "minimum 1",
      "centroid 1",
      "mean 1",
      "minimum 2",
      "centroid 2",
      "mean 2",
    ]);
    for (const row of rows) expect(row).toMatchObject({ fmr: 0, fnmr: 0, fnmrAtEqualFmr: 0 });
  });

  it("asks for a smaller rate for the minimum of several faces", () => {
    const asked: number[] = [];
    measureFusion(embeddings, people, {
      ...options,
      thresholdFor: (fmr) => {
        asked.push(fmr);
        return ok(0.2);
      },
    });
    expect(asked).toEqual([0.5, 0.5, 0.5, 0.25, 0.5, 0.5]);
  });

  it("leaves out a rate that has no threshold", () => {
    const refuse = () => fail({ code: "invalid_request", reason: "not measured" });
    expect(measureFusion(embeddings, people, { ...options, thresholdFor: refuse }).rows).toEqual([]);
  });
});

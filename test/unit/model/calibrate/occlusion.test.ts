import { describe, expect, it } from "vitest";
import { fitOcclusion } from "../../../../model/calibrate/occlusion/fit.ts";
import type { Sample } from "../../../../model/calibrate/occlusion/samples.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { occlusionOdds } from "../../../../src/face/quality/occlusion.ts";

const random = createRandom(1);
/** Roughly normal: the sum of twelve uniform numbers less 6. */
const normal = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
const sample = (kind: string | undefined, person: number, shift: number): Sample => ({
  ...{ kind, person, image: "" },
  // The second measure tells nothing; the third is on another scale.
  measures: [normal() + shift, normal(), 100 * normal() + 40 * shift],
});
const ordinary = Array.from({ length: 3000 }, (_, k) => sample(undefined, k, 0));
const covered = Array.from({ length: 400 }, (_, k) => sample("mask", k, 6));
const model = fitOcclusion([...ordinary, ...covered]);

describe("a fit of occlusion", () => {
  it("finds what differs, and calls three in a thousand ordinary faces covered", () => {
    const found = (samples: readonly Sample[]) =>
      samples.filter(({ measures }) => occlusionOdds(model, measures) > 0).length;
    expect(found(covered) / covered.length).toBeGreaterThan(0.99);
    expect(found(ordinary)).toBeGreaterThanOrEqual(5);
    expect(found(ordinary)).toBeLessThanOrEqual(13);
  });

  it("standardises by the ordinary faces alone, and weighs what tells more", () => {
    expect(model.means[0]).toBeCloseTo(0, 1);
    expect(model.spreads[2] / 100).toBeCloseTo(1, 1);
    expect(Math.abs(model.weights[1])).toBeLessThan(model.weights[0] / 5);
    expect(model.weights[2]).toBeGreaterThan(0);
    expect(model.weights[2]).toBeLessThan(model.weights[0]);
  });
});

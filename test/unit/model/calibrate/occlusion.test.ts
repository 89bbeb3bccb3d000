import { describe, expect, it } from "vitest";
import { fitOcclusion } from "../../../../model/calibrate/occlusion/fit.ts";
import { relit } from "../../../../model/calibrate/occlusion/light.ts";
import type { Sample } from "../../../../model/calibrate/occlusion/samples.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { linearOdds } from "../../../../src/face/quality/linear-odds.ts";

const random = createRandom(1);
/** Roughly normal: the sum of twelve uniform numbers less 6. */
const normal = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
/** The second measure tells nothing; the third is on another scale. */
const measures = (shift: number) => [normal() + shift, normal(), 100 * normal() + 40 * shift];
const sample = (
  kind: string | undefined,
  person: number,
  shift: number,
  shiftOfEyes = 0,
  isRelit = false,
): Sample => ({
  ...{ kind, person, isRelit, image: "" },
  regions: measures(shift),
  eyes: measures(shiftOfEyes),
});
const ordinary = Array.from({ length: 3000 }, (_, k) => sample(undefined, k, 0));
const covered = Array.from({ length: 400 }, (_, k) => sample("mask", k, 6));
const eyewear = Array.from({ length: 40 }, (_, k) => sample("worn", k, 0, 6));
const model = fitOcclusion([...ordinary, ...covered, ...eyewear]);
const foundByRegions = (samples: readonly Sample[]) =>
  samples.filter(({ regions }) => linearOdds(model.regions, regions) > 0).length;
const foundByEyes = (samples: readonly Sample[]) =>
  samples.filter(({ eyes }) => linearOdds(model.eyes, eyes) > 0).length;

describe("a fit of occlusion", () => {
  it("finds what differs, and calls two in a thousand ordinary faces covered by each model", () => {
    expect(foundByRegions(covered) / covered.length).toBeGreaterThan(0.99);
    expect(foundByEyes(eyewear) / eyewear.length).toBeGreaterThan(0.95);
    for (const found of [foundByRegions(ordinary), foundByEyes(ordinary)]) {
      expect(found).toBeGreaterThanOrEqual(3);
      expect(found).toBeLessThanOrEqual(10);
    }
  });

  it("asks the eyes alone about eyewear that is worn, and the regions alone about masks", () => {
    expect(foundByRegions(eyewear) / eyewear.length).toBeLessThan(0.1);
    expect(foundByEyes(covered) / covered.length).toBeLessThan(0.02);
  });

  it("calls about one in a hundred faces in another light covered at most, however it moves them", () => {
    const dim = Array.from({ length: 3000 }, (_, k) => sample(undefined, k, 1.5, 1.5, true));
    const lit = fitOcclusion([...ordinary, ...dim, ...covered, ...eyewear]);
    const share = (part: "regions" | "eyes") =>
      dim.filter((each) => linearOdds(lit[part], each[part]) > 0).length / dim.length;
    for (const part of ["regions", "eyes"] as const) expect(share(part)).toBeLessThan(0.013);
    expect(covered.filter(({ regions }) => linearOdds(lit.regions, regions) > 0).length).toBeGreaterThan(
      0.95 * covered.length,
    );
  });

  it("standardises by the ordinary faces alone, and weighs what tells more", () => {
    const { means, spreads, weights } = model.regions;
    expect(means[0]).toBeCloseTo(0, 1);
    expect(spreads[2] / 100).toBeCloseTo(1, 1);
    expect(Math.abs(weights[1])).toBeLessThan(weights[0] / 5);
    expect(weights[2]).toBeGreaterThan(0);
    expect(weights[2]).toBeLessThan(weights[0]);
  });

  it("finds no eyewear where none was shown", () => {
    const without = fitOcclusion([...ordinary, ...covered]);
    expect(eyewear.every(({ eyes }) => linearOdds(without.eyes, eyes) < 0)).toBe(true);
  });
});

describe("a photo in another light", () => {
  const picture = { width: 40, height: 30, data: new Uint8Array(40 * 30 * 4).fill(120) };

  it("is the same for the same draws, and another for others", () => {
    const [first, again, other] = [7, 7, 8].map((seed) => relit(picture, createRandom(seed)));
    expect(again.data).toEqual(first.data);
    expect(other.data).not.toEqual(first.data);
    expect([first.width, first.height]).toEqual([40, 30]);
  });

  it("is mostly darker, at times much, and at times lit from one side", () => {
    const brightness = Array.from({ length: 60 }, (_, seed) => {
      const { data } = relit(picture, createRandom(seed));
      return data.reduce((sum, value, k) => sum + (k % 4 === 3 ? 0 : value), 0) / (3 * 40 * 30);
    }).sort((a, b) => a - b);
    expect(brightness[5]).toBeLessThan(50);
    expect(brightness[30]).toBeLessThan(120);
    expect(brightness[59]).toBeGreaterThan(100);
  });
});

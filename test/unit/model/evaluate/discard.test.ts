import { describe, expect, it } from "vitest";
import {
  type DiscardInput,
  discardCurve,
  gateEffect,
  type QualityMeasure,
  qualityMeasures,
} from "../../../../model/evaluate/discard/discard.ts";
import { defaultQualityLimits, type Quality } from "../../../../src/face/quality/quality.ts";

const good: Quality = {
  eyeDistancePx: 60,
  sharpness: 0.1,
  brightness: 120,
  contrast: 40,
  yaw: 0,
  pitch: 0,
  roll: 0,
  agreement: 0.95,
  inFrame: 1,
  recognisability: 0.99,
  occlusion: 0.001,
};

/**
 * Ten photos with eye distances 10, 20, ..., 100: three of person 0, two of each of persons 1 to 3, one
 * of person 4. Six genuine trials, of which the three with the smallest photos, rows 0 and 1, fail.
 */
function makeInput(changes: Partial<DiscardInput> = {}): DiscardInput {
  const trials = [
    [0, 2, 1.5],
    [1, 2, 1.5],
    [0, 1, 1.5],
    [3, 4, 0.5],
    [5, 6, 0.5],
    [7, 8, 1],
  ];
  return {
    genuine: {
      distance: Float32Array.from(trials, ([, , distance]) => distance),
      left: Uint32Array.from(trials, ([left]) => left),
      right: Uint32Array.from(trials, ([, right]) => right),
    },
    identityOf: Uint32Array.of(0, 0, 0, 1, 1, 2, 2, 3, 3, 4),
    identityCount: 5,
    qualities: Array.from({ length: 10 }, (_, row) => ({ ...good, eyeDistancePx: 10 * (row + 1) })),
    threshold: 1,
    draws: [],
    ...changes,
  };
}

function named(name: string): QualityMeasure {
  const found = qualityMeasures.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe("error against share discarded", () => {
  it("drops the trials of the worst images, and keeps those of the others", () => {
    const points = discardCurve(makeInput(), named("eye_distance_px"), [0, 0.1, 0.2, 0.3]);
    expect(points.map(({ fnmr }) => fnmr)).toEqual([3 / 6, 1 / 4, 0, 0]);
    expect(points.map(({ limit }) => limit)).toEqual([10, 20, 30, 40]);
    expect(points.map(({ discarded }) => discarded)).toEqual([0, 1 - 9 / 10, 1 - 8 / 10, 1 - 7 / 10]);
  });

  it("rounds the count of images down, but not for a rounding error: 0.29 of 100 is 29", () => {
    const qualities = Array.from({ length: 100 }, (_, row) => ({ ...good, sharpness: row }));
    const genuine = { distance: Float32Array.of(0), left: Uint32Array.of(98), right: Uint32Array.of(99) };
    const identityOf = new Uint32Array(100);
    const input = makeInput({ qualities, genuine, identityOf, identityCount: 1 });
    const limits = discardCurve(input, named("sharpness"), [0.29, 0.295]).map(({ limit }) => limit);
    expect(limits).toEqual([29, 29]);
  });

  it("discards none of several images that are equally bad, unless all of them", () => {
    const qualities = [0.5, 0.8, 0.8, 0.8, 1, 1, 1, 1, 1, 1].map((inFrame) => ({ ...good, inFrame }));
    const points = discardCurve(makeInput({ qualities }), named("in_frame"), [0, 0.1, 0.2, 0.3, 0.4, 0.6]);
    expect(points.map(({ discarded }) => Math.round(10 * discarded))).toEqual([0, 1, 1, 1, 4, 4]);
  });

  it("takes the far turned and the over-exposed for the worst, in the measure's own numbers", () => {
    const qualities = [-50, 40, 30, 5, -5, 0, 0, 0, 0, 0].map((yaw, row) => {
      return { ...good, yaw, brightness: 100 + row };
    });
    const input = makeInput({ qualities });
    const yaw = discardCurve(input, named("yaw"), [0, 0.1, 0.2]);
    expect(yaw.map(({ limit }) => limit)).toEqual([50, 40, 30]);
    expect(yaw.map(({ fnmr }) => fnmr)).toEqual([3 / 6, 1 / 4, 0]);
    expect(discardCurve(input, named("brightness_high"), [0, 0.1]).map(({ limit }) => limit)).toEqual([
      109, 108,
    ]);
    expect(discardCurve(input, named("brightness_low"), [0, 0.1]).map(({ limit }) => limit)).toEqual([
      100, 101,
    ]);
  });

  it("takes a value that is no number for the worst", () => {
    const qualities = makeInput().qualities.map((quality, row) => ({
      ...good,
      ...quality,
      sharpness: row === 1 ? Number.NaN : 0.1,
    }));
    const [, point] = discardCurve(makeInput({ qualities }), named("sharpness"), [0, 0.1]);
    expect(point.fnmr).toBe(1 / 4);
  });

  it("leaves out images without an embedding, before the first discard too", () => {
    const qualities = makeInput().qualities.map((quality, row) => (row === 0 ? null : quality));
    const [all, worst] = discardCurve(makeInput({ qualities }), named("eye_distance_px"), [0, 0.12]);
    expect([all.fnmr, all.discarded, all.limit]).toEqual([1 / 4, 0, 20]);
    expect([worst.fnmr, worst.limit]).toEqual([0, 30]);
  });

  it("resamples people: those not drawn have no errors, those drawn twice twice as many", () => {
    const draws = [Uint16Array.of(0, 2, 1, 1, 1), Uint16Array.of(2, 1, 0, 1, 1)];
    const [point] = discardCurve(makeInput({ draws }), named("eye_distance_px"), [0]);
    // 0 of 4 trials, and 6 of 8; the interval spans 95 % of the way between the two.
    expect(point.interval?.[0]).toBeCloseTo(0.025 * 0.75, 12);
    expect(point.interval?.[1]).toBeCloseTo(0.975 * 0.75, 12);
  });
});

describe("the effect of limits", () => {
  it("counts each reason, each refused image once, and the error before and after", () => {
    const qualities = makeInput().qualities.map((quality, row) => ({
      ...good,
      ...quality,
      eyeDistancePx: 60,
      brightness: row === 0 || row === 9 ? 0 : 120,
      yaw: row === 0 ? 89 : 0,
    }));
    const effect = gateEffect(makeInput({ qualities, draws: [new Uint16Array(5).fill(1)] }));
    expect(effect.discarded).toBe(0.2);
    expect(effect.byReason).toEqual({ too_dark: 0.2, extreme_pose: 0.1 });
    expect(effect.before).toEqual({ value: 3 / 6, interval: [3 / 6, 3 / 6] });
    expect(effect.after.value).toBe(1 / 4);
    expect(effect.saved).toEqual({ value: 1 / 4, interval: [1 / 4, 1 / 4] });
  });

  it("has no rate where no trial is left", () => {
    const limits = { ...defaultQualityLimits, minEyeDistancePx: 1000 };
    const effect = gateEffect(makeInput(), limits);
    expect([effect.discarded, effect.after.value, effect.after.interval]).toEqual([1, Number.NaN, null]);
  });
});

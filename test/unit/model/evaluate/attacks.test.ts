import { describe, expect, it } from "vitest";
import { areaUnderCurve, equalErrorRate, intervalOf } from "../../../../model/evaluate/attacks/figures.ts";
import { fitFusion, type Sample } from "../../../../model/evaluate/attacks/fit.ts";
import { attacks, genuine } from "../../../../model/evaluate/attacks/species.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { unmeasuredFusion } from "../../../../model/unmeasured.ts";
import { fuse } from "../../../../src/face/passive/fusion.ts";
import type { Manifest } from "../../../../src/models.ts";

describe("rates", () => {
  it("are equal where the scores cross", () => {
    expect(equalErrorRate([2, 3, 4, 5], [0, 1, 2.5, 3.5])).toBeCloseTo(0.25, 9);
    expect(equalErrorRate([2, 3], [0, 1])).toBe(0);
  });

  it("count a tie of a person and an attack half", () => {
    expect(areaUnderCurve([1, 2], [1, 0])).toBe(0.875);
  });

  it.each([
    [0, 500, [0, 0.00735]],
    [5, 100, [0.01643, 0.11284]],
    [10, 10, [0.6915, 1]],
  ] as const)("of %d in %d have Clopper and Pearson's interval", (count, of, [low, high]) => {
    const [from, to] = intervalOf({ count, of });
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });
});

describe("a rendering", () => {
  const photo = {
    width: 60,
    height: 60,
    data: Uint8Array.from({ length: 4 * 60 * 60 }, (_, at) => (at % 4 === 3 ? 255 : (at * 7) % 256)),
  };
  const at = (x: number, y: number) => ({ x, y });
  const landmarks = [at(20, 25), at(40, 25), at(30, 35), at(24, 45), at(36, 45)] as const;

  it.each([genuine, ...attacks])(
    "$name is the same for the same seed, and another for another",
    ({ render }) => {
      const of = (seed: number) =>
        Buffer.from(render({ photo, other: photo, landmarks }, createRandom(seed)));
      expect(of(1).equals(of(1))).toBe(true);
      expect(of(1).equals(of(2))).toBe(false);
    },
  );
});

describe("the fit", () => {
  const random = createRandom(3);
  const signals = (live: number, grid: number) => ({ live, attack: 0, grid });
  const samples: Sample[] = Array.from({ length: 400 }, (_, person) => {
    const isPerson = person % 2 === 0;
    const live = (isPerson ? 2 : -2) + 6 * (random() - 0.5);
    return {
      person,
      species: isPerson ? "genuine" : "print",
      signals: signals(live, (isPerson ? 0 : 4) + random()),
    };
  });
  const model = fitFusion(samples, { dataset: "made", networks: "a" });

  it("trusts the networks, and bounds what a signal that tells everything adds", () => {
    expect(model.opinions).toBeGreaterThan(0);
    expect(model.grid.weight).toBeLessThan(0);
    const genuineSpread = 6 / Math.sqrt(12);
    expect(model.grid.most).toBeLessThan(0.6 * model.opinions * genuineSpread);
  });

  it("suspects one in twenty of the people it was fitted on", () => {
    const people = samples.filter(({ species }) => species === "genuine");
    const suspected = people.filter(({ signals: own }) => fuse(model, own).suspected);
    expect(suspected.length / people.length).toBeCloseTo(0.05, 2);
  });

  it("starts from a stand-in that counts the networks alone", () => {
    const manifest = { passive: [], models: {} } as unknown as Manifest;
    const alone = unmeasuredFusion(manifest);
    expect(fuse(alone, signals(0, 50)).score).toBe(0.5);
  });
});

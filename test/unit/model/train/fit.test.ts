/** Training on synthetic embeddings: heads that learn, heads that are refused, and repeated runs. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { drawBatches } from "../../../../model/train/batches.ts";
import type { Checkpoint } from "../../../../model/train/checkpoint.ts";
import { type FitOptions, fitHead } from "../../../../model/train/fit.ts";
import { isBetter, meanTar, measureGains } from "../../../../model/train/gain.ts";
import type { HeadKind } from "../../../../model/train/head.ts";
import { hashHead } from "../../../../model/train/head-hash.ts";
import { lossNames } from "../../../../model/train/losses/loss.ts";
import { mineTuples, minings, pairPeople } from "../../../../model/train/mining.ts";
import { splitPeople } from "../../../../model/train/split.ts";
import { sweep } from "../../../fixtures/exhaustive.ts";
import { syntheticPeople } from "../../../fixtures/people/synthetic-people.ts";

const sizes = [20, 12];
const options: FitOptions = {
  head: "linear",
  loss: "npair",
  mining: "semi-hard",
  learningRate: 0.02,
  decay: 1e-4,
  epochs: 8,
  patience: 8,
  seed: 5,
};
const heads: readonly HeadKind[] = ["linear", "hidden"];
const bootstrap = { replicates: 100, seed: 1 };

/** A tenth of the directions depends on the photo, not on the person. */
const learnable = syntheticPeople({
  people: 240,
  photosPerPerson: 3,
  sizes,
  noise: 0.5,
  nuisance: 4,
  seed: 1,
});

describe("a head", () => {
  it.each(
    sweep(
      lossNames.flatMap((loss) => heads.map((head) => [loss, head] as const)),
      lossNames.map((loss, i) => [loss, heads[i % heads.length]] as const),
    ),
  )("trained with the %s loss, %s, is better on people that it has never seen", async (loss, head) => {
    const [learn, validation, heldOut] = splitPeople(learnable, [0.5, 0.2, 0.3], 1);
    const fitted = await fitHead(
      learn,
      sizes,
      { ...options, loss, head },
      { validate: (each) => meanTar(validation, each) },
    );
    expect(fitted.bestEpoch).toBeGreaterThan(0);
    expect(isBetter(measureGains(heldOut, fitted.head, bootstrap))).toBe(true);
  });

  it("learns across two sides as well", async () => {
    const set = syntheticPeople({
      people: 240,
      photosPerPerson: 4,
      sizes,
      noise: 0.5,
      nuisance: 4,
      seed: 1,
      twoSides: true,
    });
    const [learn, heldOut] = splitPeople(set, [0.6, 0.4], 1);
    const fitted = await fitHead(
      learn,
      sizes,
      { ...options, loss: "triplet" },
      { validate: (each) => meanTar(learn, each) },
    );
    expect(isBetter(measureGains(heldOut, fitted.head, bootstrap))).toBe(true);
  });

  it("that has memorised a few people is far better on them, and refused on others", async () => {
    const few = { photosPerPerson: 3, sizes, noise: 1.2, nuisance: 1.2 };
    const learn = syntheticPeople({ ...few, people: 12, seed: 2 });
    const heldOut = syntheticPeople({ ...few, people: 150, seed: 3 });
    const memorise = { ...options, learningRate: 0.1, decay: 0, epochs: 40, patience: 40 };
    const { head } = await fitHead(learn, sizes, memorise, { validate: (each) => meanTar(learn, each) });
    const unchanged = await fitHead(
      learn,
      sizes,
      { ...memorise, epochs: 0 },
      { validate: (each) => meanTar(learn, each) },
    );
    expect(meanTar(learn, head)).toBeGreaterThan(meanTar(learn, unchanged.head) + 0.2);
    expect(isBetter(measureGains(heldOut, head, bootstrap))).toBe(false);
  });

  it("is the identity where no epoch was better", async () => {
    const verdicts = [0.5, 0.4, 0.3, 0.2];
    const fitted = await fitHead(
      learnable,
      sizes,
      { ...options, patience: 2 },
      { validate: () => verdicts.shift()! },
    );
    expect(fitted.bestEpoch).toBe(0);
    expect(fitted.history).toHaveLength(3);
    expect([...fitted.head.blocks[1][0].values.subarray(0, 14)]).toEqual([1, ...Array(11).fill(0), 0, 1]);
  });
});

describe("a training", () => {
  const [some] = splitPeople(learnable, [0.25, 0.75], 1);
  const run = (more: Partial<FitOptions>, hooks = {}) =>
    fitHead(
      some,
      sizes,
      { ...options, loss: "triplet", epochs: 4, ...more },
      { validate: (head) => meanTar(some, head), ...hooks },
    );

  it("gives the same bytes for the same seed, and others for another", async () => {
    const [once, again, other] = [await run({}), await run({}), await run({ seed: 6 })];
    expect(hashHead(again.head)).toBe(hashHead(once.head));
    expect(hashHead(other.head)).not.toBe(hashHead(once.head));
  });

  it.each(["linear", "hidden"] as const)(
    "of a %s head broken off after any epoch gives the same bytes when it is resumed",
    async (head) => {
      const checkpoints: Checkpoint[] = [];
      const whole = await run({ head }, { save: (each: Checkpoint) => checkpoints.push(each) });
      expect(checkpoints).toHaveLength(4);
      for (const checkpoint of checkpoints) {
        const resume = JSON.parse(JSON.stringify(checkpoint)) as Checkpoint;
        const resumed = await run({ head }, { resume });
        expect(hashHead(resumed.head)).toBe(hashHead(whole.head));
        expect(resumed.history).toEqual(whole.history);
      }
    },
  );

  it("says so where nobody has two photos", async () => {
    const alone = syntheticPeople({ people: 20, photosPerPerson: 1, sizes, noise: 1, nuisance: 1, seed: 1 });
    await expect(fitHead(alone, sizes, options, { validate: () => 0 })).rejects.toThrow(
      "nobody has two photos",
    );
  });
});

describe("mining", () => {
  // Places on a line: one person at 0 and 1, strangers at 0.6, 1.5 and 9.
  const places = [0, 1, 0.6, 1.5, 9];
  const batch = { identityOf: [1, 1, 2, 3, 4], sides: null };
  const distance = (a: number, b: number) => Math.abs(places[a] - places[b]);

  it.each([
    ["hard", [2, 2]],
    ["semi-hard", [3, 4]],
  ] as const)("%s takes the stranger that it should", (mining, negatives) => {
    const tuples = mineTuples(batch, mining, distance, () => 0);
    expect(tuples.anchors).toEqual([0, 1]);
    expect(tuples.positives).toEqual([1, 0]);
    expect(tuples.negatives).toEqual(negatives);
  });

  it.each(minings)("%s never takes the person's own photo, nor the same side's", (mining) => {
    const set = syntheticPeople({
      people: 30,
      photosPerPerson: 4,
      sizes,
      noise: 1,
      nuisance: 1,
      seed: 4,
      twoSides: true,
    });
    const random = createRandom(1);
    for (const { identityOf, sides } of drawBatches(set, random)) {
      const { anchors, positives, negatives, others } = mineTuples(
        { identityOf, sides },
        mining,
        random,
        random,
      );
      expect(anchors.length).toBeGreaterThan(50);
      anchors.forEach((anchor, k) => {
        const [person, stranger, other] = [anchor, negatives[k], others[k]].map((row) => identityOf[row]);
        expect(identityOf[positives[k]]).toBe(person);
        expect(new Set([person, stranger, other]).size).toBe(3);
        expect(sides![anchor]).not.toBe(sides![positives[k]]);
        expect(sides![anchor]).not.toBe(sides![negatives[k]]);
        expect(sides![negatives[k]]).not.toBe(sides![others[k]]);
      });
    }
  });

  it("pairs each person once, the first side before the second", () => {
    const people = { identityOf: [7, 7, 8, 8, 9], sides: [1, 0, 0, 1, 0] };
    expect(pairPeople(people, () => 0)).toEqual({ anchors: [1, 2], positives: [0, 3] });
  });
});

describe("a split", () => {
  it("shares no person, loses none, and is the same for the same seed", () => {
    const parts = splitPeople(learnable, [0.7, 0.1, 0.2], 3);
    expect(parts.map(({ identityCount }) => identityCount)).toEqual([168, 24, 48]);
    const photos = parts.map(({ variants }) => variants.map(([plain]) => plain));
    expect(new Set(photos.flat()).size).toBe(720);
    const people = photos.map(
      (own) =>
        new Set(
          own.map((plain) => learnable.identityOf[learnable.variants.findIndex(([each]) => each === plain)]),
        ),
    );
    expect(people.map(({ size }) => size)).toEqual([168, 24, 48]);
    expect(new Set(people.flatMap((own) => [...own])).size).toBe(240);
    expect(splitPeople(learnable, [0.7, 0.1, 0.2], 3)[0].identityOf).toEqual(parts[0].identityOf);
  });
});

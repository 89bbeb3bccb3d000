/** A kind whose levels are seeds of random programs: one to three operators with settings that the seed draws. */
import { createRandom } from "../../../statistics/random.ts";
import type { Kind } from "../kind.ts";
import { type Operator, pick } from "./draw.ts";

/** Shares of programs that go on after their first operator, and after their second. */
const longer = [0.35, 0.25];

/**
 * What a program does is the same on every photo; in half of them its grains, phases and shapes fall elsewhere on each.
 *
 * @param first what all of them begin with
 * @param others what they go on with
 * @param salt another for each kind
 */
export function programsOf(
  name: string,
  first: Operator,
  others: readonly Operator[],
  count: number,
  salt: number,
): Kind {
  return {
    name: `program, ${name}`,
    unit: "seed",
    levels: Array.from({ length: count }, (_, seed) => seed),
    apply(scene, seed, own) {
      const random = createRandom(15_485_863 * salt + 7919 * seed);
      const steps = [first(random)];
      for (const share of longer) {
        if (random() >= share) break;
        steps.push(pick(random, others)(random));
      }
      const isAlike = random() < 0.5;
      const shared = Math.floor(2 ** 31 * random());
      const detail = isAlike ? createRandom(shared) : own;
      return steps.reduce((picture, step) => step({ ...scene, picture }, detail), scene.picture);
    },
  };
}

/** Splits a set into parts that share no person: for learning, for choosing the epoch, for the decision. */
import { createRandom } from "../evaluate/statistics/random.ts";
import { shuffle, type TrainingSet } from "./batches.ts";

/** @param shares of the people, in the order of the result; they sum to 1 */
export function splitPeople(set: TrainingSet, shares: readonly number[], seed: number): TrainingSet[] {
  const order = shuffle(
    Array.from({ length: set.identityCount }, (_, identity) => identity),
    createRandom(seed),
  );
  let from = 0;
  let total = 0;
  return shares.map((share) => {
    total += share;
    const to = Math.round(total * order.length);
    const part = ofPeople(set, new Set(order.slice(from, to)));
    from = to;
    return part;
  });
}

function ofPeople(set: TrainingSet, people: ReadonlySet<number>): TrainingSet {
  const rows = [...set.identityOf.keys()].filter((row) => people.has(set.identityOf[row]));
  const numberOf = new Map([...people].map((person, number) => [person, number]));
  return {
    identityOf: Uint32Array.from(rows, (row) => numberOf.get(set.identityOf[row])!),
    identityCount: people.size,
    sides: set.sides && Uint8Array.from(rows, (row) => set.sides![row]),
    variants: rows.map((row) => set.variants[row]),
  };
}

/** Chooses the mutants to try: the same for the same seed and sources on every machine. */
import { type Random, seededRandom } from "../fuzz/mutate.ts";
import type { Mutant } from "./mutants.ts";

/**
 * Draws lines first and one mutant of each, so that a line with many operators is not drawn more often than another.
 */
export function sample(mutants: readonly Mutant[], seed: number, count: number): Mutant[] {
  const random = seededRandom(seed);
  const lines = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const line = `${mutant.file}:${mutant.line}`;
    lines.set(line, [...(lines.get(line) ?? []), mutant]);
  }
  return shuffled([...lines.values()], random)
    .slice(0, count)
    .map((onOneLine) => onOneLine[Math.floor(random() * onOneLine.length)]);
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

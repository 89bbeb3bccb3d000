/** Programs that begin with further operators: more ways to bend a photo, and what changes a part of it alone. */
import type { KindGroup } from "../kind.ts";
import { creases, features, waters, whirls, wraps } from "./bends.ts";
import type { Operator } from "./draw.ts";
import { openings, smear } from "./gathered.ts";
import { furrows, makeup, relight } from "./lit.ts";
import { partlyOf, selective } from "./partly.ts";
import { programsOf } from "./program.ts";
import { others } from "./programs.ts";
import { arithmetic, weather, worn } from "./worn.ts";

/** An operator, and how many programs begin with it. */
const operators: readonly (readonly [name: string, operator: Operator, programs: number])[] = [
  ["waters", waters, 39],
  ["creases", creases, 39],
  ["features", features, 54],
  ["whirls", whirls, 24],
  ["wraps", wraps, 45],
  ["selective", selective, 15],
  ["smear", smear, 27],
  ["openings", openings, 33],
  ["relight", relight, 24],
  ["furrows", furrows, 12],
  ["makeup", makeup, 15],
  ["worn", worn, 33],
  ["weather", weather, 6],
  ["arithmetic", arithmetic, 12],
];

const all = [...others, ...operators.map(([, operator]) => operator)];

export const furtherPrograms: KindGroup = {
  name: "further programs",
  source: import.meta.url,
  kinds: [...operators, ["partly", partlyOf(all), 42] as const].map(([name, first, count], place) =>
    programsOf(name, first, all, count, place + 101),
  ),
};

/**
 * Measures the liveness judge on sessions made from photos of people:
 *
 *   npm run evaluate:liveness -- --data DIR [--train 150] [--people 300] [--rounds 1] [--fit] [--cache DIR]
 *
 * Every person of the view with a frontal photo is taken, up to that number; lfw-dev's test view has 291. More rounds
 * make more sessions of each. DIR has `images/`, `train.images.tsv` and `test.images.tsv`. Sessions are made once and kept in the cache; an
 * interrupted run goes on. `--fit` fits the relief model on people of the train view first, and writes it into the
 * service's source. Figures are of the test view alone.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LivenessLimits } from "../../../src/face/liveness/judge.ts";
import { livenessLimitsOf } from "../../../src/face/liveness/limits.ts";
import { readCalibration } from "../../runtime.ts";
import { createRandom } from "../statistics/random.ts";
import { presentationsOf } from "./attacks.ts";
import { figureOf, lineOf } from "./figures.ts";
import { fitRelief, samplesOf } from "./fit.ts";
import { makeView } from "./make.ts";
import { realParallax } from "./real/pairs.ts";
import { type Person, readPeople } from "./store.ts";
import { writeModel } from "./write-model.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    train: { type: "string", default: "150" },
    people: { type: "string", default: "300" },
    rounds: { type: "string", default: "1" },
    cache: { type: "string", default: ".cache/liveness" },
    fit: { type: "boolean", default: false },
  },
});
if (values.data === undefined) throw new Error("--data names the folder of photos");
const { data, cache } = values;
mkdirSync(cache, { recursive: true });

async function peopleOf(view: "train" | "test", count: number): Promise<Person[]> {
  const rounds = view === "test" ? Number(values.rounds) : 1;
  const file = join(cache, rounds === 1 ? `${view}.jsonl` : `${view}-${rounds}.jsonl`);
  await makeView({ data, view, count, rounds, file, packages: ".cache/packages" });
  const people: Person[] = [];
  for await (const person of readPeople(file)) if (people.length < count) people.push(person);
  return people;
}

const base = livenessLimitsOf(readCalibration());
if (!base.ok) throw new Error("the calibration does not cover the judge's rates");
let limits: LivenessLimits = base.value;
if (values.fit) {
  const relief = fitRelief(samplesOf(await peopleOf("train", Number(values.train))));
  writeModel(relief);
  limits = { ...limits, relief };
}
const people = await peopleOf("test", Number(values.people));
const genuine = people.flatMap(({ sessions }) => sessions.filter(({ kind }) => kind === "genuine"));
console.log(lineOf("BPCER, rendered heads", figureOf(genuine, limits), "refused"));
for (const [name, presentations] of presentationsOf(people, createRandom(9))) {
  console.log(lineOf(`APCER, ${name}`, figureOf(presentations, limits), "passed"));
}
console.log(realParallax(people, limits));

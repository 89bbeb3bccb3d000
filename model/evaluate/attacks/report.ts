/** Prints what the networks and the fusion tell apart, by species. */
import { fuse } from "../../../src/face/passive/fusion.ts";
import { areaUnderCurve, equalErrorRate, intervalOf, type Rate } from "./figures.ts";
import { fitFusion, operatingBpcer, opinionOf, type Sample } from "./fit.ts";
import { attacks } from "./species.ts";

type Score = (sample: Sample) => number;

const facts = { dataset: "", networks: "" };

/** Judges `test`; the fusion is fitted on `train` without the species that it is judged on. */
export function report(train: readonly Sample[], test: readonly Sample[]): void {
  const scores: Readonly<Record<string, (left: string) => Score>> = {
    "fr-liveness alone": () => (sample) => sample.signals.live,
    "antispoof alone": () => (sample) => -sample.signals.attack,
    "difference, without a fit": () => (sample) => opinionOf(sample.signals),
    "fused, kind left out": (left) => {
      const seen = train.filter(({ species }) => species !== left);
      const fitted = fitFusion(seen, facts);
      return (sample) => fuse(fitted, sample.signals).score;
    },
  };
  for (const [name, scoreFor] of Object.entries(scores)) {
    console.log(`\n${name}: species, EER, AUC, APCER at BPCER ${operatingBpcer} of the first list, BPCER`);
    for (const { name: species } of attacks) judge(species, scoreFor(species), train, test);
  }
  for (const name of ["fr-liveness alone", "difference, without a fit"]) {
    console.log(`\n${name}, all species together`);
    judge(undefined, scores[name](""), train, test);
  }
}

/** Prints a line about a species, or about all of them. */
function judge(
  species: string | undefined,
  score: Score,
  train: readonly Sample[],
  test: readonly Sample[],
): void {
  const genuine = (samples: readonly Sample[]) =>
    samples.filter((each) => each.species === "genuine").map(score);
  const people = genuine(test);
  const isAttack = (each: Sample) => (species ? each.species === species : each.species !== "genuine");
  const attackers = test.filter(isAttack).map(score);
  const sorted = genuine(train).sort((a, b) => a - b);
  const threshold = sorted[Math.floor(operatingBpcer * sorted.length)];
  const apcer = { count: attackers.filter((each) => each >= threshold).length, of: attackers.length };
  const bpcer = { count: people.filter((each) => each < threshold).length, of: people.length };
  const eer = equalErrorRate(people, attackers).toFixed(3);
  const auc = areaUnderCurve(people, attackers).toFixed(3);
  console.log(`${(species ?? "all").padEnd(12)} ${eer}  ${auc}  ${print(apcer)}  ${print(bpcer)}`);
}

function print(rate: Rate): string {
  const [low, high] = intervalOf(rate).map((share) => share.toFixed(3));
  return `${(rate.count / rate.of).toFixed(3)} [${low}, ${high}] of ${rate.of}`;
}

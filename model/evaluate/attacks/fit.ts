/**
 * Fits the fusion of the passive signal. The networks' difference is fitted alone first, which only gives it a scale;
 * then the pixels' signals are fitted beside it under a strong ridge, and their sum is bounded: a fit on made attacks
 * must not outvote networks that saw real ones.
 */
import {
  excessOf,
  type FusionModel,
  fuse,
  type PassiveSignals,
  pixelSignalNames,
} from "../../../src/face/passive/fusion.ts";
import { fitLogistic } from "../../calibrate/recognisability/logistic.ts";

export interface Sample {
  /** Name of the species, or `genuine`. */
  readonly species: string;
  readonly person: number;
  readonly signals: PassiveSignals;
}

/**
 * Directions in which signals may count, 1 for a person. Only the grid counts, against a person: the others are told
 * and have no weight. Blur and gloss are what the made attacks disagree about: dots and grids are sharp, and a second
 * camera blurs. Gamut, black and edges are a camera's and a room's as well: of 182 frames of two real men before
 * cameras of 360 to 720 px, fused with them, nearly all were moved as far towards an attack as the bound allows.
 */
const directions: Readonly<Record<(typeof pixelSignalNames)[number], -1 | 0 | 1>> = {
  grid: -1,
  detail: 0,
  highlights: 0,
  saturation: 0,
  black: 0,
  edges: 0,
};

/** Penalty per squared weight of a signal in deviations, on the scale of the mean loss. */
const ridge = 0.02;
/** Largest sum of the signals' terms, in standard deviations that the networks' term has over genuine photos. */
const mostShare = 0.5;
/** Share of genuine photos that the threshold suspects. */
export const operatingBpcer = 0.05;
const rounds = 600;
const stride = 0.5;

export const opinionOf = ({ live, attack }: PassiveSignals) => live - attack;
const isGenuine = ({ species }: Sample) => species === "genuine";
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

/** Every species counts as much as any other, and all together as much as genuine photos. */
function importances(samples: readonly Sample[]): number[] {
  const counts = new Map<string, number>();
  for (const { species } of samples) counts.set(species, (counts.get(species) ?? 0) + 1);
  const attacks = counts.size - 1;
  return samples.map(({ species }) => 0.5 / counts.get(species)! / (species === "genuine" ? 1 : attacks));
}

export function fitFusion(
  samples: readonly Sample[],
  { dataset, networks }: { readonly dataset: string; readonly networks: string },
): FusionModel {
  const labels = samples.map((sample) => (isGenuine(sample) ? 1 : 0));
  const alone = fitLogistic(
    samples.map(({ signals }) => [opinionOf(signals)]),
    labels,
  );
  const [opinions] = alone.weights;
  if (!(opinions > 0)) throw new Error("the networks believe the opposite");
  const genuine = samples.filter(isGenuine).map(({ signals }) => signals);
  const scales = pixelSignalNames.map((name) => {
    const values = genuine.map((signals) => signals[name]);
    return { mean: mean(values), deviation: Math.max(1e-6, spread(values)) };
  });
  const rows = samples.map(({ signals }) =>
    pixelSignalNames.map((name, k) => excessOf(scales[k], signals[name])),
  );
  const counts = importances(samples);
  const weights = scales.map(() => 0);
  let bias = alone.bias;
  for (let round = 0; round < rounds; round++) {
    const gradient = weights.map((weight) => 2 * ridge * weight);
    let slope = 0;
    rows.forEach((row, at) => {
      const sum = row.reduce((total, value, k) => total + value * weights[k], 0);
      const logOdds = bias + opinions * opinionOf(samples[at].signals) + sum;
      const error = counts[at] * (1 / (1 + Math.exp(-logOdds)) - labels[at]);
      slope += error;
      row.forEach((value, k) => {
        gradient[k] += error * value;
      });
    });
    bias -= stride * slope;
    pixelSignalNames.forEach((name, k) => {
      const moved = weights[k] - stride * gradient[k];
      weights[k] = moved * directions[name] > 0 ? moved : 0;
    });
  }
  const round = (value: number) => Number(value.toPrecision(6));
  const entries = pixelSignalNames.map((name, k) => {
    const { mean: middle, deviation } = scales[k];
    return [name, { mean: round(middle), deviation: round(deviation), weight: round(weights[k]) }] as const;
  });
  const model: FusionModel = {
    dataset,
    networks,
    threshold: 0,
    bias: round(bias),
    opinions: round(opinions),
    most: round(mostShare * opinions * spread(genuine.map(opinionOf))),
    signals: Object.fromEntries(entries) as FusionModel["signals"],
  };
  const scores = genuine.map((signals) => fuse(model, signals).score).sort((a, b) => a - b);
  return { ...model, threshold: round(scores[Math.floor(operatingBpcer * scores.length)]) };
}

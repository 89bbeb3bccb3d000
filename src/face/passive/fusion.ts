/**
 * Fusion of the networks' opinions and the pixels' grid into one number by a logistic model. The difference of the
 * networks' log-odds decides; what the grid adds is bounded, since it was fitted on made attacks, which real ones need
 * not resemble.
 */
import * as z from "zod";
import type { NetworkOpinions } from "./networks.ts";

/** Everything that the score is made of. */
export interface PassiveSignals extends NetworkOpinions {
  /** Height of narrow peaks in the spectrum, natural logarithm. */
  readonly grid: number;
}

export interface PassiveSignal {
  /** Evidence of a person against a picture of one, 0..1: high for a person. It is a rank and no probability. */
  readonly score: number;
  /** True when the score is below the one that 5 % of the genuine photos were below on which the fusion was fitted. */
  readonly suspected: boolean;
  readonly signals: PassiveSignals;
}

const finite = z.number();
const entrySchema = z.strictObject({
  dataset: z.string(),
  /** Hashes of the networks on which it was fitted, joined by "+". */
  networks: z.string(),
  bias: finite,
  /** Factor of `live` less `attack`. */
  opinions: finite.positive(),
  /** Score below which a photo is suspected. */
  threshold: finite.min(0).max(1),
  grid: z.strictObject({
    /** Mean and standard deviation over genuine photos. */
    mean: finite,
    deviation: finite.positive(),
    /** Factor of the deviations by which the grid is unusually high. */
    weight: finite,
    /** Bound of its term: it counts as most * tanh(term / most). */
    most: finite.nonnegative(),
  }),
});

export type FusionModel = z.infer<typeof entrySchema>;

/** Checks the manifest's fusion. Throws where it is missing, or was fitted on other networks. */
export function parseFusion(entry: unknown, networks: string): FusionModel {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) throw new Error("the manifest does not say how passive signals are fused");
  if (parsed.data.networks !== networks) throw new Error("passive signals were fused for other networks");
  return parsed.data;
}

/** Deviations from the mean up to which a grid is as in genuine photos, and from there on at most as many count. */
const usualDeviations = 2;
const mostDeviations = 3;

/** Deviations by which a grid is higher than genuine photos' usually are, 0..3. */
export function excessOf({ mean, deviation }: { mean: number; deviation: number }, value: number): number {
  const excess = (value - mean) / deviation - usualDeviations;
  return Math.min(mostDeviations, Math.max(0, excess));
}

export function fuse(model: FusionModel, signals: PassiveSignals): PassiveSignal {
  const { weight, most } = model.grid;
  const term = weight * excessOf(model.grid, signals.grid);
  const bounded = most === 0 ? 0 : most * Math.tanh(term / most);
  const logOdds = model.bias + model.opinions * (signals.live - signals.attack) + bounded;
  if (!Number.isFinite(logOdds)) throw new Error("a passive signal is not a number");
  const score = 1 / (1 + Math.exp(-logOdds));
  return { score, suspected: score < model.threshold, signals };
}

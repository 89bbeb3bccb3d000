/**
 * Fusion of the networks' opinions and the pixels' signals into one number by a logistic model. The difference of the
 * networks' log-odds decides; the signals' sum is bounded, since they were fitted on made attacks, which real ones need
 * not resemble.
 */
import * as z from "zod";
import type { NetworkOpinions } from "./networks.ts";
import type { PixelSignals } from "./signals.ts";

/** Everything that the score is made of. */
export interface PassiveSignals extends NetworkOpinions, PixelSignals {}

export interface PassiveSignal {
  /** Evidence of a person against a picture of one, 0..1: high for a person. It is a rank and no probability. */
  readonly score: number;
  /** True when the score is below the one that 5 % of the genuine photos were below on which the fusion was fitted. */
  readonly suspected: boolean;
  readonly signals: PassiveSignals;
}

const finite = z.number();
const signalSchema = z.strictObject({
  /** Mean and standard deviation over genuine photos. */
  mean: finite,
  deviation: finite.positive(),
  /** Factor of the deviations by which the signal is unusually high. */
  weight: finite,
});

const entrySchema = z.strictObject({
  dataset: z.string(),
  /** Hashes of the networks on which it was fitted, joined by "+". */
  networks: z.string(),
  bias: finite,
  /** Factor of `live` less `attack`. */
  opinions: finite.positive(),
  /** Score below which a photo is suspected. */
  threshold: finite.min(0).max(1),
  /** Bound of the signals' sum: it counts as most * tanh(sum / most). */
  most: finite.nonnegative(),
  signals: z.strictObject({
    grid: signalSchema,
    detail: signalSchema,
    highlights: signalSchema,
    saturation: signalSchema,
    black: signalSchema,
    edges: signalSchema,
  }),
});

export type FusionModel = z.infer<typeof entrySchema>;

export const pixelSignalNames = ["grid", "detail", "highlights", "saturation", "black", "edges"] as const;

/** Checks the manifest's fusion. Throws where it is missing, or was fitted on other networks. */
export function parseFusion(entry: unknown, networks: string): FusionModel {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) throw new Error("the manifest does not say how passive signals are fused");
  if (parsed.data.networks !== networks) throw new Error("passive signals were fused for other networks");
  return parsed.data;
}

/** Deviations from the mean up to which a signal is as in genuine photos, and from there on at most as many count. */
const usualDeviations = 2;
const mostDeviations = 3;

/** Deviations by which a signal is higher than genuine photos' usually are, 0..3. */
export function excessOf({ mean, deviation }: { mean: number; deviation: number }, value: number): number {
  const excess = (value - mean) / deviation - usualDeviations;
  return Math.min(mostDeviations, Math.max(0, excess));
}

export function fuse(model: FusionModel, signals: PassiveSignals): PassiveSignal {
  const sum = pixelSignalNames.reduce((total, name) => {
    const own = model.signals[name];
    return total + own.weight * excessOf(own, signals[name]);
  }, 0);
  const bounded = model.most === 0 ? 0 : model.most * Math.tanh(sum / model.most);
  const logOdds = model.bias + model.opinions * (signals.live - signals.attack) + bounded;
  if (!Number.isFinite(logOdds)) throw new Error("a passive signal is not a number");
  const score = 1 / (1 + Math.exp(-logOdds));
  return { score, suspected: score < model.threshold, signals };
}

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
  /** Factor of the signal's distance from the mean, in deviations. */
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

/** Deviations from the mean beyond which a signal says no more. */
const mostDeviations = 3;

export function deviationsOf(
  { mean, deviation }: { mean: number; deviation: number },
  value: number,
): number {
  return Math.min(mostDeviations, Math.max(-mostDeviations, (value - mean) / deviation));
}

export function fuse(model: FusionModel, signals: PassiveSignals): PassiveSignal {
  const sum = pixelSignalNames.reduce((total, name) => {
    const own = model.signals[name];
    return total + own.weight * deviationsOf(own, signals[name]);
  }, 0);
  const bounded = model.most === 0 ? 0 : model.most * Math.tanh(sum / model.most);
  const logOdds = model.bias + model.opinions * (signals.live - signals.attack) + bounded;
  if (!Number.isFinite(logOdds)) throw new Error("a passive signal is not a number");
  const score = 1 / (1 + Math.exp(-logOdds));
  return { score, suspected: score < model.threshold, signals };
}

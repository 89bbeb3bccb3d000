/** The passive signal in its wire form. */
import type { PassiveSignal } from "../face/passive/fusion.ts";

/** @param limit the tenant's own, or null for the published one */
export function passiveBody({ score, suspected, signals }: PassiveSignal, limit: number | null) {
  const round = (value: number) => Number(value.toFixed(4));
  return {
    score: round(score),
    suspected: limit === null ? suspected : score < limit,
    signals: {
      live: round(signals.live),
      attack: round(signals.attack),
      grid: round(signals.grid),
    },
  };
}

/** Floors and ceilings for continuous integration: an evaluation that misses one ends with exit code 1. */
import type { Summary } from "./summary.ts";

interface Gate {
  readonly bound: "at least" | "at most";
  figure(summary: Summary): number | null;
}

/** Gates by the name of the command-line flag. */
const gates = {
  "min-accuracy": { bound: "at least", figure: (summary) => summary.accuracy_10fold },
  "min-tar-1e-3": { bound: "at least", figure: (summary) => summary.tar_at_fmr["1e-3"] },
  "min-tar-1e-4": { bound: "at least", figure: (summary) => summary.tar_at_fmr["1e-4"] },
  "min-tar-1e-5": { bound: "at least", figure: (summary) => summary.tar_at_fmr["1e-5"] },
  "max-eer": { bound: "at most", figure: (summary) => summary.eer },
  "max-failure-to-acquire": { bound: "at most", figure: (summary) => summary.failure_to_acquire },
} as const satisfies Record<string, Gate>;

export type GateName = keyof typeof gates;
export const gateNames = Object.keys(gates) as GateName[];

/**
 * Returns a sentence for each gate that was missed. A figure that the data do not give misses its gate.
 *
 * @param limits the numbers given on the command line
 */
export function missedGates(summary: Summary, limits: Partial<Record<GateName, number>>): string[] {
  return gateNames.flatMap((name) => {
    const limit = limits[name];
    if (limit === undefined) return [];
    const { bound, figure }: Gate = gates[name];
    const value = figure(summary);
    const kept = value !== null && (bound === "at least" ? value >= limit : value <= limit);
    return kept ? [] : [`--${name}: ${value ?? "no figure"}, must be ${bound} ${limit}`];
  });
}

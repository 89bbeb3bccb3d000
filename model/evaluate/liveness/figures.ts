/** Figures of the judge in the terms of ISO/IEC 30107-3: APCER for each species of attack, BPCER for rendered heads. */
import type { Frame } from "../../../src/face/liveness/frame.ts";
import { judgeLiveness, type LivenessLimits } from "../../../src/face/liveness/judge.ts";
import type { Presentation } from "./attacks.ts";
import { exactInterval } from "./interval.ts";

export interface Figure {
  readonly trials: number;
  /** Sessions that passed every test. */
  readonly passed: number;
  /** 95 % interval of the share that passed. */
  readonly interval: readonly [number, number];
  /** Sessions that each test stopped, and those that it alone stopped. */
  readonly stopped: ReadonlyMap<string, { readonly any: number; readonly alone: number }>;
}

/** Judges presentations. A frame without a face refuses the session, as the service does. */
export function figureOf(presentations: readonly Presentation[], limits: LivenessLimits): Figure {
  const stopped = new Map<string, { any: number; alone: number }>();
  let passed = 0;
  for (const { challenge, frames } of presentations) {
    const whole = frames.every((frame) => frame !== null);
    const reasons: readonly string[] = whole
      ? judgeLiveness(challenge, frames as readonly Frame[], limits).reasons
      : ["unfit_frame"];
    if (reasons.length === 0) passed++;
    for (const reason of reasons) {
      const counts = stopped.get(reason) ?? { any: 0, alone: 0 };
      counts.any++;
      if (reasons.length === 1) counts.alone++;
      stopped.set(reason, counts);
    }
  }
  const trials = presentations.length;
  return { trials, passed, interval: exactInterval(passed, trials), stopped };
}

/** Writes a figure as a line; `counted` is what the rate counts: attacks that passed, or genuine sessions that did not. */
export function lineOf(name: string, figure: Figure, counted: "passed" | "refused"): string {
  const { trials, passed, interval, stopped } = figure;
  const count = counted === "passed" ? passed : trials - passed;
  const [low, high] = counted === "passed" ? interval : [1 - interval[1], 1 - interval[0]];
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const reasons = [...stopped]
    .sort(([, a], [, b]) => b.any - a.any)
    .map(([reason, { any, alone }]) => `${reason} ${any} (alone ${alone})`);
  return `${name}: ${count} of ${trials} = ${percent(count / trials)} (${percent(low)} to ${percent(high)}); ${reasons.join(", ")}`;
}

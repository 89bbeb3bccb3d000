/**
 * Where a request's time goes. The clock is an argument: a deployed Worker's stands still while it
 * computes (only I/O moves it), so there the stages that compute read 0.
 */
export const stages = ["read", "store", "decode", "detect", "landmarks", "encode", "compare"] as const;

/** `read` is the body, `store` all that is asked of the directory and its copies; they may overlap. */
export type Stage = (typeof stages)[number];

export interface Stopwatch {
  /** Adds what the work takes to its stage. */
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  /** Of the stages that were timed, ms, to a hundredth. */
  stagesMs(): Partial<Record<Stage, number>>;
  /** Since the stopwatch was made, ms. */
  totalMs(): number;
}

/** @param nowMs a clock, from any beginning */
export function createStopwatch(nowMs: () => number): Stopwatch {
  const startedAt = nowMs();
  const spent = new Map<Stage, number>();
  return {
    async time(stage, work) {
      const since = nowMs();
      try {
        return await work();
      } finally {
        spent.set(stage, (spent.get(stage) ?? 0) + nowMs() - since);
      }
    },
    stagesMs: () =>
      Object.fromEntries(
        stages.flatMap((stage) => (spent.has(stage) ? [[stage, rounded(spent.get(stage)!)]] : [])),
      ),
    totalMs: () => rounded(nowMs() - startedAt),
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

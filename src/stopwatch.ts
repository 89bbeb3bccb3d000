/**
 * Times of a request's stages. The clock is an argument: a deployed Worker's clock stands still while it computes
 * (only I/O moves it), so there the stages that only compute read 0.
 */
export const stages = [
  "read",
  "store",
  "decode",
  "detect",
  "landmarks",
  "encode",
  "compare",
  "passive",
] as const;

/** `read` is the body; `store` is every call to the directory and to its copies. They may overlap. */
export type Stage = (typeof stages)[number];

export interface Stopwatch {
  /** Adds the duration of the work to its stage. */
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  /** Times of the stages so far, ms, to a hundredth. */
  stagesMs(): Partial<Record<Stage, number>>;
  /** Time since the stopwatch was made, ms. */
  totalMs(): number;
}

/** @param nowMs a clock, in ms from any origin */
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

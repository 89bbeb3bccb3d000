/** Adds up time by name. Names may nest: each keeps its whole time. */
export interface Stopwatch {
  time<T>(name: string, work: () => Promise<T>): Promise<T>;
  timeSync(name: string, work: () => void): void;
  /** Returns the total of each name over `passes`, ms. */
  means(passes: number): Record<string, number>;
  reset(): void;
}

export function createStopwatch(): Stopwatch {
  const totals = new Map<string, number>();
  const add = (name: string, since: number) => totals.set(name, (totals.get(name) ?? 0) + Date.now() - since);
  return {
    async time(name, work) {
      const startedAt = Date.now();
      try {
        return await work();
      } finally {
        add(name, startedAt);
      }
    },
    timeSync(name, work) {
      const startedAt = Date.now();
      work();
      add(name, startedAt);
    },
    means: (passes) => Object.fromEntries([...totals].map(([name, total]) => [name, total / passes])),
    reset: () => totals.clear(),
  };
}

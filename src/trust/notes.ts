/**
 * Notes that an isolate keeps for a while, in memory alone: a bounded number, the oldest out first. All notes of one
 * kind are kept equally long, so that the expired ones are the oldest.
 */
export interface Notes<T> {
  /** Finds a note; undefined when nothing was noted under this name, or its time is over. */
  find(name: string, nowMs: number): T | undefined;
  keep(name: string, value: T, nowMs: number): void;
  forget(name: string): void;
  readonly count: number;
}

export function createNotes<T>(maxCount: number, lifetimeMs: number): Notes<T> {
  const kept = new Map<string, { value: T; untilMs: number }>();
  return {
    find(name, nowMs) {
      const note = kept.get(name);
      if (note === undefined || note.untilMs > nowMs) return note?.value;
      kept.delete(name);
      return undefined;
    },
    keep(name, value, nowMs) {
      kept.delete(name);
      kept.set(name, { value, untilMs: nowMs + lifetimeMs });
      for (const [oldest, { untilMs }] of kept) {
        if (kept.size <= maxCount && untilMs > nowMs) break;
        kept.delete(oldest);
      }
    },
    forget(name) {
      kept.delete(name);
    },
    get count() {
      return kept.size;
    },
  };
}

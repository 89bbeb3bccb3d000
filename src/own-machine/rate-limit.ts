/**
 * Limit of requests a period, in fixed windows of the clock: at most `limit` of one key from `n * period` until
 * `(n + 1) * period`. Counts are in memory, so a restart begins anew.
 */

/** Most keys that are counted at once, some 10 MB. Beyond them the key that has waited longest is forgotten. */
const maxKeys = 100_000;

export interface RateWindow {
  /** Counts a request of this key. Answers true while the key is within its limit. */
  count(key: string, nowMs: number): boolean;
}

export function createRateWindow(limit: number, periodSeconds: number): RateWindow {
  const counts = new Map<string, number>();
  let window = Number.NEGATIVE_INFINITY;
  return {
    count(key, nowMs) {
      const current = Math.floor(nowMs / (1000 * periodSeconds));
      if (current !== window) {
        counts.clear();
        window = current;
      }
      const count = counts.get(key) ?? 0;
      if (count >= limit) return false;
      if (count === 0 && counts.size >= maxKeys) counts.delete(counts.keys().next().value as string);
      counts.set(key, count + 1);
      return true;
    },
  };
}

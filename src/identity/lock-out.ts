/**
 * Decides when a subject's failures stop further attempts (NIST SP 800-63B-4, section 3.2.3). After `maxInARow`
 * failures each further attempt waits, at least 30 s and twice as long each time. After `maxTotal` failures without a
 * match between them every attempt is refused until the subject is reset.
 *
 * A match starts the count anew. The functions are pure: the clock is an argument, and the caller keeps the counts.
 */
export interface LockOutPolicy {
  readonly maxInARow: number;
  /** Wait after the `maxInARow`-th failure; doubled with each further one. */
  readonly delaySeconds: number;
  readonly maxTotal: number;
}

/** Limits of NIST. */
export const defaultLockOut: LockOutPolicy = { maxInARow: 5, delaySeconds: 30, maxTotal: 50 };

/** Longest wait, a day: longer ones keep out the person more than the attacker, whom `maxTotal` stops. */
const longestDelaySeconds = 24 * 3600;

export interface Attempts {
  /** Failures since the last match or reset. */
  readonly failures: number;
  /** Time of the last failure, ms since 1970; 0 for never. */
  readonly lastFailureAtMs: number;
}

export type Lock =
  | { readonly until: "reset" }
  | { readonly until: "time"; readonly retryAfterSeconds: number };

/** Lock that an attempt meets now; undefined when it may be made. */
export function lockAt(
  { failures, lastFailureAtMs }: Attempts,
  policy: LockOutPolicy,
  nowMs: number,
): Lock | undefined {
  if (failures >= policy.maxTotal) return { until: "reset" };
  if (failures < policy.maxInARow) return undefined;
  const doublings = Math.min(failures - policy.maxInARow, 30);
  const delaySeconds = Math.min(policy.delaySeconds * 2 ** doublings, longestDelaySeconds);
  const leftMs = lastFailureAtMs + 1000 * delaySeconds - nowMs;
  return leftMs > 0 ? { until: "time", retryAfterSeconds: Math.ceil(leftMs / 1000) } : undefined;
}

/** Counts one more scored attempt. */
export function countAttempt(attempts: Attempts, match: boolean, nowMs: number): Attempts {
  return match
    ? { failures: 0, lastFailureAtMs: 0 }
    : { failures: attempts.failures + 1, lastFailureAtMs: nowMs };
}

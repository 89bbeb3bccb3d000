/** Limits requests by key and by token, counted where they arrive. Cloudflare's binding counts per location. */
import type { Principal } from "./principal.ts";

/** Cloudflare's `RateLimit` binding, as far as it is used. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** The period of both limits in wrangler.toml, seconds. */
const periodSeconds = 60;

/** Counts a request. Answers the seconds to wait when the caller has had too many; undefined to go on. */
export type LimitRate = (principal: Principal) => Promise<number | undefined>;

/** Makes the limits. A missing limiter limits nothing: locks and sessions do not depend on it. */
export function createRateLimit(keys: RateLimiter | undefined, sessions: RateLimiter | undefined): LimitRate {
  return async (principal) => {
    const limiter = principal.kind === "session" ? sessions : keys;
    if (limiter === undefined) return undefined;
    const { success } = await limiter.limit({ key: `${principal.tenant}/${principal.actor}` });
    return success ? undefined : periodSeconds;
  };
}

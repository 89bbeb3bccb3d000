/** Requests by key and by token, counted where they arrive; Cloudflare's binding counts per location. */
import type { Principal } from "./principal.ts";

/** Cloudflare's `RateLimit` binding, as far as it is used. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** The period of both limits in wrangler.toml, seconds. */
const periodSeconds = 60;

/**
 * Answers after how many seconds to come back, or undefined to go on. A missing limiter limits
 * nothing: locks and sessions do not rest on it.
 */
export function createRateLimit(keys: RateLimiter | undefined, sessions: RateLimiter | undefined) {
  return async (principal: Principal): Promise<number | undefined> => {
    const limiter = principal.kind === "session" ? sessions : keys;
    if (limiter === undefined) return undefined;
    const { success } = await limiter.limit({ key: `${principal.tenant}/${principal.actor}` });
    return success ? undefined : periodSeconds;
  };
}

/** Every request's account with the isolate's budget, from its first byte to its answer. */
import { createMiddleware } from "hono/factory";
import { type Budget, isolateLimits } from "../../admission/budget.ts";
import type { AppEnv } from "../app-env.ts";

interface AdmissionDeps {
  readonly budget: Pick<Budget, "open">;
}

export function admission({ budget }: AdmissionDeps) {
  return createMiddleware<AppEnv>(async function admission(c, next) {
    const claim = budget.open();
    c.set("claim", claim);
    // The timer dies with a request that is cancelled or killed; the rest of this function never runs then.
    const heart = setInterval(claim.beat, isolateLimits.beatMs);
    try {
      await next();
    } finally {
      clearInterval(heart);
      claim.close();
    }
  });
}

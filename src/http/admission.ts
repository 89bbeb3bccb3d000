/** Every request's account with the isolate's budget, from its first byte to its answer. */
import { createMiddleware } from "hono/factory";
import type { AppEnv, Deps } from "./deps.ts";

export function admission({ budget }: Pick<Deps, "budget">) {
  return createMiddleware<AppEnv>(async function admission(c, next) {
    const claim = budget.open();
    c.set("claim", claim);
    try {
      await next();
    } finally {
      claim.close();
    }
  });
}

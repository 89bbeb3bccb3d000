/**
 * Middleware for the bytes that a request brings: an account on which they are held, a limit of the declared length, and
 * the reading of the rest of a refused body.
 */
import { createMiddleware } from "hono/factory";
import { type Budget, isolateLimits } from "../../admission/budget.ts";
import { refuse } from "../answer.ts";
import type { AppEnv } from "../app-env.ts";
import { declaredLength, tooLarge } from "../request/body/body.ts";
import { drop } from "../request/body/leftover.ts";

interface AdmissionDeps {
  readonly budget: Pick<Budget, "open">;
}

/** Opens an account with the isolate's budget for every request, and closes it after the answer. */
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

/** Takes in the rest of a refused body, so that the caller gets the answer. */
export function linger() {
  return createMiddleware<AppEnv>(async function linger(c, next) {
    await next();
    const { body } = c.req.raw;
    if (c.res.status >= 400 && body !== null && !body.locked) await drop(body);
  });
}

/** Refuses a body that is declared too large before anybody asks whose it is. */
export function limitDeclaredBody(limitBytes: number) {
  return createMiddleware<AppEnv>(async function limitDeclaredBody(c, next) {
    const actual = declaredLength(c.req.raw);
    if (actual === undefined || actual <= limitBytes) return next();
    return refuse(c, tooLarge(limitBytes, actual).failure);
  });
}

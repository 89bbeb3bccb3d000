/** Every request has a name, in `X-Request-Id` and in the body: the caller's own, or one made here. */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";

/** Anything else could forge lines of a log. */
const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

export function requestId(randomId: () => string) {
  return createMiddleware<AppEnv>(async function requestId(c, next) {
    const sent = c.req.header("X-Request-Id");
    const id = sent !== undefined && acceptable.test(sent) ? sent : randomId();
    c.set("requestId", id);
    c.header("X-Request-Id", id);
    await next();
  });
}

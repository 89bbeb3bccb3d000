/** One line a request. Without durations: a deployed Worker's clock stands still while it computes. */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { AppEnv, LogEntry } from "./deps.ts";

export function requestLog(log: (entry: LogEntry) => void) {
  return createMiddleware<AppEnv>(async function requestLog(c, next) {
    await next();
    log({
      level: c.res.status >= 500 ? "error" : "info",
      event: "request",
      request_id: c.var.requestId,
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      ...c.var.refusal,
    });
  });
}

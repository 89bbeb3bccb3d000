/** Records each request for the operators: its id, its line of log, its data point. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { Budget } from "../../admission/budget.ts";
import type { Config } from "../../config.ts";
import { createStopwatch, type Stopwatch } from "../../stopwatch.ts";
import type { AppEnv } from "../app-env.ts";
import type { RequestEntry } from "./log-entry.ts";
import { type Dataset, writeMetrics } from "./metrics.ts";

/** Pattern of ids that callers may choose; other characters could forge lines of a log. */
const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/** Gives every request an id, in `X-Request-Id` and in the body: the caller's own, or one made here. */
export function requestId(randomId: () => string) {
  return createMiddleware<AppEnv>(async function requestId(c, next) {
    const sent = c.req.header("X-Request-Id");
    const id = sent !== undefined && acceptable.test(sent) ? sent : randomId();
    c.set("requestId", id);
    c.header("X-Request-Id", id);
    await next();
  });
}

interface RequestLogDeps {
  readonly log: (entry: RequestEntry) => void;
  /** Dataset in which requests are counted; undefined where none is bound. */
  readonly metrics: Dataset | undefined;
  /** Time for durations, ms since any beginning. */
  readonly nowMs: () => number;
  readonly config: Pick<Config, "environment">;
  readonly budget: Pick<Budget, "inUseBytes">;
}

/** Writes one line a request, one data point where a dataset is bound, and in development the times as a header. */
export function requestLog({ log, metrics, nowMs, config, budget }: RequestLogDeps) {
  return createMiddleware<AppEnv>(async function requestLog(c, next) {
    const stopwatch = createStopwatch(nowMs);
    c.set("stopwatch", stopwatch);
    await next();
    const entry = describe(c, stopwatch, budget);
    log(entry);
    if (metrics !== undefined) writeMetrics(metrics, entry);
    // Durations are told in development alone.
    if (config.environment === "development") c.header("Server-Timing", serverTiming(entry));
  });
}

function describe(c: Context<AppEnv>, stopwatch: Stopwatch, budget: RequestLogDeps["budget"]): RequestEntry {
  const { requestId, refusal, principal, outcome, claim } = c.var;
  return {
    level: c.res.status >= 500 ? "error" : "info",
    event: "request",
    request_id: requestId,
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    ...refusal,
    ...(principal === undefined ? {} : { tenant: principal.tenant }),
    ...(outcome === undefined ? {} : { outcome }),
    total_ms: stopwatch.totalMs(),
    waited_ms: claim.waitedMs,
    budget_used_bytes: budget.inUseBytes(),
    stages_ms: stopwatch.stagesMs(),
  };
}

/** W3C Server Timing, section 3. */
function serverTiming({ stages_ms, total_ms }: RequestEntry): string {
  const entries = [...Object.entries(stages_ms), ["total", total_ms]];
  return entries.map(([name, ms]) => `${name};dur=${ms}`).join(", ");
}

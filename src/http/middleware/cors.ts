/** Which pages may call from a browser: those of the configured origins, none by default. */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Config } from "../../config.ts";

interface CorsDeps {
  readonly config: Pick<Config, "corsOrigins">;
}

export function corsFor({ config }: CorsDeps): MiddlewareHandler {
  const { corsOrigins } = config;
  if (corsOrigins.length === 0) return (_, next) => next();
  return cors({
    origin: [...corsOrigins],
    allowMethods: ["GET", "POST", "PATCH", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id"],
    exposeHeaders: ["X-Request-Id", "Retry-After"],
    maxAge: 600,
  });
}

/** Headers that restrict what a browser does with an answer: load files for it, keep it, hand it to a page. */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import type { Config } from "../../config.ts";
import type { AppEnv } from "../app-env.ts";

const nothingIsLoaded = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
});

/** Policy of pages: scripts, styles and calls of this origin alone, and pictures that the page itself made. */
const ownFilesAreLoaded = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "blob:", "data:"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
  },
  permissionsPolicy: { camera: ["self"], microphone: [], geolocation: [] },
});

/** Has browsers load nothing for an answer, and for a page files of this origin alone (W3C CSP level 3). */
export function securityHeaders(): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const page = /^\/(?:$|docs(?:\/|$)|demo\/)/.test(c.req.path);
    return (page ? ownFilesAreLoaded : nothingIsLoaded)(c, next);
  };
}

/** Forbids to keep an answer that does not say itself that it may be kept. */
export function noStore() {
  return createMiddleware<AppEnv>(async function noStore(c, next) {
    await next();
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  });
}

interface CorsDeps {
  readonly config: Pick<Config, "corsOrigins">;
}

/** Lets pages of the configured origins call from a browser; none by default. */
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

/** Headers that restrict what a browser does with an answer: load files for it, keep it, hand it to a page. */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import type { Config } from "../../config.ts";
import type { AppEnv } from "../app-env.ts";

/** Name of the Trusted Types policy in browser/engine/engine.ts. */
const enginePolicy = "sameface";

const nothingIsLoaded = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
});

/**
 * Policy of pages: scripts, styles and calls of this origin alone, and pictures that the page itself made. The engine's
 * worker is a script of this origin too; its address passes the one Trusted Types policy, and no page may make another.
 */
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
    trustedTypes: [enginePolicy],
  },
  permissionsPolicy: { camera: ["self"], microphone: [], geolocation: [] },
});

/**
 * Policy of the engine's worker, which is a realm of its own: it fetches its models from this origin and compiles
 * WebAssembly, for which `'wasm-unsafe-eval'` is there and which allows no script to be made of text. Pages compile
 * nothing, so their own policy does not have it.
 */
const engineRuns = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
});

/** Has browsers load nothing for an answer, and for a page files of this origin alone (W3C CSP level 3). */
export function securityHeaders(): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const { path } = c.req;
    if (path === "/browser/worker.js") return engineRuns(c, next);
    const page = /^\/(?:$|docs(?:\/|$)|demo\/)/.test(path);
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

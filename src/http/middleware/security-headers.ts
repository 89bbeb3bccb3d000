/** Headers by which browsers load nothing for an answer, and for a page files of this origin alone. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "../app-env.ts";

const nothingIsLoaded = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
});

/** Scripts, styles and calls of this origin alone; pictures that the page itself made. */
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

/** Sets them (W3C CSP level 3). */
export function securityHeaders(): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const page = /^\/(?:$|docs(?:\/|$)|demo\/)/.test(c.req.path);
    return (page ? ownFilesAreLoaded : nothingIsLoaded)(c, next);
  };
}

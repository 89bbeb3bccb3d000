/** `Authorization: Bearer <key>`, checked before a byte of the body is read, and what the key allows. */
import { createMiddleware } from "hono/factory";
import type { Config } from "../../config.ts";
import type { Scope } from "../../identity/scopes.ts";
import type { OpenStore } from "../../identity/store/store.ts";
import type { Authenticate } from "../../trust/authenticate.ts";
import { hostOfPeer } from "../../trust/network.ts";
import type { LimitRate } from "../../trust/rate-limit.ts";
import { refuse } from "../answer.ts";
import type { AppEnv } from "../app-env.ts";
import { callerOf } from "../caller.ts";

/** The scheme's name is case-insensitive (RFC 9110, section 11.1); the key is one visible word. */
const bearer = /^bearer +([\x21-\x7e]+)$/i;

/** Length beyond that of any key or token made here. */
const maxHeaderLength = 4096;

export function bearerKey(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > maxHeaderLength) return undefined;
  return bearer.exec(authorization)?.[1];
}

interface CallerDeps {
  readonly config: Pick<Config, "keks">;
  readonly authenticate: Authenticate;
  readonly limitRate: LimitRate;
  readonly openStore: OpenStore;
}

export function requireCaller({ config, authenticate, limitRate, openStore }: CallerDeps) {
  return createMiddleware<AppEnv>(async function requireCaller(c, next) {
    // A browser's preflight carries no credentials, and OPTIONS does nothing here.
    if (c.req.method === "OPTIONS") return next();
    if (config.keks.length === 0) {
      return refuse(c, { code: "not_ready", reason: "SAMEFACE_KEK is not set, or is the published one" });
    }
    const caller = await authenticate(
      bearerKey(c.req.header("Authorization")),
      new URL(c.req.url).hostname,
      // The platform sets this header, and drops what a caller writes there; plain workerd knows its peer.
      c.req.header("CF-Connecting-IP") ?? hostOfPeer(c.req.raw),
    );
    if (!caller.ok) return refuse(c, caller.failure);
    const { principal, settings } = caller.value;
    const retryAfterSeconds = await limitRate(principal);
    if (retryAfterSeconds !== undefined) return refuse(c, { code: "rate_limited", retryAfterSeconds });
    c.set("principal", principal);
    c.set("settings", settings);
    c.set("store", openStore(callerOf(c)));
    return next();
  });
}

/** Lets keys with the scope pass, and session tokens only where `sessions` is true: a token holds for one route. */
export function requireScope(scope: Scope, { sessions = false }: { sessions?: boolean } = {}) {
  return createMiddleware<AppEnv>(async function requireScope(c, next) {
    const { principal } = c.var;
    if (principal.kind === "session" && !sessions) {
      return refuse(c, {
        code: "forbidden",
        reason: "A session token allows only the action it was made for.",
      });
    }
    if (!principal.scopes.has(scope)) {
      return refuse(c, { code: "forbidden", reason: `This key does not have the scope "${scope}".` });
    }
    return next();
  });
}

/** Lets any API key pass, whatever its scopes. */
export function requireKey() {
  return createMiddleware<AppEnv>(async function requireKey(c, next) {
    if (c.var.principal.kind !== "session") return next();
    return refuse(c, {
      code: "forbidden",
      reason: "A session token allows only the action it was made for.",
    });
  });
}

/** Lets only the deployment's own key pass. */
export function requireRoot() {
  return createMiddleware<AppEnv>(async function requireRoot(c, next) {
    if (c.var.principal.kind === "root") return next();
    return refuse(c, { code: "forbidden", reason: "This is for the deployment's own key alone." });
  });
}

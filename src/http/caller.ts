/** Names the caller of a request for the services, which know nothing of HTTP. */
import type { Context } from "hono";
import type { Caller } from "../identity/caller.ts";
import type { AppEnv } from "./app-env.ts";

export function callerOf(c: Context<AppEnv>): Caller {
  const { principal, settings, requestId } = c.var;
  return { tenant: principal.tenant, settings, actor: principal.actor, requestId };
}

/** What the middleware leaves for the handlers, and the one shape that all of them have. */
import type { Context } from "hono";
import type { Claim } from "../admission/budget.ts";
import type { TenantSettings } from "../identity/settings.ts";
import type { TenantStore } from "../identity/store/store.ts";
import type { Stopwatch } from "../stopwatch.ts";
import type { Principal } from "../trust/principal.ts";

export interface AppEnv {
  Variables: {
    requestId: string;
    principal: Principal;
    settings: TenantSettings;
    /** Of the caller's tenant. */
    store: TenantStore;
    /** For the log: why the request was refused. */
    refusal: { readonly code: string; readonly reason?: string };
    /** For the log: how a decision or a search came out. */
    outcome: "match" | "no_match" | "found" | "not_found";
    stopwatch: Stopwatch;
    /** The request's account with the budget. */
    claim: Claim;
  };
}

/** Answers a request. A function with the route's name makes it of what the route needs, and of nothing else. */
export type Handler = (c: Context<AppEnv>) => Promise<Response>;

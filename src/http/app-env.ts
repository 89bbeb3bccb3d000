/** Values that the middleware leaves for the handlers, and the one shape that all handlers have. */
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
    /** Store of the caller's tenant. */
    store: TenantStore;
    /** Reason for a refusal, for the log. */
    refusal: { readonly code: string; readonly reason?: string };
    /** Result of a decision or a search, for the log. */
    outcome: "match" | "no_match" | "replayed" | "found" | "not_found";
    stopwatch: Stopwatch;
    /** Account of the request with the budget. */
    claim: Claim;
  };
}

/** Answers a request. The function that makes a handler takes the dependencies of its route, and no others. */
export type Handler = (c: Context<AppEnv>) => Promise<Response>;

/** A request's own name and time, for the directory's audit trail. */
import type { Context } from "hono";
import type { Context as DirectoryContext } from "../identity/directory/data.ts";
import type { AppEnv, Deps } from "./deps.ts";

export function directoryContext(c: Context<AppEnv>, { clock }: Pick<Deps, "clock">): DirectoryContext {
  const { principal, requestId, settings } = c.var;
  return {
    tenant: principal.tenant,
    actor: principal.actor,
    requestId,
    nowMs: clock().getTime(),
    auditSeconds: settings.auditSeconds,
  };
}

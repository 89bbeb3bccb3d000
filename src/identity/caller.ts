/** Caller on whose behalf a tenant's data are read and written. */
import type { Context } from "./directory/data.ts";
import type { TenantId } from "./ids.ts";
import type { TenantSettings } from "./settings.ts";

export interface Caller {
  readonly tenant: TenantId;
  readonly settings: TenantSettings;
  /** Name in the audit trail: `root`, `key:<id>` or `session:<id>`. */
  readonly actor: string;
  readonly requestId: string;
}

/** Describes the caller to a directory, for the audit trail of a change made at this time. */
export function contextOf({ tenant, settings, actor, requestId }: Caller, now: Date): Context {
  return { tenant, actor, requestId, nowMs: now.getTime(), auditSeconds: settings.auditSeconds };
}

/** Who asks for something of a tenant, as far as what is kept depends on it. */
import type { Context } from "./directory/data.ts";
import type { TenantId } from "./ids.ts";
import type { TenantSettings } from "./settings.ts";

export interface Caller {
  readonly tenant: TenantId;
  readonly settings: TenantSettings;
  /** For the audit trail. */
  readonly actor: string;
  readonly requestId: string;
}

/** What a directory writes down of a change that the caller makes now. */
export function contextOf({ tenant, settings, actor, requestId }: Caller, now: Date): Context {
  return { tenant, actor, requestId, nowMs: now.getTime(), auditSeconds: settings.auditSeconds };
}

/** Caller of a request, and what the caller may do. */
import type { SubjectId, TenantId } from "../identity/ids.ts";
import type { Scope } from "../identity/scopes.ts";

interface Caller {
  readonly tenant: TenantId;
  readonly scopes: ReadonlySet<Scope>;
  /** Name in the audit trail: `root`, `key:<id>` or `session:<id>`. */
  readonly actor: string;
}

/** Holder of the deployment's own key: all scopes in the default tenant, and the only one that makes tenants. */
export interface RootPrincipal extends Caller {
  readonly kind: "root";
}

export interface KeyPrincipal extends Caller {
  readonly kind: "key";
}

/** Phone with a token: one subject, one action, a few uses. */
export interface SessionPrincipal extends Caller {
  readonly kind: "session";
  readonly sessionId: string;
  readonly subjectId: SubjectId;
  readonly action: SessionAction;
  readonly nonce: string;
  readonly expiresAtMs: number;
  /** True when the token allows nothing but the frames of a liveness session. */
  readonly liveness: boolean;
  /** False match rate that the token's maker chose; undefined in an earlier version's token, which has the tenant's. */
  readonly maxFmr: number | undefined;
}

export const sessionActions = ["verify", "enrol"] as const;
export type SessionAction = (typeof sessionActions)[number];

export type Principal = RootPrincipal | KeyPrincipal | SessionPrincipal;

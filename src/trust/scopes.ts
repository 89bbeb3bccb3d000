/** What a caller may do, and whom a request speaks for. */
import type { SubjectId, TenantId } from "../identity/ids.ts";

export const scopes = [
  "enrol",
  "verify",
  "identify",
  "read",
  "delete",
  /** To be told distances and false match rates, from which a template can be rebuilt. */
  "scores",
  /** To be given embeddings and to send them, which are as private as photos. */
  "embeddings",
  /** The tenant's keys, settings, audit trail and export. */
  "admin",
] as const;

export type Scope = (typeof scopes)[number];

interface Caller {
  readonly tenant: TenantId;
  readonly scopes: ReadonlySet<Scope>;
  /** For the audit trail: `root`, `key:<id>` or `session:<id>`. */
  readonly actor: string;
}

/** The deployment's own key: all scopes in the default tenant, and the only one that makes tenants. */
export interface RootPrincipal extends Caller {
  readonly kind: "root";
}

export interface KeyPrincipal extends Caller {
  readonly kind: "key";
}

/** A phone with a token: one subject, one action, a few uses. */
export interface SessionPrincipal extends Caller {
  readonly kind: "session";
  readonly sessionId: string;
  readonly subjectId: SubjectId;
  readonly action: SessionAction;
  readonly nonce: string;
  /** The false match rate that the token's maker chose; the tenant's where an earlier version's token has none. */
  readonly maxFmr: number | undefined;
}

export const sessionActions = ["verify"] as const;
export type SessionAction = (typeof sessionActions)[number];

export type Principal = RootPrincipal | KeyPrincipal | SessionPrincipal;

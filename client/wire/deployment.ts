/** Calls for the deployment's own key, and calls that need no key. */
import type { Answer, Placed } from "./parts.ts";
import type { Jurisdiction, LocationHint, Scope, Settings } from "./tenant.ts";

export interface NewTenantRequest {
  /** Name of the tenant. Its id in the answer is the name, with a jurisdiction `name@jurisdiction`. */
  readonly tenant_id: string;
  readonly jurisdiction?: Jurisdiction;
  /** Region near which the tenant's directories are made, if the platform can; not with a jurisdiction. */
  readonly location_hint?: LocationHint;
  readonly settings?: Readonly<Partial<Omit<Settings, Placed>>>;
}

export interface NewTenant extends Answer {
  tenant_id: string;
  settings: Settings;
  /** The tenant's first key, with all scopes; shown only in this answer. */
  key: string;
  key_id: string;
}

export interface TenantPage extends Answer {
  tenants: { tenant_id: string }[];
  next_cursor: string | null;
}

export interface Rewrapped extends Answer {
  rewrapped: number;
  /** True when no key is left that is wrapped by an earlier KEK. */
  done: boolean;
}

export interface SigningKey extends Answer {
  /** Id of the new key for tenants without a jurisdiction. */
  kid: string;
  keys: { kid: string; jurisdiction: Jurisdiction | null }[];
}

export interface DoctorCheck {
  name: "secrets" | "bindings" | "directory" | "kv" | "models" | "faces" | "rates";
  status: "ok" | "warning" | "failed";
  /** The fault and its remedy; when the check passed null, or the number of faces that were looked at. */
  detail: string | null;
  ms: number;
}

export interface Doctor extends Answer {
  now: string;
  environment: "development" | "production";
  tenant_id: string;
  /** `root` or `key:<id>`. */
  actor: string;
  scopes: Scope[];
  /** Present for the deployment's own key. */
  checks?: DoctorCheck[] | undefined;
}

export interface Health extends Answer {
  status: "ok";
}

export interface Readiness extends Answer {
  status: "ready";
  models: { id: string; role: string; sha256: string }[];
}

export interface JsonWebKeySet {
  keys: Record<string, unknown>[];
}

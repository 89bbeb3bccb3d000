/** Calls for the deployment's own key, and calls that need no key. */
import { jsonBody, queryOf } from "../body.ts";
import { checked } from "../check.ts";
import { type CallJson, everyItem } from "../json-call.ts";
import type { CallOptions } from "../options.ts";
import { pageOptions, tenantRequest } from "../requests.ts";
import type * as wire from "../wire.ts";

export class Tenants {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  async list(page: wire.PageOptions = {}, options?: CallOptions): Promise<wire.TenantPage> {
    const query = queryOf({ ...checked(pageOptions, page, "page") });
    return this.#call({ method: "GET", path: "/v1/tenants", query, repeatable: true }, options);
  }

  all(options?: CallOptions): AsyncGenerator<{ tenant_id: string }, void, undefined> {
    return everyItem(
      (cursor) => this.list(cursor === undefined ? {} : { cursor }, options),
      ({ tenants }) => tenants,
    );
  }

  async create(request: wire.NewTenantRequest, options?: CallOptions): Promise<wire.NewTenant> {
    const body = jsonBody(checked(tenantRequest, request, "request"));
    return this.#call({ method: "POST", path: "/v1/tenants", body, repeatable: false }, options);
  }
}

export class Deployment {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  async health(options?: CallOptions): Promise<wire.Health> {
    return this.#call({ method: "GET", path: "/healthz", repeatable: true }, options);
  }

  /** Says which caller the key belongs to; with the deployment's own key also checks secrets, bindings and models. */
  async doctor(options?: CallOptions): Promise<wire.Doctor> {
    return this.#call({ method: "GET", path: "/v1/doctor", repeatable: true }, options);
  }

  /** Loads the models if they are not loaded, and names them. */
  async readiness(options?: CallOptions): Promise<wire.Readiness> {
    return this.#call({ method: "GET", path: "/readyz", repeatable: true }, options);
  }

  /** Returns the keys that verify receipts and session tokens. */
  async publicKeys(options?: CallOptions): Promise<wire.JsonWebKeySet> {
    return this.#call({ method: "GET", path: "/.well-known/jwks.json", repeatable: true }, options);
  }

  /** Wraps data keys anew that an earlier KEK wraps, some hundreds a call; repeat until `done`. */
  async rewrapKeys(options?: CallOptions): Promise<wire.Rewrapped> {
    return this.#call({ method: "POST", path: "/v1/kek/rewrap", repeatable: true }, options);
  }

  async rotateSigningKey(options?: CallOptions): Promise<wire.SigningKey> {
    return this.#call({ method: "POST", path: "/v1/signing-keys", repeatable: false }, options);
  }
}

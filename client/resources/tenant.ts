/** A tenant's keys, settings and audit trail, and the export and import of its faces. */
import { jsonBody, queryOf } from "../body.ts";
import { checked, headerText, someText } from "../check.ts";
import type { Exchange } from "../exchange.ts";
import { type CallJson, everyItem, path } from "../json-call.ts";
import type { CallOptions } from "../options.ts";
import { keyRequest, pageOptions, rotationRequest, settingsChange } from "../requests.ts";
import type * as wire from "../wire.ts";

export class Keys {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  async list(options?: CallOptions): Promise<wire.ApiKeyList> {
    return this.#call({ method: "GET", path: "/v1/keys", repeatable: true }, options);
  }

  async create(request: wire.NewKeyRequest, options?: CallOptions): Promise<wire.NewApiKey> {
    const body = jsonBody(checked(keyRequest, request, "request"));
    return this.#call({ method: "POST", path: "/v1/keys", body, repeatable: false }, options);
  }

  /** Makes another key with the same scopes; the old one works for another `grace_seconds` (default 0). */
  async rotate(
    keyId: string,
    request: wire.RotationRequest = {},
    options?: CallOptions,
  ): Promise<wire.NewApiKey> {
    const where = path`/v1/keys/${{ keyId }}/rotate`;
    return this.#call(
      {
        method: "POST",
        path: where,
        body: jsonBody(checked(rotationRequest, request, "request")),
        repeatable: false,
      },
      options,
    );
  }

  async revoke(keyId: string, options?: CallOptions): Promise<wire.RevokedApiKey> {
    return this.#call({ method: "DELETE", path: path`/v1/keys/${{ keyId }}`, repeatable: true }, options);
  }
}

export class SettingsOfTenant {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  async get(options?: CallOptions): Promise<wire.SettingsAnswer> {
    return this.#call({ method: "GET", path: "/v1/settings", repeatable: true }, options);
  }

  /** Changes settings; a field that is absent stays as it is. A retention applies to faces enrolled later. */
  async change(change: wire.SettingsChange, options?: CallOptions): Promise<wire.ChangedSettings> {
    const body = jsonBody(checked(settingsChange, change, "change"));
    return this.#call({ method: "PATCH", path: "/v1/settings", body, repeatable: true }, options);
  }
}

export class Audit {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  /** Lists entries, oldest first. */
  async list(page: wire.PageOptions = {}, options?: CallOptions): Promise<wire.AuditPage> {
    const query = queryOf({ ...checked(pageOptions, page, "page") });
    return this.#call({ method: "GET", path: "/v1/audit", query, repeatable: true }, options);
  }

  all(options?: CallOptions): AsyncGenerator<wire.AuditPage["entries"][number], void, undefined> {
    return everyItem(
      (cursor) => this.list(cursor === undefined ? {} : { cursor }, options),
      ({ entries }) => entries,
    );
  }
}

/** The false match rate among the people enrolled: counts, and nothing about any of them. */
export class LiveRateOfTenant {
  readonly #call: CallJson;

  constructor(call: CallJson) {
    this.#call = call;
  }

  /** Measures now; takes seconds. */
  async measure(options?: CallOptions): Promise<wire.LiveRate> {
    return this.#call({ method: "POST", path: "/v1/live-rate", repeatable: true }, options);
  }

  /** Returns the last measurement. Fails with `not_found` before the first. */
  async last(options?: CallOptions): Promise<wire.LiveRate> {
    return this.#call({ method: "GET", path: "/v1/live-rate", repeatable: true }, options);
  }
}

/** Export and import. Pages are sealed with a key of yours, base64 of 32 bytes: whoever has it can read them. */
export class Transfer {
  readonly #exchange: Exchange;
  readonly #call: CallJson;

  constructor(exchange: Exchange, call: CallJson) {
    this.#exchange = exchange;
    this.#call = call;
  }

  async exportPage(
    transferKey: string,
    page: wire.PageOptions = {},
    options: CallOptions = {},
  ): Promise<wire.ExportedPage> {
    const headers = headersOf(transferKey);
    const query = queryOf({ ...checked(pageOptions, page, "page") });
    const { text, header } = await this.#exchange(
      { method: "POST", path: "/v1/export", query, headers, repeatable: true },
      options,
    );
    return { page: text, next_cursor: header("Sameface-Next-Cursor") };
  }

  /** Imports a page; skips faces that are there already with the same model. */
  async importPage(transferKey: string, page: string, options?: CallOptions): Promise<wire.ImportedPage> {
    const content = checked(someText, page, "page");
    const body = { query: "", contentType: "application/x-ndjson", content };
    const headers = headersOf(transferKey);
    return this.#call({ method: "POST", path: "/v1/import", headers, body, repeatable: true }, options);
  }
}

function headersOf(transferKey: string): Record<string, string> {
  return { "Sameface-Transfer-Key": checked(headerText, transferKey, "transferKey") };
}

/**
 * Authenticates callers: by the deployment's own key, a tenant's key, or a session token.
 *
 * Refuses everybody when the deployment has no key, and the published `dev-key` anywhere but in development on a
 * loopback address. A directory is asked only about text that could be a key, and about tokens that were signed here;
 * `strangers.ts` limits how often strangers may cause that.
 */

import { sameBytes, sameSecret, sha256 } from "../crypto/digest.ts";
import { fail, ok, type Result } from "../errors.ts";
import type { AdministrationDirectory, OpenDirectory } from "../identity/directory/types.ts";
import { defaultTenant } from "../identity/ids.ts";
import { type Jurisdiction, jurisdictionOf } from "../identity/jurisdiction.ts";
import { type Scope, scopes } from "../identity/scopes.ts";
import { defaultSettings, type TenantSettings } from "../identity/settings.ts";
import { type ApiKeyName, parseApiKey } from "./keys/api-key.ts";
import type { Principal } from "./principal.ts";
import type { SessionTokens } from "./sessions/session-token.ts";
import type { Strangers } from "./strangers.ts";

export interface ApiKeySettings {
  readonly environment: "development" | "production";
  readonly apiKey: string | undefined;
}

export interface Admission {
  readonly principal: Principal;
  readonly settings: TenantSettings;
}

/**
 * Authenticates a caller. Fails with `unauthorized` or `rate_limited`. `hostname` is that of the request's URL;
 * `address` is the caller's, where the platform tells it.
 */
export type Authenticate = (
  presented: string | undefined,
  hostname: string,
  address?: string,
) => Promise<Result<Admission>>;

export interface AuthenticateDeps {
  readonly settings: ApiKeySettings;
  readonly openDirectory: OpenDirectory<Pick<AdministrationDirectory, "admit">>;
  /** True when the runtime can keep a tenant in the jurisdiction. */
  readonly keepsIn: (jurisdiction: Jurisdiction) => boolean;
  readonly sessions: Pick<SessionTokens, "verify">;
  readonly strangers: Strangers;
  readonly clock: () => Date;
}

/** Key of the documentation. It is public, so it protects nothing. */
export const publishedKey = "dev-key";

/** Loopback names as `URL.hostname` writes them. */
const loopbackHostnames = new Set(["localhost", "127.0.0.1", "[::1]"]);

const allScopes: ReadonlySet<Scope> = new Set(scopes);

export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  const { environment, apiKey } = deps.settings;
  return async (presented, hostname, address) => {
    if (apiKey === undefined) return refuse("no API key is configured");
    if (presented === undefined) return refuse("no bearer key was sent");
    if (apiKey === publishedKey && !(environment === "development" && loopbackHostnames.has(hostname))) {
      return refuse("the development key is configured outside development");
    }
    if (await sameSecret(presented, apiKey)) return admitRoot(deps);
    if (presented.startsWith("sf_")) return admitKey(presented, address, deps);
    // A JWT begins with the base64url of `{"`.
    if (presented.startsWith("eyJ")) return admitSession(presented, deps);
    return refuse("the key is wrong");
  };
}

async function admitRoot({ openDirectory }: AuthenticateDeps): Promise<Result<Admission>> {
  const { settings } = await openDirectory(defaultTenant, 0).admit(null);
  const principal = { kind: "root", tenant: defaultTenant, scopes: allScopes, actor: "root" } as const;
  return ok({ principal, settings: settings ?? defaultSettings });
}

async function admitKey(
  presented: string,
  address: string | undefined,
  deps: AuthenticateDeps,
): Promise<Result<Admission>> {
  const parsed = parseApiKey(presented);
  if (parsed === undefined) return refuse("the key is malformed");
  const jurisdiction = jurisdictionOf(parsed.tenant);
  if (jurisdiction !== undefined && !deps.keepsIn(jurisdiction)) {
    return refuse("this runtime has no objects in the tenant's jurisdiction");
  }
  const hash = await sha256(presented);
  return deps.strangers.meetKey({ hash, address }, () => lookUpKey(parsed, hash, deps));
}

async function lookUpKey(
  { tenant, id }: ApiKeyName,
  hash: Uint8Array,
  { openDirectory, clock }: AuthenticateDeps,
): Promise<Result<Admission>> {
  const { key, settings } = await openDirectory(tenant, 0).admit(id);
  if (key === null || !sameBytes(hash, key.hash)) return refuse("the key is wrong");
  if (settings === null && tenant !== defaultTenant) return refuse("the tenant does not exist");
  const nowMs = clock().getTime();
  if (key.revokedAtMs !== null && key.revokedAtMs <= nowMs) return refuse("the key was revoked");
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) return refuse("the key has expired");
  const principal = { kind: "key", tenant, scopes: new Set(key.scopes), actor: `key:${id}` } as const;
  return ok({ principal, settings: settings ?? defaultSettings });
}

/** Admits a session. The subject's directory checks with each attempt whether it is used up. */
async function admitSession(
  presented: string,
  { sessions, openDirectory, strangers }: AuthenticateDeps,
): Promise<Result<Admission>> {
  const session = await strangers.meetToken(await sha256(presented), () => sessions.verify(presented));
  if (!session.ok) return session;
  const { tenant } = session.value;
  const { settings } = await openDirectory(tenant, 0).admit(null);
  if (settings === null && tenant !== defaultTenant) return refuse("the tenant does not exist");
  return ok({ principal: session.value, settings: settings ?? defaultSettings });
}

function refuse(reason: string) {
  return fail({ code: "unauthorized", reason });
}

/**
 * Who is calling: the deployment's own key, a tenant's key, or a session token.
 *
 * Refuses everybody when the deployment has no key, and the published `dev-key` anywhere but in
 * development on a loopback address.
 */
import { fail, ok, type Result } from "../errors.ts";
import type { OpenDirectory } from "../identity/directory/types.ts";
import { defaultTenant } from "../identity/ids.ts";
import { defaultSettings, type TenantSettings } from "../identity/settings.ts";
import { parseApiKey } from "./api-key.ts";
import { sameBytes, sameSecret, sha256 } from "./digest.ts";
import { type Principal, type Scope, scopes } from "./scopes.ts";
import type { SessionTokens } from "./session-token.ts";

export interface ApiKeySettings {
  readonly environment: "development" | "production";
  readonly apiKey: string | undefined;
}

export interface Admission {
  readonly principal: Principal;
  readonly settings: TenantSettings;
}

/** Fails with `unauthorized`. `hostname` is the request URL's. */
export type Authenticate = (presented: string | undefined, hostname: string) => Promise<Result<Admission>>;

export interface AuthenticateDeps {
  readonly settings: ApiKeySettings;
  readonly openDirectory: OpenDirectory;
  readonly sessions: Pick<SessionTokens, "verify">;
  readonly clock: () => Date;
}

/** Printed in the documentation, so it protects nothing. */
export const publishedKey = "dev-key";

/** As `URL.hostname` writes them. */
const loopbackHostnames = new Set(["localhost", "127.0.0.1", "[::1]"]);

const allScopes: ReadonlySet<Scope> = new Set(scopes);

export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  const { environment, apiKey } = deps.settings;
  return async (presented, hostname) => {
    if (apiKey === undefined) return refuse("no API key is configured");
    if (presented === undefined) return refuse("no bearer key was sent");
    if (apiKey === publishedKey && !(environment === "development" && loopbackHostnames.has(hostname))) {
      return refuse("the development key is configured outside development");
    }
    if (await sameSecret(presented, apiKey)) return admitRoot(deps);
    if (presented.startsWith("sf_")) return admitKey(presented, deps);
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
  { openDirectory, clock }: AuthenticateDeps,
): Promise<Result<Admission>> {
  const parsed = parseApiKey(presented);
  if (parsed === undefined) return refuse("the key is malformed");
  const { tenant, id } = parsed;
  const [{ key, settings }, hash] = await Promise.all([
    openDirectory(tenant, 0).admit(id),
    sha256(presented),
  ]);
  if (key === null || !sameBytes(hash, key.hash)) return refuse("the key is wrong");
  if (settings === null && tenant !== defaultTenant) return refuse("the tenant does not exist");
  const nowMs = clock().getTime();
  if (key.revokedAtMs !== null && key.revokedAtMs <= nowMs) return refuse("the key was revoked");
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) return refuse("the key has expired");
  const principal = { kind: "key", tenant, scopes: new Set(key.scopes), actor: `key:${id}` } as const;
  return ok({ principal, settings: settings ?? defaultSettings });
}

/** Whether the session is used up is for the subject's directory to say, with each attempt. */
async function admitSession(
  presented: string,
  { sessions, openDirectory }: AuthenticateDeps,
): Promise<Result<Admission>> {
  const session = await sessions.verify(presented);
  if (!session.ok) return session;
  const { tenant } = session.value;
  const { settings } = await openDirectory(tenant, 0).admit(null);
  if (settings === null && tenant !== defaultTenant) return refuse("the tenant does not exist");
  return ok({ principal: session.value, settings: settings ?? defaultSettings });
}

function refuse(reason: string) {
  return fail({ code: "unauthorized", reason });
}

/**
 * Who is calling: one API key, set as a secret.
 *
 * Refuses everybody when no key is set, and the published `dev-key` anywhere but in development on
 * a loopback address.
 */
import { fail, ok, type Result } from "../errors.ts";

/** Whom a request speaks for. */
export interface Principal {
  readonly kind: "api_key";
}

export interface ApiKeySettings {
  readonly environment: "development" | "production";
  readonly apiKey: string | undefined;
}

/** Printed in the documentation, so it protects nothing. */
const publishedKey = "dev-key";

/** As `URL.hostname` writes them. */
const loopbackHostnames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Fails with `unauthorized`. `hostname` is the request URL's. */
export async function authenticate(
  presented: string | undefined,
  hostname: string,
  { environment, apiKey }: ApiKeySettings,
): Promise<Result<Principal>> {
  if (apiKey === undefined) return refuse("no API key is configured");
  if (presented === undefined) return refuse("no bearer key was sent");
  if (apiKey === publishedKey && !(environment === "development" && loopbackHostnames.has(hostname))) {
    return refuse("the development key is configured outside development");
  }
  if (!(await sameSecret(presented, apiKey))) return refuse("the key is wrong");
  return ok({ kind: "api_key" });
}

function refuse(reason: string) {
  return fail({ code: "unauthorized", reason });
}

/** Compares digests, so that time tells neither the length of the secret nor how much of a guess is right. */
export async function sameSecret(a: string, b: string): Promise<boolean> {
  const [digestA, digestB] = await Promise.all([sha256(a), sha256(b)]);
  let difference = 0;
  for (let i = 0; i < digestA.length; i++) difference |= digestA[i] ^ digestB[i];
  return difference === 0;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** `Authorization: Bearer <key>`, checked before a byte of the body is read. */
import { createMiddleware } from "hono/factory";
import { type ApiKeySettings, authenticate } from "../trust/api-key.ts";
import { refuse } from "./answer.ts";
import type { AppEnv } from "./deps.ts";

/** The scheme's name is case-insensitive (RFC 9110, section 11.1); the key is one visible word. */
const bearer = /^bearer +([\x21-\x7e]+)$/i;

export function bearerKey(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : bearer.exec(authorization)?.[1];
}

export function requireApiKey(settings: ApiKeySettings) {
  return createMiddleware<AppEnv>(async function requireApiKey(c, next) {
    // A browser's preflight carries no credentials, and OPTIONS does nothing here.
    if (c.req.method === "OPTIONS") return next();
    const { hostname } = new URL(c.req.url);
    const caller = await authenticate(bearerKey(c.req.header("Authorization")), hostname, settings);
    if (!caller.ok) return refuse(c, caller.failure);
    c.set("principal", caller.value);
    return next();
  });
}

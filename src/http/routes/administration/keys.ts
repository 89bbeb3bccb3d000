/** A tenant's API keys: made, listed, rotated and revoked by a key with the scope `admin`. */
import type { Context } from "hono";
import { ok, type Result } from "../../../errors.ts";
import type { ApiKeyRow } from "../../../identity/directory/data.ts";
import type { Scope } from "../../../identity/scopes.ts";
import { mintApiKey } from "../../../trust/api-key.ts";
import { answer, refuse } from "../../answer.ts";
import { directoryContext } from "../../context.ts";
import type { AppEnv, Deps } from "../../deps.ts";
import { check } from "../../request/input.ts";
import { readJson } from "../../request/json.ts";
import { apiKeyIdSchema, keyRequestSchema, rotationRequestSchema } from "../../schemas/administration.ts";
import type {
  keyListAnswerSchema,
  newKeyAnswerSchema,
  revokedKeyAnswerSchema,
} from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAtMs: number | null;
}

/** GET /v1/keys */
export function listKeys({ openDirectory }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const keys = await openDirectory(c.var.principal.tenant, 0).listApiKeys();
    return answer(c, 200, { keys: keys.map(keyBody) } satisfies Body<typeof keyListAnswerSchema>);
  };
}

/** POST /v1/keys */
export function createKey(deps: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const request = await readJson(c, keyRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const { name, scopes, expires_at } = request.value;
    const expiresAtMs = expires_at === undefined ? null : Date.parse(expires_at);
    const made = await make(c, deps, { name, scopes: [...new Set(scopes)], expiresAtMs });
    return made.ok ? answer(c, 201, made.value) : refuse(c, made.failure);
  };
}

/** POST /v1/keys/{key_id}/rotate: another key in its place, with the same scopes. */
export function rotateKey(deps: Deps) {
  const { openDirectory, randomBytes } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const request = await readJson(c, rotationRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const old = check(apiKeyIdSchema, c.req.param("key_id"), "key_id");
    if (!old.ok) return refuse(c, old.failure);
    const { tenant } = c.var.principal;
    const { id, text, hash } = await mintApiKey(tenant, randomBytes);
    const context = directoryContext(c, deps);
    const oldEndsAtMs = context.nowMs + 1000 * request.value.grace_seconds;
    const made = await openDirectory(tenant, 0).rotateApiKey(old.value, { id, hash }, oldEndsAtMs, context);
    if (!made.ok) return refuse(c, made.failure);
    return answer(c, 201, { ...keyBody(made.value), key: text } satisfies Body<typeof newKeyAnswerSchema>);
  };
}

/** DELETE /v1/keys/{key_id}: refused from now on, and listed for the record. */
export function revokeKey(deps: Deps) {
  const { openDirectory, clock } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const id = check(apiKeyIdSchema, c.req.param("key_id"), "key_id");
    if (!id.ok) return refuse(c, id.failure);
    const directory = openDirectory(c.var.principal.tenant, 0);
    const revoked = await directory.revokeApiKey(id.value, clock().getTime(), directoryContext(c, deps));
    if (!revoked.ok) return refuse(c, revoked.failure);
    return answer(c, 200, {
      key_id: id.value,
      revoked_at: new Date(revoked.value).toISOString(),
    } satisfies Body<typeof revokedKeyAnswerSchema>);
  };
}

async function make(
  c: Context<AppEnv>,
  deps: Deps,
  { name, scopes, expiresAtMs }: NewKey,
): Promise<Result<Body<typeof newKeyAnswerSchema>>> {
  const { tenant } = c.var.principal;
  const { id, text, hash } = await mintApiKey(tenant, deps.randomBytes);
  const createdAtMs = deps.clock().getTime();
  const row = { id, hash, name, scopes, createdAtMs, expiresAtMs, revokedAtMs: null };
  const added = await deps.openDirectory(tenant, 0).addApiKey(row, directoryContext(c, deps));
  return added.ok ? ok({ ...keyBody(row), key: text }) : added;
}

function keyBody({ id, name, scopes, createdAtMs, expiresAtMs, revokedAtMs }: ApiKeyRow) {
  return {
    key_id: id,
    name,
    scopes: [...scopes],
    created_at: new Date(createdAtMs).toISOString(),
    expires_at: timeOf(expiresAtMs),
    revoked_at: timeOf(revokedAtMs),
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

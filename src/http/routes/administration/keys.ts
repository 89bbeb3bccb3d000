/** A tenant's API keys: made, listed, rotated and revoked by a key with the scope `admin`. */
import type { ApiKeyRow } from "../../../identity/directory/data.ts";
import type { ApiKeys, NewKey } from "../../../trust/keys/api-keys.ts";
import { answer, refuse } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
import { check } from "../../request/input.ts";
import { readJson } from "../../request/json.ts";
import { apiKeyIdSchema, keyRequestSchema, rotationRequestSchema } from "../../schemas/administration.ts";
import type {
  keyListAnswerSchema,
  newKeyAnswerSchema,
  revokedKeyAnswerSchema,
} from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

interface KeysDeps {
  readonly apiKeys: ApiKeys;
}

/** GET /v1/keys */
export function listKeys({ apiKeys }: KeysDeps): Handler {
  return async (c) => {
    const keys = await apiKeys.list(callerOf(c));
    return answer(c, 200, { keys: keys.map(keyBody) } satisfies Body<typeof keyListAnswerSchema>);
  };
}

/** POST /v1/keys */
export function createKey({ apiKeys }: KeysDeps): Handler {
  return async (c) => {
    const request = await readJson(c, keyRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const { name, scopes, expires_at } = request.value;
    const expiresAtMs = expires_at === undefined ? null : Date.parse(expires_at);
    const made = await apiKeys.make(callerOf(c), { name, scopes: [...new Set(scopes)], expiresAtMs });
    return made.ok ? answer(c, 201, newKeyBody(made.value)) : refuse(c, made.failure);
  };
}

/** POST /v1/keys/{key_id}/rotate: makes another key in its place, with the same scopes. */
export function rotateKey({ apiKeys }: KeysDeps): Handler {
  return async (c) => {
    const request = await readJson(c, rotationRequestSchema);
    if (!request.ok) return refuse(c, request.failure);
    const old = check(apiKeyIdSchema, c.req.param("key_id"), "key_id");
    if (!old.ok) return refuse(c, old.failure);
    const made = await apiKeys.rotate(callerOf(c), old.value, request.value.grace_seconds);
    return made.ok ? answer(c, 201, newKeyBody(made.value)) : refuse(c, made.failure);
  };
}

/** DELETE /v1/keys/{key_id}: the key is refused from now on, and stays in the list. */
export function revokeKey({ apiKeys }: KeysDeps): Handler {
  return async (c) => {
    const id = check(apiKeyIdSchema, c.req.param("key_id"), "key_id");
    if (!id.ok) return refuse(c, id.failure);
    const revoked = await apiKeys.revoke(callerOf(c), id.value);
    if (!revoked.ok) return refuse(c, revoked.failure);
    return answer(c, 200, {
      key_id: id.value,
      revoked_at: new Date(revoked.value).toISOString(),
    } satisfies Body<typeof revokedKeyAnswerSchema>);
  };
}

function newKeyBody({ row, text }: NewKey): Body<typeof newKeyAnswerSchema> {
  return { ...keyBody(row), key: text };
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

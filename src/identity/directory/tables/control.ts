/** A tenant's settings, API keys and signing keys, and the root tenant's list of the others. */

import type { WrappedKey } from "../../../crypto/key-ring.ts";
import { fail, ok, type Result } from "../../../errors.ts";
import type { TenantId } from "../../ids.ts";
import type { Scope } from "../../scopes.ts";
import { type TenantSettings, tenantSettingsSchema, toWrittenSettings } from "../../settings.ts";
import type { ApiKeyRow, Page, SigningKeyRow } from "../data.ts";

/**
 * Reads the settings; null when there are none. Throws when they are not what was written: no default is safe in
 * their place.
 */
export function readSettings(sql: SqlStorage): TenantSettings | null {
  const [row] = sql.exec("SELECT json FROM setting").toArray();
  return row === undefined ? null : tenantSettingsSchema.parse(JSON.parse(row.json as string));
}

export function writeSettings(sql: SqlStorage, settings: TenantSettings): void {
  sql.exec(
    "INSERT OR REPLACE INTO setting (id, json) VALUES (1, ?)",
    JSON.stringify(toWrittenSettings(settings)),
  );
}

/** Reads what the last measurement of the live rate found; null before the first. */
export function readRate(sql: SqlStorage): string | null {
  return (sql.exec("SELECT json FROM live_rate").toArray().at(0)?.json as string | undefined) ?? null;
}

export function writeRate(sql: SqlStorage, json: string): void {
  sql.exec("INSERT OR REPLACE INTO live_rate (id, json) VALUES (1, ?)", json);
}

export function insertApiKey(sql: SqlStorage, key: ApiKeyRow): void {
  sql.exec(
    "INSERT INTO api_key (id, hash, name, scopes, created_at_ms, expires_at_ms, revoked_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
    key.id,
    key.hash,
    key.name,
    key.scopes.join(" "),
    key.createdAtMs,
    key.expiresAtMs,
    key.revokedAtMs,
  );
}

export function readApiKeys(sql: SqlStorage, id?: string): ApiKeyRow[] {
  const rows =
    id === undefined
      ? sql.exec("SELECT * FROM api_key ORDER BY created_at_ms, id").toArray()
      : sql.exec("SELECT * FROM api_key WHERE id = ?", id).toArray();
  return rows.map((row) => ({
    id: row.id as string,
    hash: new Uint8Array(row.hash as ArrayBuffer),
    name: row.name as string,
    scopes: (row.scopes as string).split(" ").filter((scope) => scope !== "") as Scope[],
    createdAtMs: row.created_at_ms as number,
    expiresAtMs: row.expires_at_ms as number | null,
    revokedAtMs: row.revoked_at_ms as number | null,
  }));
}

/**
 * Revokes the key from `atMs` on, and answers the time from which it is refused. An earlier revocation stays: a key
 * never comes back.
 */
export function markRevoked(sql: SqlStorage, id: string, atMs: number): Result<number> {
  const [row] = sql
    .exec(
      `UPDATE api_key SET revoked_at_ms = MIN(COALESCE(revoked_at_ms, ?), ?) WHERE id = ?
       RETURNING revoked_at_ms`,
      atMs,
      atMs,
      id,
    )
    .toArray();
  return row === undefined ? fail({ code: "not_found", what: "key" }) : ok(row.revoked_at_ms as number);
}

/** Adds a tenant to the list. False when it was there already. */
export function insertTenant(sql: SqlStorage, id: TenantId): boolean {
  return sql.exec("INSERT OR IGNORE INTO tenant (id) VALUES (?)", id).rowsWritten > 0;
}

export function readTenants(sql: SqlStorage, { after, limit }: Page): TenantId[] {
  const rows = sql
    .exec("SELECT id FROM tenant WHERE id > ? ORDER BY id LIMIT ?", after ?? "", limit)
    .toArray();
  return rows.map((row) => row.id as TenantId);
}

export function insertSigningKey(sql: SqlStorage, key: SigningKeyRow): void {
  sql.exec(
    "INSERT INTO signing_key (id, public_key, kek_id, wrapped, created_at_ms) VALUES (?, ?, ?, ?, ?)",
    key.id,
    key.publicKey,
    key.kekId,
    key.wrapped,
    key.createdAtMs,
  );
}

export function readSigningKeys(sql: SqlStorage): SigningKeyRow[] {
  const rows = sql.exec("SELECT * FROM signing_key ORDER BY created_at_ms, id").toArray();
  return rows.map((row) => ({
    id: row.id as string,
    publicKey: new Uint8Array(row.public_key as ArrayBuffer),
    kekId: row.kek_id as string,
    wrapped: new Uint8Array(row.wrapped as ArrayBuffer),
    createdAtMs: row.created_at_ms as number,
  }));
}

export function replaceSigningKeyWrap(
  sql: SqlStorage,
  id: string,
  before: WrappedKey,
  after: WrappedKey,
): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE signing_key SET kek_id = ?, wrapped = ? WHERE id = ? AND wrapped = ?",
    after.kekId,
    after.wrapped,
    id,
    before.wrapped,
  );
  return rowsWritten > 0;
}

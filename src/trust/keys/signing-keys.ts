/**
 * The deployment's Ed25519 keys (RFC 8032), which sign session tokens, receipts and certificates. They are made here,
 * kept in a directory of the deployment's own with their private halves wrapped by the KEK, and named by their
 * thumbprints (RFC 7638). The newest key signs. All keys verify, without end: a receipt does not expire.
 *
 * Tenants of a jurisdiction have keys of their own, which are kept there. A key verifies tokens of its own
 * jurisdiction's tenants alone; the public halves of all keys are one set.
 */
import { calculateJwkThumbprint, type JWK } from "jose";
import { encodeBase64Url } from "../../crypto/base64.ts";
import type { KeyRing } from "../../crypto/key-ring.ts";
import { ok, type Result } from "../../errors.ts";
import type { Context, SigningKeyRow } from "../../identity/directory/data.ts";
import type { AdministrationDirectory, OpenDirectory } from "../../identity/directory/types.ts";
import type { TenantId } from "../../identity/ids.ts";
import { deploymentIn, type Jurisdiction, jurisdictionOf } from "../../identity/jurisdiction.ts";
import type { TenantRegistry } from "../../identity/tenant-registry.ts";

export interface SigningKeys {
  /** Key that signs for the tenant. */
  current(tenant: TenantId): Promise<{ id: string; privateKey: CryptoKey }>;
  /** Public key of this id that may have signed for the tenant; undefined when there is none. */
  publicKey(tenant: TenantId, id: string): Promise<CryptoKey | undefined>;
  /** Public keys of all jurisdictions in use as a JWK set (RFC 7517, section 5). */
  jwks(): Promise<{ keys: JWK[] }>;
  /** Makes a new key in each jurisdiction in use. The first is for tenants without one. */
  rotate(context: Context): Promise<Result<readonly RotatedKey[]>>;
  /** Wraps the private halves by the ring's current KEK. Answers how many were wrapped. */
  rewrap(): Promise<number>;
}

export interface RotatedKey {
  readonly kid: string;
  readonly jurisdiction: Jurisdiction | null;
}

export type SigningKeyDirectory = Pick<
  AdministrationDirectory,
  "listSigningKeys" | "addSigningKey" | "rewrapSigningKey"
>;

export interface SigningKeysDeps {
  readonly openDirectory: OpenDirectory<SigningKeyDirectory>;
  readonly registry: Pick<TenantRegistry, "inUse">;
  /** True when the runtime can keep a tenant in the jurisdiction. */
  readonly keepsIn: (jurisdiction: Jurisdiction) => boolean;
  readonly ring: KeyRing;
  readonly clock: () => Date;
}

/** Longest time that an isolate signs with a key after another isolate made a newer one, ms. */
const maxAgeMs = 300_000;
/**
 * Time after which the key set is read anew, ms. Requests that anybody can send make the directory read at most
 * `maxReads` times in it.
 */
const readsMs = 5_000;
/**
 * Reads for tokens of unknown keys, and for requests of the key set. The first one reads at once: a key that was made
 * elsewhere is known here with the first token that it signed.
 */
const maxReads = 4;

type Place = Jurisdiction | undefined;

export function createSigningKeys(deps: SigningKeysDeps): SigningKeys {
  const { registry, keepsIn, clock } = deps;
  const opened = new Map<Place, KeysOfPlace>();
  let known: { places: Promise<readonly Place[]>; atMs: number } | undefined;

  function keysIn(place: Place): KeysOfPlace {
    const found = opened.get(place) ?? createKeysOfPlace(deps, place);
    opened.set(place, found);
    return found;
  }

  async function readPlaces(): Promise<readonly Place[]> {
    return [undefined, ...(await registry.inUse())];
  }

  /** Reads the places once in `readsMs`, however many ask at once. */
  function recentPlaces(): Promise<readonly Place[]> {
    const nowMs = clock().getTime();
    if (known !== undefined && nowMs - known.atMs <= readsMs) return known.places;
    const reading = { places: readPlaces(), atMs: nowMs };
    known = reading;
    reading.places.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading.places;
  }

  return {
    current: (tenant) => keysIn(jurisdictionOf(tenant)).current(),

    async publicKey(tenant, id) {
      const place = jurisdictionOf(tenant);
      if (place !== undefined && !keepsIn(place)) return undefined;
      return keysIn(place).publicKey(id);
    },

    async jwks() {
      const places = await recentPlaces();
      const sets = await Promise.all(places.map((place) => keysIn(place).jwks()));
      return { keys: sets.flat() };
    },

    async rotate(context) {
      const rotated: RotatedKey[] = [];
      for (const place of await readPlaces()) {
        const made = await keysIn(place).rotate(context);
        if (!made.ok) return made;
        rotated.push({ kid: made.value, jurisdiction: place ?? null });
      }
      return ok(rotated);
    },

    async rewrap() {
      let count = 0;
      for (const place of await readPlaces()) count += await keysIn(place).rewrap();
      return count;
    },
  };
}

interface KeysOfPlace {
  current(): Promise<{ id: string; privateKey: CryptoKey }>;
  publicKey(id: string): Promise<CryptoKey | undefined>;
  jwks(): Promise<JWK[]>;
  rotate(context: Context): Promise<Result<string>>;
  rewrap(): Promise<number>;
}

/** Opens the keys that are kept in one jurisdiction, or in none. */
function createKeysOfPlace(
  { openDirectory, ring, clock }: Pick<SigningKeysDeps, "openDirectory" | "ring" | "clock">,
  place: Place,
): KeysOfPlace {
  const owner = deploymentIn(place);
  const directory = () => openDirectory(owner, 0);
  let known: { rows: readonly SigningKeyRow[]; atMs: number } | undefined;
  /** Counter that grows when the rows read before are out of date. */
  let generation = 0;
  const imported = new Map<string, CryptoKey>();
  const mayReadForToken = createAllowance(maxReads, readsMs);
  const mayReadForAnybody = createAllowance(maxReads, readsMs);

  /** @param mayRead whether the directory may be asked, where older rows are at hand */
  async function read(maxAge: number, mayRead: Allowance = () => true): Promise<readonly SigningKeyRow[]> {
    const nowMs = clock().getTime();
    if (known !== undefined && (nowMs - known.atMs <= maxAge || !mayRead(nowMs))) return known.rows;
    const begun = generation;
    const rows = await directory().listSigningKeys();
    if (begun === generation) known = { rows, atMs: nowMs };
    return rows;
  }

  function forget(): void {
    generation++;
    known = undefined;
  }

  /** @param first make a key only where there is none: of isolates that find none at the same instant, one succeeds */
  async function make(context: Context, first: boolean): Promise<Result<string>> {
    const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    const publicKey = new Uint8Array((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer);
    const pkcs8 = new Uint8Array((await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer);
    const id = await calculateJwkThumbprint(jwkOf(publicKey));
    const wrapped = await ring.wrap(pkcs8, wrapContext(id));
    const row = { id, publicKey, ...wrapped, createdAtMs: context.nowMs };
    const added = await directory().addSigningKey(row, first, { ...context, tenant: owner });
    forget();
    return added.ok ? ok(id) : added;
  }

  return {
    async current() {
      let newest = (await read(maxAgeMs)).at(-1);
      if (newest === undefined) {
        const nowMs = clock().getTime();
        const context = { tenant: owner, actor: "service", requestId: "", nowMs, auditSeconds: null };
        await make(context, true);
        newest = (await read(maxAgeMs)).at(-1);
      }
      if (newest === undefined) throw new Error("a signing key that was just made is not there");
      const { id } = newest;
      const cached = imported.get(id);
      if (cached !== undefined) return { id, privateKey: cached };
      const pkcs8 = await ring.unwrap(newest, wrapContext(id));
      if (pkcs8 === undefined) throw new Error(`the signing key ${id} does not open with the KEKs at hand`);
      const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
      imported.set(id, privateKey);
      return { id, privateKey };
    },

    async publicKey(id) {
      const find = (rows: readonly SigningKeyRow[]) => rows.find((row) => row.id === id);
      const row = find(await read(maxAgeMs)) ?? find(await read(-1, mayReadForToken));
      return row && crypto.subtle.importKey("raw", row.publicKey, "Ed25519", true, ["verify"]);
    },

    async jwks() {
      const rows = await read(readsMs, mayReadForAnybody);
      return rows.map(({ id, publicKey }) => ({ ...jwkOf(publicKey), kid: id, alg: "EdDSA", use: "sig" }));
    },

    rotate: (context) => make(context, false),

    async rewrap() {
      const currentKekId = await ring.currentKekId();
      let count = 0;
      const rows = await directory().listSigningKeys();
      for (const [i, row] of rows.entries()) {
        if (row.kekId === currentKekId) continue;
        const pkcs8 = await ring.unwrap(row, wrapContext(row.id));
        // An earlier key signs nothing any more, and its public half is not wrapped.
        if (pkcs8 === undefined && i < rows.length - 1) continue;
        if (pkcs8 === undefined)
          throw new Error(`the signing key ${row.id} does not open with the KEKs at hand`);
        if (await directory().rewrapSigningKey(row.id, row, await ring.wrap(pkcs8, wrapContext(row.id))))
          count++;
      }
      forget();
      return count;
    },
  };
}

type Allowance = (nowMs: number) => boolean;

/** Allows `times` uses in a period. A period begins with the first use after the last period's end. */
function createAllowance(times: number, periodMs: number): Allowance {
  let sinceMs = Number.NEGATIVE_INFINITY;
  let used = 0;
  return (nowMs) => {
    if (nowMs - sinceMs >= periodMs) [sinceMs, used] = [nowMs, 0];
    return used++ < times;
  };
}

function wrapContext(id: string): string[] {
  return ["sameface signing key 1", id];
}

/** Public key as a JWK (RFC 8037, section 2). */
function jwkOf(publicKey: Uint8Array): { kty: string; crv: string; x: string } {
  return { kty: "OKP", crv: "Ed25519", x: encodeBase64Url(publicKey) };
}

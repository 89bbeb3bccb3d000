/** The cost of callers with unknown keys: how often a directory is asked. */

import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { encodeBase64Url } from "../../../src/crypto/base64.ts";
import { defaultTenant } from "../../../src/identity/ids.ts";
import { mintApiKey } from "../../../src/trust/keys/api-key.ts";
import type { RateLimiter } from "../../../src/trust/rate-limit.ts";
import { type Change, jpeg, json, now, photoAt, randomBytes, startService } from "../setup/service.ts";
import { type Call, watchedDirectories } from "../setup/watched.ts";

beforeEach(reset);

function wrongKey(tenant = "acme"): string {
  const part = (bytes: number) => encodeBase64Url(randomBytes(bytes));
  return `sf_${tenant}.${part(9)}.${part(32)}`;
}

/** Makes a limiter that lets so many pass, from any address. */
function limitOf(count: number): RateLimiter {
  const counts = new Map<string, number>();
  return {
    async limit({ key }) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return { success: (counts.get(key) ?? 0) <= count };
    },
  };
}

function watched(trust: Change["trust"] = {}) {
  const calls: Call[] = [];
  const openDirectory = watchedDirectories((call) => calls.push(call));
  const service = startService({ trust: { openDirectory, ...trust } });
  const ask = (key: string, address?: string) =>
    service.callAs(key, "/v1/subjects", {
      headers: address === undefined ? {} : { "CF-Connecting-IP": address },
    });
  return { ...service, calls, ask };
}

const statuses = (answers: readonly Response[]) => answers.map(({ status }) => status);
const here = "203.0.113.7";

describe("a wrong key", () => {
  it.each(["acme", "default"])("asked fifty times asks the directory of %s once", async (tenant) => {
    const { ask, calls, log } = watched();
    const key = wrongKey(tenant);
    for (let i = 0; i < 50; i++) expect((await ask(key)).status).toBe(401);
    expect(calls).toEqual([{ method: "admit", tenant, shard: 0 }]);
    expect(log.at(-1)).toMatchObject({ status: 401, reason: "the key is wrong, as a moment ago" });
    const [, id, secret] = key.split(".");
    expect(JSON.stringify(log)).not.toMatch(new RegExp(`${id}|${secret}`));
  });

  it("is good, once it was made, after five seconds; one that was not tried is good at once", async () => {
    const service = watched();
    const { trust, ask, wait } = service;
    const directory = trust.openDirectory(defaultTenant, 0);
    const context = {
      tenant: defaultTenant,
      actor: "root",
      requestId: "r-1",
      nowMs: now.getTime(),
      auditSeconds: null,
    };
    const [tried, untried] = await Promise.all([1, 2].map(() => mintApiKey(defaultTenant, randomBytes)));
    expect((await ask(tried.text)).status).toBe(401);
    for (const { id, hash } of [tried, untried]) {
      const row = { id, hash, name: "", scopes: ["read"] as const, createdAtMs: 0 };
      await directory.addApiKey({ ...row, expiresAtMs: null, revokedAtMs: null }, context);
    }
    expect(statuses([await ask(untried.text), await ask(tried.text)])).toEqual([200, 401]);
    wait(5);
    expect((await ask(tried.text)).status).toBe(200);
  });

  it("that is malformed asks nobody", async () => {
    const { ask, calls } = watched();
    for (const key of ["sf_", "sf_acme.a.b", `${wrongKey()}a`, "guess", `eyJ.${"a".repeat(40)}`]) {
      expect((await ask(key)).status).toBe(401);
    }
    expect(calls).toEqual([]);
  });
});

describe("an address with many wrong keys", () => {
  it("makes the directories be asked as often as the limit says, and once more", async () => {
    const { ask, calls, log } = watched({ failureRate: limitOf(10) });
    const answers: Response[] = [];
    for (let i = 0; i < 50; i++) answers.push(await ask(wrongKey(`guess-${i}`), here));
    expect(statuses(answers)).toEqual([...Array(11).fill(401), ...Array(39).fill(429)]);
    expect(calls).toHaveLength(11);
    const last = answers[49];
    expect(last.headers.get("Retry-After")).toBe("60");
    expect(await last.json()).toMatchObject({
      error: { code: "rate_limited", message: expect.stringContaining("from your address") },
    });
    expect(log.at(-1)).toMatchObject({ code: "rate_limited", reason: expect.stringContaining("address") });
    expect(JSON.stringify(log)).not.toContain(here);
  });

  it("does not lock out the key that works there, nor its root key, nor a phone, nor another address", async () => {
    const { ask, call, callAs, calls } = watched({ failureRate: limitOf(3) });
    const made = async () =>
      (await (await call("/v1/keys", json({ scopes: ["read"] }))).json()) as { key: string };
    const [warm, cold] = [await made(), await made()];
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const session = await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    const { token } = (await session.json()) as { token: string };
    expect((await ask(warm.key, here)).status).toBe(200);
    for (let i = 0; i < 5; i++) await ask(wrongKey(), here);
    calls.length = 0;
    expect(statuses([await ask(warm.key, here), await ask("test-key", here)])).toEqual([200, 200]);
    const phone = jpeg(photoAt(0), { "CF-Connecting-IP": here });
    expect((await callAs(token, "/v1/subjects/alice/verify", phone)).status).toBe(200);
    // The directory is asked about each of them, as always.
    expect(calls.filter(({ method }) => method === "admit")).toHaveLength(3);
    expect(statuses([await ask(cold.key, here), await ask(cold.key, "203.0.113.8")])).toEqual([429, 200]);
  });

  it("that is one of a network of IPv6 counts with the others of it", async () => {
    const { ask, calls } = watched({ failureRate: limitOf(3) });
    for (let i = 1; i <= 20; i++) await ask(wrongKey(), `2001:db8:1:2::${i}`);
    expect(calls).toHaveLength(4);
    expect((await ask(wrongKey(), "2001:db8:1:3::1")).status).toBe(401);
  });

  it("that the platform does not tell is one for all of them", async () => {
    const { ask, calls } = watched({ failureRate: limitOf(3) });
    for (let i = 0; i < 20; i++) await ask(wrongKey());
    expect(calls).toHaveLength(4);
    expect((await ask(wrongKey(), here)).status).toBe(401);
  });

  it("is let in again after the minute", async () => {
    const { ask, call, wait } = watched({ failureRate: limitOf(3) });
    const { key } = (await (await call("/v1/keys", json({ scopes: ["read"] }))).json()) as { key: string };
    for (let i = 0; i < 5; i++) await ask(wrongKey(), here);
    wait(59);
    expect((await ask(key, here)).status).toBe(429);
    wait(1);
    expect((await ask(key, here)).status).toBe(200);
  });

  it("is counted by the platform's own limiter", async () => {
    const { FAILURE_RATE } = env as unknown as Record<string, RateLimiter>;
    const { ask, calls } = watched({ failureRate: FAILURE_RATE });
    let passed = 0;
    while ((await ask(wrongKey(), here)).status === 401) expect(++passed).toBeLessThan(202);
    // The limit of wrangler.toml is 100; more pass when a new minute began meanwhile.
    expect(passed).toBeGreaterThanOrEqual(101);
    expect(calls).toHaveLength(passed);
  });
});

describe("a forged session token", () => {
  const forged = (kid: string, tenant = "default") => {
    const part = (value: unknown) => encodeBase64Url(new TextEncoder().encode(JSON.stringify(value)));
    const header = part({ alg: "EdDSA", typ: "sameface-session+jwt", kid });
    return `${header}.${part({ iss: "sameface", sub: "alice", jti: kid, tenant })}.${encodeBase64Url(randomBytes(64))}`;
  };

  it("of a key that nobody made reads the keys four times in five seconds, and asks no tenant", async () => {
    const { ask, calls, trust, wait } = watched();
    await trust.signingKeys.jwks();
    calls.length = 0;
    for (let i = 0; i < 40; i++) expect((await ask(forged(`key-${i}`))).status).toBe(401);
    expect(calls).toEqual(Array(4).fill({ method: "listSigningKeys", tenant: "default", shard: 0 }));
    wait(5);
    for (let i = 0; i < 40; i++) await ask(forged(`other-${i}`));
    expect(calls).toHaveLength(8);
  });

  it("that names no tenant, or one of a jurisdiction that is not there, asks nobody", async () => {
    const { ask, calls } = watched();
    for (const tenant of ["", "acme@eu", "acme@uk"])
      expect((await ask(forged("key", tenant))).status).toBe(401);
    expect(calls).toEqual([]);
  });

  it("of a key that is known asks nobody", async () => {
    const { ask, calls, trust } = watched();
    const { id } = await trust.signingKeys.current(defaultTenant);
    calls.length = 0;
    for (let i = 0; i < 20; i++) expect((await ask(forged(id))).status).toBe(401);
    expect(calls).toEqual([]);
  });

  it("beside it, a token of a key that another isolate has just made is good at once", async () => {
    const { call, callAs, trust } = watched();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    await trust.signingKeys.current(defaultTenant);
    const other = startService();
    await other.call("/v1/signing-keys", { method: "POST" });
    const session = await other.call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    const { token } = (await session.json()) as { token: string };
    expect((await callAs(token, "/v1/subjects/alice/verify", jpeg(photoAt(0)))).status).toBe(200);
  });
});

describe("the public keys", () => {
  it("are read four times at most for any number who ask at once, and every five seconds after that", async () => {
    const { call, calls, wait } = watched();
    const all = (count: number) =>
      Promise.all(Array.from({ length: count }, () => call("/.well-known/jwks.json")));
    const reads = (method: string) => calls.filter((call) => call.method === method).length;
    await all(1);
    await all(50);
    expect([reads("listSigningKeys"), reads("listTenants")]).toEqual([1, 1]);
    wait(6);
    expect(statuses(await all(50))).toEqual(Array(50).fill(200));
    expect([reads("listSigningKeys"), reads("listTenants")]).toEqual([5, 2]);
    for (let i = 0; i < 20; i++) await all(1);
    expect([reads("listSigningKeys"), reads("listTenants")]).toEqual([5, 2]);
    expect(calls).toHaveLength(7);
  });
});

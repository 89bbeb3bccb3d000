import { describe, expect, it } from "vitest";
import { sameBytes, sameSecret } from "../../../../src/crypto/digest.ts";
import { bearerKey } from "../../../../src/http/middleware/auth.ts";
import type { ApiKeyRow } from "../../../../src/identity/directory/data.ts";
import type { TenantId } from "../../../../src/identity/ids.ts";
import { defaultSettings } from "../../../../src/identity/settings.ts";
import { type ApiKeySettings, createAuthenticate } from "../../../../src/trust/authenticate.ts";
import { mintApiKey, parseApiKey } from "../../../../src/trust/keys/api-key.ts";
import { createStrangers } from "../../../../src/trust/strangers.ts";

const now = new Date("2026-01-01T00:00:00Z");
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

const production = { environment: "production", apiKey: "s3cret-key" } as const;
const published = { environment: "development", apiKey: "dev-key" } as const;

/** Authenticates with a directory that knows these keys of these tenants. */
function authenticator(settings: ApiKeySettings, keys: Record<string, readonly ApiKeyRow[]> = {}) {
  return createAuthenticate({
    settings,
    openDirectory: (tenant) => ({
      admit: async (id) => ({
        settings: tenant in keys ? defaultSettings : null,
        key: keys[tenant]?.find((key) => key.id === id) ?? null,
      }),
    }),
    keepsIn: (jurisdiction) => jurisdiction === "eu",
    sessions: { verify: async () => ({ ok: false, failure: { code: "unauthorized", reason: "forged" } }) },
    strangers: createStrangers({ failures: undefined, clock: () => now }),
    clock: () => now,
  });
}

async function keyOf(tenant: string, change: Partial<ApiKeyRow> = {}) {
  const { id, text, hash } = await mintApiKey(tenant as TenantId, random);
  const row = { id, hash, name: "", scopes: ["read"], createdAtMs: 0, expiresAtMs: null, revokedAtMs: null };
  return { text, row: { ...row, ...change } as ApiKeyRow };
}

describe("the deployment's key", () => {
  const authenticate = (key: string | undefined, hostname: string, settings: ApiKeySettings) =>
    authenticator(settings)(key, hostname);

  it("gets in from anywhere, with all scopes in the default tenant", async () => {
    const admitted = await authenticate("s3cret-key", "faces.example.com", production);
    expect(admitted).toMatchObject({
      ok: true,
      value: { principal: { kind: "root", tenant: "default" }, settings: defaultSettings },
    });
    expect(admitted.ok && admitted.value.principal.scopes.size).toBe(8);
  });

  it.each([undefined, "", "s3cret-ke", "s3cret-key2", "S3CRET-KEY", "dev-key"])("is not %j", async (key) => {
    expect(await authenticate(key, "localhost", production)).toMatchObject({
      ok: false,
      failure: { code: "unauthorized" },
    });
  });

  it.each(["undefined", "", "dev-key"])("is not %j when none is configured", async (key) => {
    for (const environment of ["development", "production"] as const) {
      const result = await authenticate(key, "localhost", { environment, apiKey: undefined });
      expect(result.ok).toBe(false);
    }
  });

  it.each(["localhost", "127.0.0.1", "[::1]"])("may be dev-key on %s in development", async (hostname) => {
    expect((await authenticate("dev-key", hostname, published)).ok).toBe(true);
  });

  it.each(["sameface.workers.dev", "192.168.1.2", "0.0.0.0", "localhost.example.com", "127.0.0.1.nip.io"])(
    "may not be dev-key on %s, which is not loopback",
    async (hostname) => {
      expect((await authenticate("dev-key", hostname, published)).ok).toBe(false);
    },
  );

  it("may not be dev-key in production, even on a loopback address", async () => {
    const settings = { environment: "production", apiKey: "dev-key" } as const;
    expect((await authenticate("dev-key", "localhost", settings)).ok).toBe(false);
  });

  it("is never repeated in a refusal", async () => {
    expect(JSON.stringify(await authenticate("guess-123", "localhost", production))).not.toMatch(
      /guess-123|s3cret/,
    );
  });
});

describe("a tenant's key", () => {
  it("gets in with its tenant and its scopes alone", async () => {
    const { text, row } = await keyOf("acme");
    const admitted = await authenticator(production, { acme: [row] })(text, "example.com");
    expect(admitted).toMatchObject({
      ok: true,
      value: {
        principal: { kind: "key", tenant: "acme", actor: `key:${row.id}`, scopes: new Set(["read"]) },
      },
    });
  });

  it("is refused when its tenant is changed, whatever that tenant has", async () => {
    const { text, row } = await keyOf("acme");
    const stolen = text.replace("sf_acme.", "sf_other.");
    for (const keys of [{ other: [] }, { other: [row] }, {}]) {
      expect((await authenticator(production, keys)(stolen, "example.com")).ok).toBe(false);
    }
  });

  it.each<[string, Partial<ApiKeyRow>, boolean]>([
    ["a millisecond before it expires", { expiresAtMs: now.getTime() + 1 }, true],
    ["when it expires", { expiresAtMs: now.getTime() }, false],
    ["a millisecond before it is revoked", { revokedAtMs: now.getTime() + 1 }, true],
    ["when it is revoked", { revokedAtMs: now.getTime() }, false],
  ])("%s is let in: %s", async (_, change, allowed) => {
    const { text, row } = await keyOf("acme", change);
    expect((await authenticator(production, { acme: [row] })(text, "example.com")).ok).toBe(allowed);
  });

  it("is refused with any letter of it changed", async () => {
    const { text, row } = await keyOf("acme");
    const authenticate = authenticator(production, { acme: [row] });
    for (let i = 0; i < text.length; i++) {
      const changed = text.slice(0, i) + (text[i] === "A" ? "B" : "A") + text.slice(i + 1);
      expect((await authenticate(changed, "example.com")).ok, `letter ${i}`).toBe(false);
    }
  });

  it("of a tenant in a jurisdiction gets in, and not where the runtime has no such jurisdiction", async () => {
    const [eu, us] = [await keyOf("acme@eu"), await keyOf("acme@us")];
    const authenticate = authenticator(production, { "acme@eu": [eu.row], "acme@us": [us.row] });
    expect(await authenticate(eu.text, "example.com")).toMatchObject({
      value: { principal: { tenant: "acme@eu" } },
    });
    expect(await authenticate(us.text, "example.com")).toMatchObject({ failure: { code: "unauthorized" } });
  });

  it("is not among what is kept of it", async () => {
    const { text, row } = await keyOf("acme");
    const secret = text.split(".")[2];
    expect(JSON.stringify({ ...row, hash: Buffer.from(row.hash).toString("base64url") })).not.toContain(
      secret,
    );
  });

  it.each([
    "",
    "sf_",
    "sf_a.b.c",
    `sf_A.${"a".repeat(12)}.${"a".repeat(43)}`,
    `sf_a@.${"a".repeat(12)}.${"a".repeat(43)}`,
    `sf_a@uk.${"a".repeat(12)}.${"a".repeat(43)}`,
    `sf_../x.${"a".repeat(12)}.${"a".repeat(43)}`,
    `sf_a.${"a".repeat(12)}.${"a".repeat(44)}`,
  ])("is not %j", (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });
});

describe("a minted key's id", () => {
  it.each([0x00, 0x7f, 0xf8, 0xfb, 0xff])(
    "begins with a letter when its first random byte is %i, so that no command line takes it for an option",
    async (first) => {
      const { id, text } = await mintApiKey("acme" as TenantId, (length) =>
        new Uint8Array(length).fill(first),
      );
      expect(id).toMatch(/^[A-Za-z][A-Za-z0-9_-]{11}$/);
      expect(parseApiKey(text)).toEqual({ tenant: "acme", id });
    },
  );
});

describe("the comparison of digests", () => {
  /** Returns the median time of a comparison, ns. */
  function timeOf(guess: Uint8Array, secret: Uint8Array): number {
    const rounds = 2000;
    const started = process.hrtime.bigint();
    for (let i = 0; i < rounds; i++) sameBytes(guess, secret);
    return Number(process.hrtime.bigint() - started) / rounds;
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

  it("takes no longer, within a fifth, the more of a guess is right", () => {
    const secret = random(32);
    const wrongAt = (index: number) => secret.map((byte, i) => (i === index ? byte ^ 1 : byte));
    const [first, last] = [wrongAt(0), wrongAt(31)];
    for (let i = 0; i < 50; i++) timeOf(first, secret) + timeOf(last, secret);
    const times: [number[], number[]] = [[], []];
    // The two alternate, so that other work on the machine falls on both.
    for (let i = 0; i < 301; i++) {
      times[0].push(timeOf(first, secret));
      times[1].push(timeOf(last, secret));
    }
    const ratio = median(times[1]) / median(times[0]);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });

  it("would show a comparison that stops at the first difference", () => {
    const early = (a: Uint8Array, b: Uint8Array) => a.every((byte, i) => byte === b[i]);
    const secret = random(32);
    const [first, last] = [0, 31].map((index) => secret.map((byte, i) => (i === index ? byte ^ 1 : byte)));
    const timeEarly = (guess: Uint8Array) => {
      const started = process.hrtime.bigint();
      for (let i = 0; i < 20_000; i++) early(guess, secret);
      return Number(process.hrtime.bigint() - started);
    };
    for (let i = 0; i < 5; i++) timeEarly(first) + timeEarly(last);
    const pairs = Array.from({ length: 51 }, () => timeEarly(last) / timeEarly(first));
    expect(median(pairs)).toBeGreaterThan(1.25);
  });
});

describe("sameSecret", () => {
  it.each([
    ["a", "a", true],
    ["", "", true],
    ["a", "b", false],
    ["a", "", false],
    ["a", "aa", false],
  ])("of %j and %j is %s", async (a, b, same) => {
    expect(await sameSecret(a, b)).toBe(same);
  });
});

describe("bearerKey", () => {
  it.each([
    ["Bearer key", "key"],
    ["bearer key", "key"],
    ["BEARER   key", "key"],
    ["Bearer a.b_c~d+e/f==", "a.b_c~d+e/f=="],
    [undefined, undefined],
    ["", undefined],
    ["Bearer", undefined],
    ["Bearer ", undefined],
    ["Bearerkey", undefined],
    ["Basic key", undefined],
    ["Bearer two words", undefined],
    ["Bearer one, Bearer two", undefined],
    ["key", undefined],
  ])("of %j is %j", (header, key) => {
    expect(bearerKey(header)).toBe(key);
  });
});

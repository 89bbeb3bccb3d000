import { describe, expect, it } from "vitest";
import { bearerKey } from "../../src/http/auth.ts";
import { authenticate, sameSecret } from "../../src/trust/api-key.ts";

const production = { environment: "production", apiKey: "s3cret-key" } as const;
const published = { environment: "development", apiKey: "dev-key" } as const;

describe("authenticate", () => {
  it("lets the configured key in, from anywhere", async () => {
    expect(await authenticate("s3cret-key", "faces.example.com", production)).toEqual({
      ok: true,
      value: { kind: "api_key" },
    });
  });

  it.each([undefined, "", "s3cret-ke", "s3cret-key2", "S3CRET-KEY", "dev-key"])("refuses %j", async (key) => {
    expect(await authenticate(key, "localhost", production)).toMatchObject({
      ok: false,
      failure: { code: "unauthorized" },
    });
  });

  it.each(["undefined", "", "dev-key"])("refuses %j when no key is configured", async (key) => {
    for (const environment of ["development", "production"] as const) {
      const result = await authenticate(key, "localhost", { environment, apiKey: undefined });
      expect(result.ok).toBe(false);
    }
  });

  it.each(["localhost", "127.0.0.1", "[::1]"])("lets dev-key in on %s in development", async (hostname) => {
    expect((await authenticate("dev-key", hostname, published)).ok).toBe(true);
  });

  it.each(["sameface.workers.dev", "192.168.1.2", "0.0.0.0", "localhost.example.com", "127.0.0.1.nip.io"])(
    "refuses dev-key on %s, which is not loopback",
    async (hostname) => {
      expect((await authenticate("dev-key", hostname, published)).ok).toBe(false);
    },
  );

  it("refuses dev-key in production, even on a loopback address", async () => {
    const settings = { environment: "production", apiKey: "dev-key" } as const;
    expect((await authenticate("dev-key", "localhost", settings)).ok).toBe(false);
  });

  it("never repeats a key in a refusal", async () => {
    expect(JSON.stringify(await authenticate("guess-123", "localhost", production))).not.toMatch(
      /guess-123|s3cret/,
    );
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

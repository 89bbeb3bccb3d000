import { generateKeyPair, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { SubjectId, TenantId } from "../../../../src/identity/ids.ts";
import { createSessionTokens, type Session } from "../../../../src/trust/sessions/session-token.ts";

const nowMs = Date.UTC(2026, 0, 1);
const pair = await generateKeyPair("EdDSA", { extractable: true });

const session: Session = {
  id: "s-1",
  tenant: "acme" as TenantId,
  subjectId: "alice" as SubjectId,
  action: "verify",
  nonce: "n-1",
  liveness: false,
  maxFmr: undefined,
  expiresAtMs: nowMs + 60_000,
};

/** Makes the tokens of a deployment with one key, at a later time. */
function tokensAfter(ms = 0) {
  const keys = {
    current: async () => ({ id: "k-1", privateKey: pair.privateKey as CryptoKey }),
    publicKey: async (_: string, id: string) => (id === "k-1" ? (pair.publicKey as CryptoKey) : undefined),
  };
  return createSessionTokens(keys, () => new Date(nowMs + ms));
}

const refused = { ok: false, failure: { code: "unauthorized" } };

describe("a session's token", () => {
  it.each([undefined, 1e-5])("says whose it is and what for, with the rate %s", async (maxFmr) => {
    const token = await tokensAfter().issue({ ...session, maxFmr });
    expect(await tokensAfter().verify(token)).toEqual({
      ok: true,
      value: {
        kind: "session",
        tenant: "acme",
        scopes: new Set(["verify"]),
        actor: "session:s-1",
        sessionId: "s-1",
        subjectId: "alice",
        action: "verify",
        nonce: "n-1",
        expiresAtMs: nowMs + 60_000,
        liveness: false,
        maxFmr,
      },
    });
  });

  it("is good until the second of its end, and not in it", async () => {
    const token = await tokensAfter().issue(session);
    expect((await tokensAfter(59_999).verify(token)).ok).toBe(true);
    expect(await tokensAfter(60_000).verify(token)).toMatchObject(refused);
  });

  const claims = { tenant: "acme", action: "verify", nonce: "n-1", jti: "s-1", sub: "alice" };
  const times = { iss: "sameface", iat: nowMs / 1000, exp: nowMs / 1000 + 60 };
  const header = { alg: "EdDSA", typ: "sameface-session+jwt", kid: "k-1" };
  const signed = (change: object, headers = {}) =>
    new SignJWT({ ...claims, ...times, ...change })
      .setProtectedHeader({ ...header, ...headers })
      .sign(pair.privateKey);

  it("is what its claims make it, whoever wrote them", async () => {
    expect((await tokensAfter().verify(await signed({}))).ok).toBe(true);
  });

  it.each<[string, object]>([
    ["no id", { jti: undefined }],
    ["an empty id", { jti: "" }],
    ["an empty nonce", { nonce: "" }],
    ["no nonce", { nonce: undefined }],
    ["another action", { action: "identify" }],
    ["a rate that is no number", { max_fmr: "1e-5" }],
    ["no subject", { sub: undefined }],
    ["a path for a subject", { sub: "../bob" }],
    ["no tenant", { tenant: undefined }],
    ["a tenant that is none", { tenant: "A" }],
    ["another issuer", { iss: "somebody" }],
    ["no end", { exp: undefined }],
    ["no beginning", { iat: undefined }],
  ])("is refused with %s under the deployment's own signature", async (_, change) => {
    expect(await tokensAfter().verify(await signed(change))).toMatchObject(refused);
  });

  it.each([{ typ: "JWT" }, { typ: "sameface-receipt+jwt" }, { kid: "k-2" }, { kid: undefined }])(
    "is refused with %j in its head",
    async (head) => {
      expect(await tokensAfter().verify(await signed({}, head))).toMatchObject(refused);
    },
  );
});

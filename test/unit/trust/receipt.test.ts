/** A receipt, verified offline by a program that shares only the public keys with this one. */
import { describe, expect, it } from "vitest";
import { defaultTenant } from "../../../src/identity/ids.ts";
import { createReceipts } from "../../../src/trust/receipt.ts";
import { signingKeysInMemory } from "./signing-keys.ts";
import { verifyElsewhere } from "./verify-elsewhere.ts";

describe("a receipt in another process", () => {
  const clock = () => new Date("2026-03-04T05:06:07.008Z");
  const keys = signingKeysInMemory(clock);
  const sign = createReceipts(keys);
  const receipt = {
    tenant: defaultTenant,
    subjectId: "alice",
    match: true,
    threshold: 1.1,
    maxFmr: 1e-4,
    model: "m",
    template: { version: "5e1f0a7b9c3d2e48", photos: 2 },
    modelSha256: "ab".repeat(32),
    imageSha256: "cd".repeat(32),
    nonce: "n",
    requestId: "r",
    at: clock(),
  };

  it("is verified with the public keys alone, after a rotation too", async () => {
    const before = await sign(receipt);
    await keys.rotate({
      tenant: defaultTenant,
      actor: "root",
      requestId: "r",
      nowMs: clock().getTime() + 1,
      auditSeconds: null,
    });
    const after = await sign({ ...receipt, match: false });
    const jwks = await keys.jwks();
    expect(jwks.keys).toHaveLength(2);
    expect(JSON.parse(verifyElsewhere(before, jwks))).toMatchObject({ subject_id: "alice", match: true });
    expect(JSON.parse(verifyElsewhere(after, jwks))).toMatchObject({ match: false });
  });

  it("is found out when it was altered", async () => {
    const [header, payload, signature] = (await sign({ ...receipt, match: false })).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, match: true })).toString("base64url");
    expect(verifyElsewhere([header, forged, signature].join("."), await keys.jwks())).toBe("forged");
  });
});

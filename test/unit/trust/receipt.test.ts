/** A receipt, verified offline by a program that shares only the public keys with this one. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createKeyRing } from "../../../src/crypto/key-ring.ts";
import type { SigningKeyRow } from "../../../src/identity/directory/data.ts";
import { createSigningKeys, type SigningKeyDirectory } from "../../../src/trust/keys/signing-keys.ts";
import { createReceipts } from "../../../src/trust/receipt.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A directory that stores signing keys, which no KEK is to wrap anew. */
function keyDirectory(): SigningKeyDirectory {
  const rows: SigningKeyRow[] = [];
  return {
    listSigningKeys: async () => [...rows],
    async addSigningKey(row) {
      rows.push(row);
      return { ok: true, value: undefined };
    },
    rewrapSigningKey: async () => false,
  };
}

/** Verifies with OpenSSL's Ed25519 by node:crypto, in a process of its own; from RFC 7515 and RFC 8037 alone. */
const verifier = `
  const { createPublicKey, verify } = require("node:crypto");
  const [jws, jwks] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const [header, payload, signature] = jws.split(".");
  const { kid } = JSON.parse(Buffer.from(header, "base64url"));
  const key = createPublicKey({ key: jwks.keys.find((jwk) => jwk.kid === kid), format: "jwk" });
  const good = verify(null, Buffer.from(header + "." + payload), key, Buffer.from(signature, "base64url"));
  console.log(good ? Buffer.from(payload, "base64url").toString() : "forged");
`;

function verifyElsewhere(jws: string, jwks: unknown): string {
  const input = JSON.stringify([jws, jwks]);
  return execFileSync(process.execPath, ["-e", verifier], { input, timeout: 20_000 }).toString().trim();
}

describe("a receipt in another process", () => {
  const directory = keyDirectory();
  const clock = () => new Date("2026-03-04T05:06:07.008Z");
  const ring = createKeyRing([Buffer.alloc(32, 1).toString("base64")], random);
  const keys = createSigningKeys({ openDirectory: () => directory, ring, clock });
  const sign = createReceipts(keys);
  const receipt = {
    tenant: "default",
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
      tenant: "default" as never,
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

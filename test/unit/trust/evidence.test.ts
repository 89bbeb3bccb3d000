/** A token of evidence that an earlier version signed, which callers keep beside their embeddings without end. */
import { describe, expect, it } from "vitest";
import type { TenantId } from "../../../src/identity/ids.ts";
import { createEvidenceTokens } from "../../../src/trust/evidence.ts";

const publicKey = "8mNQKMJgcOFNsMwRPPEvMIwG9QEGyu/+DkbTYXnSlNU=";
const token =
  "eyJhbGciOiJFZERTQSIsInR5cCI6InNhbWVmYWNlLWV2aWRlbmNlK2p3dCIsImtpZCI6ImtleS0xIn0.eyJ0ZW5hbnQiOiJhY21lIiwibW9kZWwiOiJlbmNvZGVyLTEiLCJzaGEyNTYiOiJuU3dVUGNYaXlOOHhFaEhUakxudGVEVjZGNWduaFVNVXJzVlQ1ZG94a1VVIiwicXVhbGl0eSI6eyJleWVEaXN0YW5jZVB4Ijo4MC41LCJzaGFycG5lc3MiOjAuNSwiYnJpZ2h0bmVzcyI6MTIwLCJjb250cmFzdCI6NDAuMjUsInlhdyI6LTEuNSwicGl0Y2giOjIsInJvbGwiOjMsImFncmVlbWVudCI6MC45LCJpbkZyYW1lIjoxLCJyZWNvZ25pc2FiaWxpdHkiOjAuOTl9LCJpc3MiOiJzYW1lZmFjZSIsImlhdCI6MTc5NTgyNDAwMH0.IWDKcR-_zBJEKfWhJHoDStjnw4vRjl6HF-MjPZfUJ3ZY4YHDl-l0BRNtzTIoAKtcufSNE1_ri_qoLQ3dTYCdCQ";
const quality = {
  eyeDistancePx: 80.5,
  sharpness: 0.5,
  brightness: 120,
  contrast: 40.25,
  yaw: -1.5,
  pitch: 2,
  roll: 3,
  agreement: 0.9,
  inFrame: 1,
  recognisability: 0.99,
};
const tenant = "acme" as TenantId;
const embedding = { model: "encoder-1", values: Float32Array.of(0.6, 0.8) };

const keys = {
  current: () => Promise.reject(new Error("nothing is signed here")),
  publicKey: async (_: string, id: string) =>
    id === "key-1"
      ? crypto.subtle.importKey("raw", Buffer.from(publicKey, "base64"), "Ed25519", false, ["verify"])
      : undefined,
};
const evidence = createEvidenceTokens(keys, () => new Date("2036-01-01T00:00:00Z"));

describe("evidence that was signed in 2026", () => {
  it("still gives the photo's measures, exactly", async () => {
    expect(await evidence.verify(token, tenant, embedding)).toEqual({ ok: true, value: quality });
  });

  it.each<[string, TenantId, typeof embedding]>([
    ["another tenant", "other" as TenantId, embedding],
    ["another encoder", tenant, { ...embedding, model: "encoder-2" }],
    [
      "an embedding that differs in one number",
      tenant,
      { ...embedding, values: Float32Array.of(0.6, 0.8000001) },
    ],
  ])("is refused with %s", async (_, tenant, embedding) => {
    expect(await evidence.verify(token, tenant, embedding)).toMatchObject({
      failure: { code: "invalid_request", field: "evidence" },
    });
  });

  it("is refused with any letter of it changed", async () => {
    for (let at = 0; at < token.length; at += 17) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(await evidence.verify(changed, tenant, embedding), `letter ${at}`).toMatchObject({
        failure: { code: "invalid_request", field: "evidence" },
      });
    }
  });
});

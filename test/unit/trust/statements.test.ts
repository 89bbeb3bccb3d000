/** A certificate and a consent receipt, verified offline by a program that shares only the public keys with this one. */
import { describe, expect, it } from "vitest";
import type { Caller } from "../../../src/identity/caller.ts";
import { defaultTenant, type FaceId, type SubjectId } from "../../../src/identity/ids.ts";
import { defaultSettings } from "../../../src/identity/settings.ts";
import { createConsentReceipts } from "../../../src/trust/statements/consent-receipt.ts";
import { createDeletionCertificates } from "../../../src/trust/statements/deletion-certificate.ts";
import { createStatements } from "../../../src/trust/statements/statement.ts";
import { signingKeysInMemory } from "./signing-keys.ts";
import { verifyElsewhere } from "./verify-elsewhere.ts";

const at = new Date("2026-03-04T05:06:07.008Z");
const alice = "alice" as SubjectId;
const faceId = "f-1" as FaceId;
const caller: Caller = { tenant: defaultTenant, settings: defaultSettings, actor: "root", requestId: "r" };
const erasure = {
  faces: [{ faceId, model: "m", createdAtMs: 0, keyId: "0011223344556677", kekId: "kek" }],
  sketches: 1,
  answers: 0,
  sessions: 0,
  isWhole: true,
  outstanding: true,
};

describe("a statement in another process", () => {
  const keys = signingKeysInMemory(() => at);
  const sign = createStatements(keys);
  const certify = createDeletionCertificates({ sign, platform: "network", hasCopies: () => true });
  const consented = createConsentReceipts(sign);

  it("is verified with the public keys alone: a certificate, and copies that were not removed yet", async () => {
    const certificate = (await certify(caller, alice, erasure, at)) ?? "";
    expect(JSON.parse(verifyElsewhere(certificate, await keys.jwks()))).toMatchObject({
      subject_id: "alice",
      deleted: "subject",
      faces: [{ destroyed_key: "0011223344556677" }],
      removal_of_copies: { gallery: "under way", kv: "under way" },
    });
  });

  it("is verified with the public keys alone: a consent receipt", async () => {
    const consent = { version: "v1", purpose: "door", at };
    const face = { subjectId: alice, faceId, createdAt: at, expiresAt: undefined, consent };
    const receipt = await consented(defaultTenant, defaultSettings, face, at);
    expect(JSON.parse(verifyElsewhere(receipt, await keys.jwks()))).toMatchObject({
      pii_principal_id: "alice",
      pii_controllers: [],
      privacy_notice: null,
      purposes: [{ purpose: "door", retention: { expires_at: null } }],
    });
  });

  it("is found out when it was altered, or passed off for another one", async () => {
    const certificate = (await certify(caller, alice, { ...erasure, isWhole: false }, at)) ?? "";
    const [header, payload, signature] = certificate.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, deleted: "subject" })).toString("base64url");
    const typed = JSON.parse(Buffer.from(header, "base64url").toString());
    const retyped = Buffer.from(JSON.stringify({ ...typed, typ: "sameface-consent+jws" })).toString(
      "base64url",
    );
    const jwks = await keys.jwks();
    expect(verifyElsewhere([header, forged, signature].join("."), jwks)).toBe("forged");
    expect(verifyElsewhere([retyped, payload, signature].join("."), jwks)).toBe("forged");
  });
});

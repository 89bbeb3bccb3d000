/**
 * Deletion certificates and consent receipts over HTTP. test/unit/trust/statements.test.ts verifies them with another
 * program.
 */
import { reset, runInDurableObject } from "cloudflare:test";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { newTenantAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { noCopies } from "../../../src/identity/records/record-copies.ts";
import { stubOf } from "../setup/crash.ts";
import { startWatched } from "../setup/residency.ts";
import {
  captureAt,
  form,
  jpeg,
  json,
  now,
  photoAt,
  type Service,
  startService,
  templates,
} from "../setup/service.ts";

beforeEach(reset);

// biome-ignore lint/suspicious/noExplicitAny: the answers are held to the API's document by the service.
async function answerOf(response: Promise<Response>): Promise<any> {
  return (await response).json();
}

async function claimsOf(service: Service, jws: string, type: string) {
  const keys = (await answerOf(service.callAs("", "/.well-known/jwks.json"))) as JSONWebKeySet;
  const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys));
  expect(protectedHeader).toMatchObject({ alg: "EdDSA", typ: type });
  return JSON.parse(new TextDecoder().decode(payload));
}

async function tenant(service: Service, settings = {}) {
  const made = await answerOf(service.call("/v1/tenants", json({ tenant_id: "acme", settings })));
  const { key, key_id } = newTenantAnswerSchema.parse(made);
  return {
    keyId: key_id,
    call: (path: string, init?: RequestInit) => answerOf(service.callAs(key, path, init)),
  };
}

const keyRow = (subject: string) =>
  runInDurableObject(stubOf("acme"), (_, { storage }) =>
    storage.sql
      .exec("SELECT face_id, key_id, kek_id, wrapped FROM face WHERE subject_id = ?", subject)
      .toArray(),
  );

describe("a deletion certificate", () => {
  it("says what was deleted, when, by whom, which keys were destroyed, and what remains until when", async () => {
    const service = startService();
    const { call, keyId } = await tenant(service, { audit_retention_seconds: 86_400 });
    const first = await call("/v1/subjects/alice/faces", jpeg(captureAt(0, 1)));
    await call("/v1/subjects/alice/faces", jpeg(captureAt(0.1, 2)));
    const idempotent = { ...jpeg(captureAt(0, 3)), headers: { "Idempotency-Key": "k" } };
    await call("/v1/subjects/alice/verify", idempotent);
    await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    const rows = await keyRow("alice");
    service.wait(60);
    const deleted = await call("/v1/subjects/alice", { method: "DELETE" });
    const at = new Date(now.getTime() + 60_000);
    const later = (ms: number) => new Date(at.getTime() + ms).toISOString();
    expect(await claimsOf(service, deleted.certificate, "sameface-deletion+jws")).toEqual({
      iss: "sameface",
      iat: at.getTime() / 1000 - (at.getTime() % 1000) / 1000,
      time: at.toISOString(),
      tenant: "acme",
      jurisdiction: null,
      subject_id: "alice",
      deleted: "subject",
      method: expect.stringContaining("Cryptographic erasure"),
      faces: deleted.deleted_faces.map((face_id: string) => {
        const { key_id, kek_id } = rows.find((row) => row.face_id === face_id)!;
        const enrolled_at = first.created_at;
        return { face_id, model: "text-1", enrolled_at, destroyed_key: key_id, wrapped_by: kek_id };
      }),
      removed: { records: 2, sketches: 3, kept_answers: 1, sessions: 1 },
      removal_of_copies: { gallery: "done", kv: "done" },
      by: `key:${keyId}`,
      request_id: deleted.request_id,
      remains: {
        wrapped_keys_in_memory_until: null,
        audit_trail_until: later(86_400_000),
        platform_history_until: later(30 * 86_400_000),
        platform_history: expect.stringContaining("key-encryption key could"),
        not_covered: expect.stringContaining("backups"),
      },
    });
    expect(await keyRow("alice")).toEqual([]);
    expect((await templates.list()).keys).toEqual([]);
  });

  it("of one face names that face alone, and says that the subject is still there", async () => {
    const service = startService();
    const { call } = await tenant(service);
    const { face_id } = await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { face_id: last } = await call("/v1/subjects/alice/faces", jpeg(photoAt(0.1)));
    await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    const one = await call(`/v1/subjects/alice/faces/${face_id}`, { method: "DELETE" });
    expect(await claimsOf(service, one.certificate, "sameface-deletion+jws")).toMatchObject({
      deleted: "faces",
      faces: [{ face_id }],
      removed: { records: 1, sessions: 0 },
    });
    const both = await call(`/v1/subjects/alice/faces/${last}`, { method: "DELETE" });
    expect(await claimsOf(service, both.certificate, "sameface-deletion+jws")).toMatchObject({
      deleted: "subject",
      removed: { records: 1, sessions: 1 },
    });
  });

  it("says for how long other instances may still hold the wrapped keys, where the tenant allows it", async () => {
    const service = startService();
    const { call } = await tenant(service, { consistency: "edge", edge_seconds: 90 });
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { certificate } = await call("/v1/subjects/alice", { method: "DELETE" });
    expect(await claimsOf(service, certificate, "sameface-deletion+jws")).toMatchObject({
      remains: { wrapped_keys_in_memory_until: new Date(now.getTime() + 90_000).toISOString() },
    });
  });

  it("verifies when the subject answers 404 everywhere, and after the signing key was replaced", async () => {
    const service = startService();
    const { call } = await tenant(service);
    const { face_id } = await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { certificate } = await call("/v1/subjects/alice", { method: "DELETE" });
    service.wait(1);
    await service.call("/v1/signing-keys", { method: "POST" });
    service.wait(366 * 86_400);
    for (const [path, init] of [
      ["/v1/subjects/alice", {}],
      ["/v1/subjects/alice", { method: "DELETE" }],
      [`/v1/subjects/alice/faces/${face_id}`, { method: "DELETE" }],
      [`/v1/subjects/alice/faces/${face_id}`, { ...json({ expires_at: null }), method: "PATCH" }],
      ["/v1/subjects/alice/unlock", { method: "POST" }],
      ["/v1/subjects/alice/record", {}],
    ] as const) {
      expect(await call(path, init)).toMatchObject({ error: { code: "not_found" } });
    }
    expect(await call("/v1/subjects/alice/verify", jpeg(photoAt(0)))).toMatchObject({
      error: { code: "subject_has_no_faces" },
    });
    expect((await call("/v1/subjects")).subjects).toEqual([]);
    expect((await call("/v1/identify", jpeg(photoAt(0)))).candidates).toEqual([]);
    const claims = await claimsOf(service, certificate, "sameface-deletion+jws");
    expect(claims).toMatchObject({ subject_id: "alice", deleted: "subject" });
  });

  it("of a tenant in a jurisdiction is signed there, names it, and says that there are no copies in KV", async () => {
    const service = startWatched();
    const request = json({ tenant_id: "acme", jurisdiction: "eu" });
    const { key } = await answerOf(service.call("/v1/tenants", request));
    await service.callAs(key, "/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { certificate } = await answerOf(service.callAs(key, "/v1/subjects/alice", { method: "DELETE" }));
    expect(await claimsOf(service, certificate, "sameface-deletion+jws")).toMatchObject({
      tenant: "acme@eu",
      jurisdiction: "eu",
      removal_of_copies: { kv: "there are none" },
    });
  });

  it("on an own machine names files in place of the platform's history, and no copies in KV", async () => {
    const service = startService({ trust: { copies: noCopies } });
    const { call } = await tenant(service);
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    expect((await call("/v1/subjects/alice/record")).copies).toEqual([expect.stringMatching(/^gallery/)]);
    const { certificate } = await call("/v1/subjects/alice", { method: "DELETE" });
    expect(await claimsOf(service, certificate, "sameface-deletion+jws")).toMatchObject({
      removal_of_copies: { kv: "there are none" },
      remains: { platform_history_until: null, platform_history: expect.stringContaining("files") },
    });
  });

  it("is missing where no signing key opens, and the deletion stands", async () => {
    const service = startService();
    const { call } = await tenant(service);
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    await service.trust.signingKeys.current("default" as never);
    const keks = [btoa("another key-encryption key, new.")];
    const other = startService({ config: { keks } });
    const made = await answerOf(service.call("/v1/tenants", json({ tenant_id: "other" })));
    await service.callAs(made.key, "/v1/subjects/bob/faces", jpeg(photoAt(0)));
    const deleted = await answerOf(other.callAs(made.key, "/v1/subjects/bob", { method: "DELETE" }));
    expect(deleted).toMatchObject({ subject_id: "bob", certificate: null });
    expect((await service.callAs(made.key, "/v1/subjects/bob")).status).toBe(404);
  });
});

const controller = {
  name: "Acme GmbH",
  contact: "privacy@acme.example",
  notice_url: "https://acme.example/privacy",
};

describe("a consent receipt", () => {
  const agreed = "consent_version=v3&consent_purpose=door+7&consent_at=2026-03-01T00:00:00Z";

  it("says who agreed to what, when, with whom, and how long the face is kept", async () => {
    const service = startService();
    const { call } = await tenant(service, { controller, retention_seconds: 86_400 });
    const path = `/v1/subjects/alice/faces?${agreed}&consent_receipt=true`;
    const enrolled = await call(path, jpeg(photoAt(0)));
    expect(await claimsOf(service, enrolled.consent_receipt, "sameface-consent+jws")).toMatchObject({
      time: now.toISOString(),
      tenant: "acme",
      record_id: enrolled.face_id,
      pii_principal_id: "alice",
      pii_controllers: [{ name: controller.name, contact: controller.contact }],
      privacy_notice: controller.notice_url,
      purposes: [
        {
          purpose: "door 7",
          lawful_basis: "consent",
          consent_version: "v3",
          storage_location: "no jurisdiction was chosen",
          retention: { expires_at: enrolled.expires_at, unused_seconds: null },
        },
      ],
      events: [
        { event_state: "consent given", event_time: "2026-03-01T00:00:00.000Z", entity_id: "alice" },
        { event_state: "enrolled", event_time: enrolled.created_at },
      ],
    });
  });

  it("is given only when it is asked for", async () => {
    const service = startService();
    const { call } = await tenant(service);
    for (const query of [agreed, "consent_receipt=false", `${agreed}&consent_receipt=false`]) {
      expect(await call(`/v1/subjects/alice/faces?${query}`, jpeg(photoAt(0)))).not.toHaveProperty(
        "consent_receipt",
      );
    }
    expect(await call("/v1/subjects/alice/faces?consent_receipt=maybe", jpeg(photoAt(0)))).toMatchObject({
      error: { code: "invalid_request" },
    });
  });

  it("is refused where there is no consent, and nothing is enrolled", async () => {
    const service = startService();
    const { call } = await tenant(service);
    expect(await call("/v1/subjects/alice/faces?consent_receipt=true", jpeg(photoAt(0)))).toMatchObject({
      error: {
        code: "invalid_request",
        message: expect.stringContaining("needs a consent"),
        details: { field: "consent_receipt" },
      },
    });
    expect(await call("/v1/subjects/alice")).toMatchObject({ error: { code: "not_found" } });
  });

  it("comes again with the answer of an enrolment that is sent again", async () => {
    const service = startService();
    const { call } = await tenant(service);
    const send = () => {
      const init = form({ image: photoAt(0) });
      init.headers = { "Idempotency-Key": "once" };
      return call(`/v1/subjects/alice/faces?${agreed}&consent_receipt=true`, init);
    };
    const [first, again] = [await send(), await send()];
    expect(again.face_id).toBe(first.face_id);
    expect(again.consent_receipt).toBe(first.consent_receipt);
  });
});

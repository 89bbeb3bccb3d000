/** The record of one person: everything that is kept, no embedding, and nothing of anybody else. */
import { reset, runInDurableObject } from "cloudflare:test";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { schema } from "../../../src/identity/directory/tables/schema.ts";
import { stubOf } from "../setup/crash.ts";
import { captureAt, form, jpeg, json, now, photoAt, startService } from "../setup/service.ts";

beforeEach(reset);

async function lived() {
  const service = startService();
  // biome-ignore lint/suspicious/noExplicitAny: the answers are held to the API's document by the service.
  const answerOf = async (response: Promise<Response>): Promise<any> => (await response).json();
  const settings = { retention_unused_seconds: 86_400 };
  const { key } = await answerOf(service.call("/v1/tenants", json({ tenant_id: "acme", settings })));
  const call = (path: string, init?: RequestInit) => answerOf(service.callAs(key, path, init));
  const consent = "consent_version=v3&consent_purpose=door";
  const init = form({ image: captureAt(0, 1), metadata: '{"room":"12"}' });
  init.headers = { "Idempotency-Key": "once" };
  const enrolled = await call(`/v1/subjects/alice/faces?${consent}`, init);
  await call("/v1/subjects/bob/faces?consent_version=secret-of-bob&consent_purpose=x", jpeg(photoAt(2)));
  const { embedding, model } = await call("/v1/embed", jpeg(photoAt(0.2)));
  await call("/v1/subjects/alice/faces?expires_at=2030-01-01T00:00:00Z", json({ embedding, model }));
  const asked = { ...jpeg(captureAt(0, 2)), headers: { "Idempotency-Key": "k" } };
  await call("/v1/subjects/alice/verify", asked);
  await call("/v1/subjects/alice/verify", jpeg(photoAt(2)));
  await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
  return { service, key, call, enrolled };
}

describe("a person's record", () => {
  it("has everything that is kept about the person", async () => {
    const { call, enrolled } = await lived();
    const record = await call("/v1/subjects/alice/record");
    expect(record).toMatchObject({
      subject_id: "alice",
      tenant_id: "acme",
      jurisdiction: null,
      faces: [
        {
          face_id: enrolled.face_id,
          model: "text-1",
          created_at: now.toISOString(),
          consent: { version: "v3", purpose: "door", at: now.toISOString() },
          metadata: { room: "12" },
          template: {
            numbers: 2,
            key_id: expect.stringMatching(/^[0-9a-f]{16}$/),
            wrapped_by: expect.any(String),
          },
          quality: { eye_distance_px: 80, sharpness: 0.5, recognisability: 0.99, occlusion: 0.01 },
        },
        { template: { numbers: 2 }, expires_at: "2030-01-01T00:00:00.000Z" },
      ].sort(() => (record.faces[0].face_id === enrolled.face_id ? 0 : -1)),
      attempts: { failures: 1, last_failure_at: now.toISOString() },
      last_used_on: now.toISOString().slice(0, 10),
      kept_beside: { sketches: 2, requests: 2, sessions: 1 },
      next_cursor: null,
    });
    expect(record.copies).toHaveLength(2);
    expect(record.audit.map(({ action, outcome }: Record<string, string>) => `${action} ${outcome}`)).toEqual(
      [
        "face.enrol enrolled",
        "face.enrol enrolled",
        "verify match",
        "verify no_match",
        expect.stringMatching(/^session\.create /),
      ],
    );
    const { consent_receipt } = record.faces.find(
      (face: { face_id: string }) => face.face_id === enrolled.face_id,
    );
    expect(decodeJwt(consent_receipt)).toMatchObject({
      pii_principal_id: "alice",
      record_id: enrolled.face_id,
    });
  });

  it("has no embedding, no key and no word of anybody else", async () => {
    const { call } = await lived();
    const text = JSON.stringify(await call("/v1/subjects/alice/record"));
    expect(text).not.toContain("bob");
    const sealed = await runInDurableObject(stubOf("acme"), (_, { storage }) =>
      storage.sql.exec("SELECT sealed, wrapped FROM face").toArray(),
    );
    const plain = new Uint8Array(Float32Array.of(Math.cos(0), Math.sin(0)).buffer);
    for (const bytes of [plain, ...sealed.flatMap(({ sealed, wrapped }) => [sealed, wrapped])]) {
      const base64 = btoa(String.fromCharCode(...new Uint8Array(bytes as ArrayBuffer)));
      expect(text).not.toContain(base64.slice(0, 8));
    }
    expect(text).not.toMatch(/"(?:embedding|distance|sealed|wrapped)"/);
  });

  it("covers every table that knows subjects", () => {
    const tables = [...schema.matchAll(/CREATE TABLE IF NOT EXISTS (\w+) \(([^;]*)\)/g)]
      .filter(([, name, columns]) => columns.includes("subject_id") || name === "subject")
      .map(([, name]) => name);
    // A table that is added with a subject in it belongs into the record, and into this list; `outbox` holds tasks.
    expect(tables.sort()).toEqual([
      ...["audit", "enrolment_request", "face", "last_use", "outbox"],
      ...["score_trend", "session", "sketch", "subject", "verification_request"],
    ]);
  });

  it("gives the audit trail in pages, each entry once, and notes that it was shown", async () => {
    const { call } = await lived();
    const seen: string[] = [];
    let query = "?limit=2";
    for (let pages = 0; pages < 10; pages++) {
      const record = await call(`/v1/subjects/alice/record${query}`);
      seen.push(...record.audit.map(({ action }: { action: string }) => action));
      if (record.next_cursor === null) break;
      query = `?limit=2&cursor=${record.next_cursor}`;
    }
    expect(seen.slice(0, 5)).toEqual(["face.enrol", "face.enrol", "verify", "verify", "session.create"]);
    expect(new Set(seen.slice(5))).toEqual(new Set(["subject.record"]));
    const { entries } = await call("/v1/audit?limit=1000");
    expect(entries.at(-1)).toMatchObject({ action: "subject.record", subject_id: "alice" });
  });

  it("is 404 for a subject that is deleted, and nothing is written then", async () => {
    const { call } = await lived();
    await call("/v1/subjects/alice", { method: "DELETE" });
    const { entries } = await call("/v1/audit?limit=1000");
    expect(await call("/v1/subjects/alice/record")).toMatchObject({ error: { code: "not_found" } });
    expect(await call("/v1/subjects/nobody/record")).toMatchObject({ error: { code: "not_found" } });
    expect((await call("/v1/audit?limit=1000")).entries).toHaveLength(entries.length);
  });

  it("is nobody else's to read: another tenant's, or one with another scope", async () => {
    const { service, key, call } = await lived();
    expect((await service.call("/v1/subjects/alice/record")).status).toBe(404);
    for (const scopes of [["read"], ["admin"], ["read", "admin"]]) {
      const made = await call("/v1/keys", json({ scopes }));
      const { status } = await service.callAs(made.key, "/v1/subjects/alice/record");
      expect(status).toBe(scopes.length === 2 ? 200 : 403);
    }
    expect((await service.callAs(key, "/v1/subjects/alice/record?cursor=x")).status).toBe(400);
  });
});

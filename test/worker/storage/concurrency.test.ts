/** Callers who change the same thing at the same instant: nothing is lost, and nothing is duplicated. */
import { reset, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import {
  keyListAnswerSchema,
  newKeyAnswerSchema,
  newTenantAnswerSchema,
} from "../../../src/http/schemas/administration-answers.ts";
import type { Context, FaceRow } from "../../../src/identity/directory/data.ts";
import { defaultTenant, type FaceId, type SubjectId, type TenantId } from "../../../src/identity/ids.ts";
import { sealFace } from "../../../src/identity/records/sealed-face.ts";
import { defaultSettings } from "../../../src/identity/settings.ts";
import type { StoredFace } from "../../../src/identity/store/store.ts";
import { type Fuse, fuse, mortalDirectories, restart, stubOf } from "../setup/crash.ts";
import {
  jpeg,
  json,
  now,
  photoAt,
  randomBytes,
  type Service,
  startService,
  testKek,
} from "../setup/service.ts";
import { watchedDirectories } from "../setup/watched.ts";

beforeEach(reset);

const callers = 12;
const atOnce = <T>(work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: callers }, (_, i) => work(i)));

const patch = (body: unknown) => ({ ...json(body), method: "PATCH" });
const post = { method: "POST" };

const context: Context = {
  tenant: defaultTenant,
  actor: "root",
  requestId: "r-1",
  nowMs: now.getTime(),
  auditSeconds: null,
};

async function tenant({ call }: Service, id: string, settings = {}): Promise<string> {
  const response = await call("/v1/tenants", json({ tenant_id: id, settings }));
  return newTenantAnswerSchema.parse(await response.json()).key;
}

async function keysOf({ callAs }: Service, admin: string) {
  return keyListAnswerSchema.parse(await (await callAs(admin, "/v1/keys")).json()).keys;
}

async function auditOf({ callAs }: Service, admin = "test-key"): Promise<string[]> {
  const answer = await (await callAs(admin, "/v1/audit?limit=1000")).json();
  return (answer as { entries: { action: string }[] }).entries.map(({ action }) => action);
}

const count = (words: readonly (string | number)[], word: string | number) =>
  words.filter((each) => each === word).length;

describe("settings changed by several at once", () => {
  const changes = [
    { consistency: "edge" },
    { edge_seconds: 17 },
    { consent_required: true },
    { retention_seconds: 3600 },
    { lock_out: { max_in_a_row: 7, delay_seconds: 31, max_total: 77 } },
    { audit_retention_seconds: 7200 },
    { max_fmr: 1e-5 },
    { max_fmr_with_scores: 1e-3 },
    { max_fpir: 0.02 },
  ];

  it.each(["default", "acme"])("have every one of the changes, in the tenant %s", async (id) => {
    const service = startService();
    const admin = id === "default" ? "test-key" : await tenant(service, id);
    const answers = await Promise.all(
      changes.map((change) => service.callAs(admin, "/v1/settings", patch(change))),
    );
    // Each answer contains the caller's own change among the others.
    for (const [i, answer] of answers.entries()) expect(await answer.json()).toMatchObject(changes[i]);
    const all = Object.assign({}, ...changes);
    expect(await (await service.callAs(admin, "/v1/settings")).json()).toMatchObject(all);
    expect(count(await auditOf(service, admin), "settings.change")).toBe(changes.length);
  });

  it("keep a change that came while another was on its way", async () => {
    const plain = startService();
    let first = true;
    const slow = startService({
      trust: {
        openDirectory: watchedDirectories(async ({ method }) => {
          if (method !== "changeSettings" || !first) return;
          first = false;
          await plain.call("/v1/settings", patch({ edge_seconds: 17 }));
        }),
      },
    });
    const answer = await slow.call("/v1/settings", patch({ max_fpir: 0.02 }));
    expect(await answer.json()).toMatchObject({ edge_seconds: 17, max_fpir: 0.02 });
  });

  it("are not made for a tenant that nobody made, and not with what no tenant may have", async () => {
    const directory = startService().trust.openDirectory("ghost" as TenantId, 0);
    const own = { ...context, tenant: "ghost" as TenantId };
    expect(await directory.changeSettings({ maxFpir: 0.02 }, own)).toMatchObject({
      failure: { code: "not_found" },
    });
    await directory.createTenant(defaultSettings, keyRow("aaaaaaaaaaaa"), own);
    expect(await directory.changeSettings({ maxFpir: 2 }, own)).toMatchObject({
      failure: { code: "invalid_request" },
    });
    expect((await directory.admit(null)).settings).toEqual(defaultSettings);
  });

  it("say how long the audit trail goes back, and a request let in before does not say otherwise", async () => {
    let nowMs = now.getTime();
    const service = startService({ trust: { clock: () => new Date(nowMs) } });
    const admin = await tenant(service, "acme", { audit_retention_seconds: 3600 });
    await service.callAs(admin, "/v1/settings", patch({ audit_retention_seconds: 7200 }));
    nowMs += 3_700_000;
    const late = { ...context, tenant: "acme" as TenantId, nowMs, auditSeconds: 3600 };
    for (let i = 0; i < 3; i++) {
      await service.trust.openDirectory("acme" as TenantId, 0).note("late", "ran", late);
    }
    expect((await auditOf(service, admin)).slice(0, 3)).toEqual([
      "tenant.create",
      "key.create",
      "settings.change",
    ]);
  });
});

function keyRow(id: string) {
  const row = { id, hash: randomBytes(32), name: "", scopes: ["read"] as const };
  return { ...row, createdAtMs: 0, expiresAtMs: null, revokedAtMs: null };
}

describe("a tenant made by several at once", () => {
  it("has the first key of one of them, with that one's settings, and the others are told of it", async () => {
    const service = startService();
    const answers = await atOnce((i) =>
      service.call("/v1/tenants", json({ tenant_id: "acme", settings: { retention_seconds: 3600 + i } })),
    );
    const statuses = answers.map(({ status }) => status);
    expect([count(statuses, 201), count(statuses, 409)]).toEqual([1, callers - 1]);
    const made = newTenantAnswerSchema.parse(await answers[statuses.indexOf(201)].json());
    expect((await keysOf(service, made.key)).map(({ key_id }) => key_id)).toEqual([made.key_id]);
    const { request_id: _, ...settings } = (await (
      await service.callAs(made.key, "/v1/settings")
    ).json()) as Record<string, unknown>;
    expect(settings).toEqual(made.settings);
    const trail = await auditOf(service, made.key);
    expect([count(trail, "tenant.create"), count(trail, "key.create")]).toEqual([1, 1]);
    expect(count(await auditOf(service), "tenant.register")).toBe(1);
  });

  it("by a Worker that dies at any write is there with its key, or can be begun again", async () => {
    const seen = new Set<string>();
    for (let writes = 0; ; writes++) {
      await reset();
      const limited: Fuse = fuse(writes);
      const mortal = startService({ trust: { openDirectory: mortalDirectories(limited) } });
      const first = await mortal.call("/v1/tenants", json({ tenant_id: "acme" }));
      await Promise.all([restart(), restart("acme")].map((done) => done.catch(() => undefined)));
      const service = startService();
      const listed = (await (await service.call("/v1/tenants")).json()) as { tenants: unknown[] };
      const again = await service.call("/v1/tenants", json({ tenant_id: "acme" }));
      const told = `killed at write ${writes}`;
      expect([first.status, again.status], told).toEqual(first.status === 201 ? [201, 409] : [500, 201]);
      const { key, key_id } = newTenantAnswerSchema.parse(
        await (first.status === 201 ? first : again).json(),
      );
      expect(
        (await keysOf(service, key)).map((one) => one.key_id),
        told,
      ).toEqual([key_id]);
      seen.add(`${listed.tenants.length} ${first.status}`);
      if (!limited.blown) break;
      expect(writes).toBeLessThan(60);
    }
    // The states seen are nothing yet, the name alone, and all of it.
    expect(seen).toEqual(new Set(["0 500", "1 500", "1 201"]));
  });

  it("of which an earlier version wrote the settings alone can be finished, with what is asked now", async () => {
    const service = startService();
    const own = { ...context, tenant: "acme" as TenantId };
    const directory = service.trust.openDirectory(own.tenant, 0);
    await directory.createTenant(defaultSettings, keyRow("aaaaaaaaaaaa"), own);
    await runInDurableObject(
      stubOf("acme"),
      (_, { storage }) => void storage.sql.exec("DELETE FROM api_key"),
    );
    const admin = await tenant(service, "acme", { retention_seconds: 3600 });
    expect(await (await service.callAs(admin, "/v1/settings")).json()).toMatchObject({
      retention_seconds: 3600,
    });
  });
});

describe("a key", () => {
  async function made(service: Service, admin: string) {
    const response = await service.callAs(admin, "/v1/keys", json({ scopes: ["read"], name: "phone" }));
    return newKeyAnswerSchema.parse(await response.json());
  }

  it("rotated by several at once has one successor", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    const { key_id } = await made(service, admin);
    const answers = await atOnce(() => service.callAs(admin, `/v1/keys/${key_id}/rotate`, json({})));
    const statuses = answers.map(({ status }) => status);
    expect([count(statuses, 201), count(statuses, 404)]).toEqual([1, callers - 1]);
    const phones = (await keysOf(service, admin)).filter(({ name }) => name === "phone");
    expect(phones).toHaveLength(2);
    expect(phones.filter(({ revoked_at }) => revoked_at === null)).toHaveLength(1);
  });

  it("revoked while its rotation is on the way has no successor", async () => {
    const plain = startService();
    const admin = await tenant(plain, "acme");
    const { key_id } = await made(plain, admin);
    const slow = startService({
      trust: {
        openDirectory: watchedDirectories(async ({ method }) => {
          if (method === "rotateApiKey")
            await plain.callAs(admin, `/v1/keys/${key_id}`, { method: "DELETE" });
        }),
      },
    });
    const answer = await slow.callAs(admin, `/v1/keys/${key_id}/rotate`, json({}));
    expect(answer.status).toBe(404);
    const phones = (await keysOf(plain, admin)).filter(({ name }) => name === "phone");
    expect(phones).toMatchObject([{ key_id, revoked_at: expect.any(String) }]);
  });

  it("that has expired is not rotated", async () => {
    const service = startService();
    const request = json({ scopes: ["read"], expires_at: "2026-03-04T05:07:07Z" });
    const { key_id } = newKeyAnswerSchema.parse(await (await service.call("/v1/keys", request)).json());
    service.wait(60);
    expect((await service.call(`/v1/keys/${key_id}/rotate`, json({}))).status).toBe(404);
  });

  it("revoked by several at once is revoked since the first, and each is told so", async () => {
    const service = startService();
    const { key_id } = await made(service, "test-key");
    const remove = () => service.call(`/v1/keys/${key_id}`, { method: "DELETE" });
    const first = (await (await remove()).json()) as { revoked_at: string };
    service.wait(5);
    const answers = await atOnce(async () => (await (await remove()).json()) as { revoked_at: string });
    expect(new Set(answers.map(({ revoked_at }) => revoked_at))).toEqual(new Set([first.revoked_at]));
  });
});

describe("the signing key", () => {
  it("that none has made yet is one, for isolates that want it at the same instant", async () => {
    const isolates = Array.from({ length: callers }, () => startService().trust.signingKeys);
    const used = await Promise.all(isolates.map(async (keys) => (await keys.current(defaultTenant)).id));
    expect(new Set(used).size).toBe(1);
    expect((await startService().trust.signingKeys.jwks()).keys.map(({ kid }) => kid)).toEqual([used[0]]);
  });

  it("replaced by several at once is as many new ones, and all of them verify", async () => {
    const service = startService();
    const answers = await atOnce(() => service.call("/v1/signing-keys", post));
    const kids = await Promise.all(answers.map(async (each) => ((await each.json()) as { kid: string }).kid));
    const { keys } = await startService().trust.signingKeys.jwks();
    expect(keys.map(({ kid }) => kid).sort()).toEqual(kids.sort());
  });

  it("made last signs, also where the clock that made it is behind", async () => {
    await startService().trust.signingKeys.current(defaultTenant);
    const behind = startService({ trust: { clock: () => new Date(now.getTime() - 60_000) } });
    const { kid } = (await (await behind.call("/v1/signing-keys", post)).json()) as { kid: string };
    expect((await startService().trust.signingKeys.current(defaultTenant)).id).toBe(kid);
  });
});

describe("a face", () => {
  const alice = "alice" as SubjectId;
  const faceAt = (model: string): StoredFace => ({
    subjectId: alice,
    faceId: "f1" as FaceId,
    embedding: { model, values: new Float32Array([1, 0]) },
    createdAt: now,
  });

  async function rowOf(service: Service, model: string): Promise<FaceRow> {
    const notes = { model };
    const sealed = await sealFace(defaultTenant, faceAt(model), notes, service.trust.ring, randomBytes);
    const { key, ...rest } = sealed;
    return { ...key, ...rest, expiresAtMs: null, consent: null };
  }

  async function metadataOf({ call }: Service) {
    const answer = await (await call("/v1/subjects/alice")).json();
    return (answer as { faces: { model: string; metadata: unknown }[] }).faces;
  }

  /** Puts another model's record in the face's place before every one of the first `times` updates. */
  function replacing(plain: Service, times: number): Service {
    let left = times;
    return startService({
      trust: {
        openDirectory: watchedDirectories(async ({ method, tenant, shard }) => {
          if (method !== "updateFace" || left-- <= 0) return;
          const row = await rowOf(plain, `model-${left}`);
          await plain.trust.openDirectory(tenant as TenantId, shard).importFaces([row], context);
        }),
      },
    });
  }

  async function enrolled(): Promise<Service> {
    const plain = startService();
    await plain.trust.openDirectory(defaultTenant, 0).importFaces([await rowOf(plain, "model")], context);
    return plain;
  }

  const change = patch({ metadata: { door: "3" } });

  it("replaced while its metadata were sealed has them under the key it has now", async () => {
    const plain = await enrolled();
    const answer = await replacing(plain, 2).call("/v1/subjects/alice/faces/f1", change);
    expect(answer.status).toBe(200);
    expect(await metadataOf(plain)).toMatchObject([{ model: "model-0", metadata: { door: "3" } }]);
  });

  it("replaced each time keeps metadata that open, and the caller may try again", async () => {
    const plain = await enrolled();
    const answer = await replacing(plain, 3).call("/v1/subjects/alice/faces/f1", change);
    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "1"]);
    expect(await metadataOf(plain)).toMatchObject([{ model: "model-0", metadata: { model: "model-0" } }]);
  });

  it("whose metadata and end are changed at once has both", async () => {
    const plain = await enrolled();
    const answers = await Promise.all([
      plain.call("/v1/subjects/alice/faces/f1", change),
      plain.call("/v1/subjects/alice/faces/f1", patch({ expires_at: "2099-01-01T00:00:00Z" })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await metadataOf(plain)).toMatchObject([
      { metadata: { door: "3" }, expires_at: "2099-01-01T00:00:00.000Z" },
    ]);
  });

  it("imported by several at once is there once, and counted once", async () => {
    const service = startService();
    const openTransfer = () =>
      service.trust.openTransfer({
        tenant: defaultTenant,
        settings: defaultSettings,
        actor: "root",
        requestId: "r-1",
      });
    const faces = Array.from({ length: 9 }, (_, i) => ({
      face: { ...faceAt("model"), faceId: `f${i}` as FaceId },
      details: { expiresAt: null },
    }));
    const counts = await atOnce(() => openTransfer().importFaces(faces));
    expect(counts.reduce((sum, { imported }) => sum + imported, 0)).toBe(9);
    expect(counts.reduce((sum, { skipped }) => sum + skipped, 0)).toBe(9 * (callers - 1));
    expect(await metadataOf(service)).toHaveLength(9);
    expect(count(await auditOf(service), "face.import")).toBe(9);
  });

  it("whose end comes for several at once is deleted once", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces?expires_at=2099-01-01T00:00:00Z", jpeg(photoAt(0)));
    const directory = service.trust.openDirectory(defaultTenant, 0);
    const endMs = Date.parse("2099-01-01T00:00:00Z");
    await Promise.all([
      ...Array.from({ length: callers }, () => directory.maintain(endMs)),
      ...Array.from({ length: callers }, () => service.call("/v1/subjects/alice", { method: "DELETE" })),
    ]);
    expect(count(await auditOf(service), "face.delete")).toBe(1);
  });

  it("of a locked subject may be tried again by exactly as many as the limit says, once several unlock it", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const fails = () => service.call("/v1/subjects/alice/verify", jpeg(photoAt(3)));
    for (let i = 0; i < 5; i++) await fails();
    expect((await fails()).status).toBe(423);
    const unlocked = await atOnce(() => service.call("/v1/subjects/alice/unlock", post));
    expect(unlocked.every(({ status }) => status === 200)).toBe(true);
    const statuses = (await atOnce(fails)).map(({ status }) => status);
    expect([count(statuses, 200), count(statuses, 423)]).toEqual([5, callers - 5]);
  });
});

describe("data keys wrapped anew by several at once", () => {
  it("are each wrapped once, and open afterwards", async () => {
    const nextKek = btoa("the key-encryption key of after.");
    const keks = [nextKek, testKek];
    const old = startService();
    for (let i = 0; i < 5; i++) await old.call(`/v1/subjects/s${i}/faces`, jpeg(photoAt(0)));
    await old.trust.signingKeys.current(defaultTenant);
    const both = () =>
      startService({
        config: { keks },
        trust: { openDirectory: mortalDirectories(fuse(Number.POSITIVE_INFINITY), keks) },
      });
    const services = Array.from({ length: 4 }, both);
    const answers = await Promise.all(services.map(({ call }) => call("/v1/kek/rewrap", post)));
    const counts = await Promise.all(
      answers.map(async (each) => ((await each.json()) as { rewrapped: number }).rewrapped),
    );
    // Five faces, a signing key, and a block of the gallery.
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(7);
    const after = startService({ config: { keks: [nextKek] } });
    expect((await after.call("/v1/subjects/s0/verify", jpeg(photoAt(0)))).status).toBe(200);
  });
});

/**
 * Rehearsals of the worst days: everything is lost but a backup; the key-encryption key is lost. test/e2e/releases/rollback.test.ts
 * takes a release back.
 */
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { type BackupClient, backUp, restore as restoreParts } from "../../../tools/backup-tenant.ts";
import { fuse, mortalDirectories } from "../setup/crash.ts";
import { resetStorage } from "../setup/reset-storage.ts";
import { form, jpeg, json, photoAt, photoOf, type Service, startService, testKek } from "../setup/service.ts";

beforeEach(resetStorage);

const transferKey = btoa("the key that moves a tenant away");
const people = { alice: 0, bob: 1, carol: 2, dave: 2.6 } as const;
const names = Object.keys(people) as (keyof typeof people)[];

/** A service whose objects have these keys too; those of the test's own Worker have `testKek` alone. */
function startWith(keks: readonly string[]): Service {
  const never = fuse(Number.POSITIVE_INFINITY);
  return startService({ config: { keks }, trust: { openDirectory: mortalDirectories(never, keks) } });
}

// biome-ignore lint/suspicious/noExplicitAny: the answers are held to the API's document by the service.
type Answer = any;

function callerOf(service: Service, key: string) {
  return async (path: string, init?: RequestInit): Promise<Answer> =>
    (await service.callAs(key, path, init)).json();
}

/** The client that `npm run backup` has, over the service itself. */
function clientOf(service: Service, key: string): BackupClient {
  const call = callerOf(service, key);
  const headersOf = (transferKey: string) => ({ "Sameface-Transfer-Key": transferKey });
  return {
    settings: {
      get: () => call("/v1/settings"),
      change: (change) => call("/v1/settings", { ...json(change), method: "PATCH" }),
    },
    transfer: {
      async exportPage(transferKey, { cursor }) {
        const query = `?limit=3${cursor === undefined ? "" : `&cursor=${cursor}`}`;
        const init = { method: "POST", headers: headersOf(transferKey) };
        const response = await service.callAs(key, `/v1/export${query}`, init);
        return { page: await response.text(), next_cursor: response.headers.get("Sameface-Next-Cursor") };
      },
      async importPage(transferKey, page) {
        const init = { method: "POST", headers: headersOf(transferKey), body: page };
        const answer = await call("/v1/import", init);
        if (answer.error !== undefined) throw answer.error;
        return answer;
      },
    },
  };
}

async function makeTenant(service: Service, settings = {}) {
  const made = await callerOf(service, "test-key")("/v1/tenants", json({ tenant_id: "acme", settings }));
  const key = made.key as string;
  return { key, call: callerOf(service, key), client: clientOf(service, key) };
}

async function enrolAll(call: ReturnType<typeof callerOf>): Promise<void> {
  for (const name of names) {
    const query = "consent_version=v1&consent_purpose=test&expires_at=2037-06-01T00:00:00Z";
    for (const turn of [0, 0.05]) {
      const metadata = JSON.stringify({ turn: `${turn}` });
      await call(
        `/v1/subjects/${name}/faces?${query}`,
        form({ image: photoAt(people[name] + turn), metadata }),
      );
    }
  }
}

/** Answers to every question about every person, without what differs by chance. */
async function answersOf(call: ReturnType<typeof callerOf>) {
  const answers: Answer[] = [];
  for (const name of names) {
    answers.push(await call(`/v1/subjects/${name}`));
    for (const angle of [0, 0.3, 0.9, 1.4, 2.2]) {
      const probe = photoOf([Math.cos(angle), Math.sin(angle)]);
      answers.push(await call(`/v1/subjects/${name}/verify`, jpeg(probe)));
      await call(`/v1/subjects/${name}/unlock`, { method: "POST" });
    }
  }
  for (const angle of [0, 0.5, 1, 2.3]) answers.push(await call("/v1/identify", jpeg(photoAt(angle))));
  answers.push(await call("/v1/settings"), await call("/v1/subjects"));
  return answers.map(({ request_id: _, ...answer }) => answer);
}

async function backedUp(client: BackupClient) {
  const parts = { settings: "", pages: "" };
  const faces = await backUp(client, transferKey, {
    settings: (text) => {
      parts.settings = text;
    },
    page: (text) => {
      parts.pages += text;
    },
  });
  return { ...parts, faces };
}

/** Restores from a text that arrives in parts, as a file is read. */
function restore(
  client: BackupClient,
  key: string,
  { settings, pages }: { settings: string; pages: string },
) {
  async function* inParts() {
    for (let at = 0; at < pages.length; at += 1000) yield pages.slice(at, at + 1000);
  }
  return restoreParts(client, key, { settings, pages: inParts() });
}

const rules = {
  max_fmr: 1e-3,
  consent_required: true,
  lock_out: { max_in_a_row: 9, delay_seconds: 60, max_total: 90 },
  retention_unused_seconds: 86_400 * 365,
  controller: { name: "Acme", contact: "privacy@acme.example", notice_url: null },
};

describe("a deployment that is lost but for a backup", () => {
  it("answers every question as before once it is restored, empty as it was made", async () => {
    const lost = startService();
    const { call, client } = await makeTenant(lost, rules);
    await enrolAll(call);
    const before = await answersOf(call);
    expect(before.some(({ match }) => match === true)).toBe(true);
    expect(before.some(({ candidates }) => candidates?.length > 0)).toBe(true);
    const backup = await backedUp(client);
    expect(backup.faces).toBe(2 * names.length);
    await resetStorage();

    const made = await makeTenant(startService());
    expect(await restore(made.client, transferKey, backup)).toEqual({
      imported: 8,
      skipped: 0,
      complete: true,
    });
    expect(await answersOf(made.call)).toEqual(before);
    expect(await restore(made.client, transferKey, backup)).toEqual({
      imported: 0,
      skipped: 8,
      complete: true,
    });
  });

  it("is restored by a backup that needs no KEK of the deployment that is lost", async () => {
    const { call, client } = await makeTenant(startService(), rules);
    await enrolAll(call);
    const before = await answersOf(call);
    const backup = await backedUp(client);
    await resetStorage();
    const made = await makeTenant(startWith([btoa("another key-encryption key, new.")]));
    await restore(made.client, transferKey, backup);
    expect(await answersOf(made.call)).toEqual(before);
  });

  it("has neither locks, sessions nor keys of the one that is lost", async () => {
    const { key, call, client } = await makeTenant(startService(), rules);
    await enrolAll(call);
    for (let i = 0; i < 9; i++) await call("/v1/subjects/bob/verify", jpeg(photoAt(people.bob + Math.PI)));
    expect(await call("/v1/subjects/bob/verify", jpeg(photoAt(1)))).toMatchObject({
      error: { code: "locked" },
    });
    const { token } = await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    const backup = await backedUp(client);
    await resetStorage();
    const service = startService();
    const made = await makeTenant(service);
    await restore(made.client, transferKey, backup);
    expect(await made.call("/v1/subjects/bob/verify", jpeg(photoAt(1)))).toMatchObject({ match: true });
    expect((await service.callAs(key, "/v1/subjects")).status).toBe(401);
    expect((await service.callAs(token, "/v1/subjects/alice/verify", jpeg(photoAt(0)))).status).toBe(401);
    expect(
      (await made.call("/v1/audit?limit=1000")).entries.map(({ action }: Answer) => action),
    ).not.toContain("verify no_match");
  });

  it("is not restored silently from a backup that was cut off, or with another transfer key", async () => {
    const { call, client } = await makeTenant(startService(), rules);
    await enrolAll(call);
    const backup = await backedUp(client);
    await resetStorage();
    const made = await makeTenant(startService());
    const cut = { ...backup, pages: backup.pages.slice(0, -200) };
    expect(await restore(made.client, transferKey, cut)).toMatchObject({ complete: false });
    const other = btoa("another key that opens nothing..");
    await expect(restore(made.client, other, backup)).rejects.toMatchObject({ code: "invalid_request" });
  });
});

describe("a deployment whose key-encryption key is lost", () => {
  const lost = btoa("a key-encryption key to be lost.");
  const next = btoa("the key-encryption key after it.");

  async function afterTheLoss() {
    const before = startWith([lost]);
    const { key, call, client } = await makeTenant(before, rules);
    await enrolAll(call);
    const { receipt } = await call("/v1/subjects/alice/verify?receipt=true", jpeg(photoAt(0)));
    const answers = await answersOf(call);
    const backup = await backedUp(client);
    const service = startWith([next]);
    return {
      key,
      receipt,
      answers,
      backup,
      service,
      call: callerOf(service, key),
      client: clientOf(service, key),
    };
  }

  it("decides about nobody: every question about a face is a fault, and no match and no refusal", async () => {
    const { call } = await afterTheLoss();
    for (const name of names) {
      const answer = await call(`/v1/subjects/${name}/verify`, jpeg(photoAt(people[name])));
      expect(answer).toMatchObject({ error: { code: "internal" } });
      expect(await call(`/v1/subjects/${name}/record`)).toMatchObject({ error: { code: "internal" } });
    }
    expect(await call("/v1/identify", jpeg(photoAt(0)))).toMatchObject({ error: { code: "not_ready" } });
    expect(await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }))).toMatchObject({
      error: { code: "internal" },
    });
  });

  it("has a doctor who says which key is missing, and to delete nothing", async () => {
    const { service } = await afterTheLoss();
    const { checks } = await callerOf(service, "test-key")("/v1/doctor");
    expect(checks.find(({ name }: { name: string }) => name === "faces")).toMatchObject({
      status: "failed",
      detail: expect.stringMatching(
        /^8 of 8 faces looked at need a key-encryption key that is not set.*delete nothing/,
      ),
    });
  });

  it("goes on at once when the key is found again", async () => {
    const { answers, key } = await afterTheLoss();
    expect(await answersOf(callerOf(startWith([lost]), key))).toEqual(answers);
  });

  it("still lists, deletes and enrols, and signs with a new key; receipts of the old one stay good", async () => {
    const { service, call, receipt } = await afterTheLoss();
    expect((await call("/v1/subjects")).subjects).toHaveLength(names.length);
    expect(await call("/v1/subjects/dave", { method: "DELETE" })).toMatchObject({ certificate: null });
    const root = callerOf(service, "test-key");
    service.wait(1);
    await root("/v1/signing-keys", { method: "POST" });
    expect(await call("/v1/subjects/carol", { method: "DELETE" })).toMatchObject({
      certificate: expect.any(String),
    });
    const enrolled = await call(
      "/v1/subjects/erin/faces?consent_version=v1&consent_purpose=test",
      jpeg(photoAt(1.5)),
    );
    expect(enrolled).toHaveProperty("face_id");
    expect(await call("/v1/subjects/erin/verify", jpeg(photoAt(1.5)))).toMatchObject({ match: true });
    const keys = (await (await service.callAs("", "/.well-known/jwks.json")).json()) as JSONWebKeySet;
    expect(keys.keys).toHaveLength(2);
    await compactVerify(receipt, createLocalJWKSet(keys));
  });

  it("is as before once the unreadable subjects are deleted and a backup is restored", async () => {
    const { service, call, client, answers, backup } = await afterTheLoss();
    // Faces that are there, readable or not, are passed over by an import.
    expect(await restore(client, transferKey, backup)).toMatchObject({ imported: 0, skipped: 8 });
    for (const name of names) await call(`/v1/subjects/${name}`, { method: "DELETE" });
    const root = callerOf(service, "test-key");
    await root("/v1/signing-keys", { method: "POST" });
    expect(await restore(client, transferKey, backup)).toMatchObject({ imported: 8, complete: true });
    // The gallery's blocks need the lost key, and no face does any more: it is built anew from the faces.
    expect(await call("/v1/identify", jpeg(photoAt(0)))).toMatchObject({ error: { code: "not_ready" } });
    expect(await root("/v1/kek/rewrap", { method: "POST" })).toMatchObject({ error: { code: "not_ready" } });
    expect(await answersOf(call)).toEqual(answers);
    expect(await root("/v1/kek/rewrap", { method: "POST" })).toMatchObject({ done: true });
  });

  it("cannot be brought back without a backup: no other key opens a face", async () => {
    const { key } = await afterTheLoss();
    const all = startWith([next, testKek, btoa("another key-encryption key, new.")]);
    const answer = await callerOf(all, key)("/v1/subjects/alice/verify", jpeg(photoAt(0)));
    expect(answer).toMatchObject({ error: { code: "internal" } });
  });
});

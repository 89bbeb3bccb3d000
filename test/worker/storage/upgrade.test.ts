/**
 * Storage of an earlier version of the service, taken over by this one: every kind of thing that a deployment keeps.
 */
import { runDurableObjectAlarm } from "cloudflare:test";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { identificationAnswerSchema, verificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import writtenBefore from "../../vectors/records/written-before.json";
import { stubOf } from "../setup/crash.ts";
import {
  interrupted,
  type Life,
  liveUntilUpgrade,
  people,
  startAtUpgrade,
  transferKey,
} from "../setup/life.ts";
import { resetStorage } from "../setup/reset-storage.ts";
import { form, jpeg, json, photoAt, templates } from "../setup/service.ts";
import { loadStorage } from "../setup/storage-dump.ts";

const lives = {
  "an earlier version": async () => writtenBefore as unknown as Life,
  "this version": liveUntilUpgrade,
};

beforeEach(resetStorage);

describe.each(Object.entries(lives))("a deployment that %s left behind", (_, lived) => {
  async function takenOver() {
    const life = await lived();
    await resetStorage();
    await loadStorage(life.storage);
    const service = startAtUpgrade();
    const as = async (key: string, path: string, init?: RequestInit) => {
      const response = await service.callAs(key, path, init);
      // biome-ignore lint/suspicious/noExplicitAny: the answers are held to the API's document by the service.
      const body = response.status === 204 ? {} : ((await response.json()) as any);
      return { ...body, status: response.status, code: body.error?.code };
    };
    return { life, service, as, call: (path: string, init?: RequestInit) => as(life.tenantKey, path, init) };
  }

  it("verifies its people, those too whose copies were never written, and keeps their notes", async () => {
    const { call } = await takenOver();
    for (const [name, angle] of Object.entries({ ...people, ...interrupted })) {
      if (name === "bob") continue;
      const answer = await call(`/v1/subjects/${name}/verify`, jpeg(photoAt(angle)));
      expect(answer).toMatchObject({ status: 200, match: true });
      expect(answer.distance).toBeCloseTo(0, 6);
      expect(await call(`/v1/subjects/${name}/verify`, jpeg(photoAt(angle + 2)))).toMatchObject({
        match: false,
      });
    }
    const { faces } = await call("/v1/subjects/carol");
    expect(faces).toMatchObject([
      {
        metadata: { angle: "2" },
        expires_at: "2037-06-01T00:00:00.000Z",
        consent: { version: "v1", purpose: "test" },
      },
    ]);
  });

  it("keeps a lock, which opens when its time is over", async () => {
    const { call, service } = await takenOver();
    const bob = "/v1/subjects/bob/verify";
    expect(await call(bob, jpeg(photoAt(people.bob)))).toMatchObject({ status: 423, code: "locked" });
    service.wait(3600);
    expect(await call(bob, jpeg(photoAt(people.bob)))).toMatchObject({ status: 200, match: true });
  });

  it("lets a session go on for the uses that it has left", async () => {
    const { as, life } = await takenOver();
    const verify = () => as(life.sessionToken, "/v1/subjects/alice/verify", jpeg(photoAt(people.alice)));
    expect(await verify()).toMatchObject({ status: 200, match: true });
    expect(await verify()).toMatchObject({ status: 200, match: true });
    expect(await verify()).toMatchObject({ status: 401 });
  });

  it("knows its keys: rotated ones until their grace is over, and no revoked one", async () => {
    const { as, life, service } = await takenOver();
    const verifyWith = async (key: string) =>
      (await as(key, "/v1/subjects/alice/verify", jpeg(photoAt(people.alice)))).status;
    expect(await verifyWith(life.oldKey)).toBe(200);
    expect(await verifyWith(life.newKey)).toBe(200);
    expect(await verifyWith(life.revokedKey)).toBe(401);
    service.wait(86_401);
    expect(await verifyWith(life.oldKey)).toBe(401);
    expect(await verifyWith(life.newKey)).toBe(200);
  });

  it("answers an enrolment that is sent again with the face that it made", async () => {
    const { call, life } = await takenOver();
    const image = photoAt(people.dave);
    const fields = { image, metadata: JSON.stringify({ angle: `${people.dave}` }) };
    const again = { ...form(fields), headers: { "Idempotency-Key": life.idempotency.key } };
    const query = "?consent_version=v1&consent_purpose=test&expires_at=2037-06-01T00:00:00Z";
    const answer = await call(`/v1/subjects/dave/faces${query}`, again);
    expect(answer).toMatchObject({ status: 201, face_id: life.idempotency.faceId });
    expect((await call("/v1/subjects/dave")).faces).toHaveLength(1);
  });

  it("finds its people in the gallery, with those whose change the gallery had not heard of", async () => {
    const { call } = await takenOver();
    for (const [name, angle] of Object.entries({ ...people, ...interrupted })) {
      const { status, code, ...answer } = await call("/v1/identify", jpeg(photoAt(angle)));
      const { candidates } = identificationAnswerSchema.parse(answer);
      expect(candidates[0]).toMatchObject({ subject_id: name });
    }
  });

  it("does the tasks that were under way", async () => {
    const { call, life } = await takenOver();
    const copiesOf = async (name: string) =>
      (await templates.list({ prefix: `f!acme!${name}!` })).keys.length;
    expect(await copiesOf("alice")).toBe(1);
    expect(await copiesOf("erin")).toBe(0);
    for (const shard of [0, 1]) await runDurableObjectAlarm(stubOf("acme", shard));
    expect(await copiesOf("erin")).toBe((await call("/v1/subjects/erin")).faces.length);
    expect(Object.keys(life.storage.kv)).toHaveLength(Object.keys(people).length);
  });

  it("publishes the keys that its receipts were signed with", async () => {
    const { life, service } = await takenOver();
    const keys = (await (await service.callAs("", "/.well-known/jwks.json")).json()) as JSONWebKeySet;
    expect(keys).toEqual(life.jwks);
    const { payload } = await compactVerify(life.receipt, createLocalJWKSet(keys));
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({
      subject_id: "alice",
      nonce: "n-1",
    });
  });

  it("gives its export to a tenant of another deployment", async () => {
    const { life } = await takenOver();
    await resetStorage();
    const service = startAtUpgrade();
    const made = (await (await service.call("/v1/tenants", json({ tenant_id: "moved" }))).json()) as {
      key: string;
    };
    const headers = { "Sameface-Transfer-Key": transferKey };
    const init = { method: "POST", headers, body: life.exported };
    const imported = await service.callAs(made.key, "/v1/import", init);
    expect(await imported.json()).toMatchObject({ imported: 4, complete: true });
    const verified = await service.callAs(made.key, "/v1/subjects/carol/verify", jpeg(photoAt(people.carol)));
    expect(verificationAnswerSchema.parse(await verified.json())).toMatchObject({ match: true });
  });

  it("keeps its audit trail, and writes on at its end", async () => {
    const { call } = await takenOver();
    const before = (await call("/v1/audit?limit=1000")).entries as { seq: number; action: string }[];
    expect(before.map(({ action }) => action)).toContain("verify");
    await call("/v1/subjects/dave/verify", jpeg(photoAt(people.dave)));
    const after = (await call("/v1/audit?limit=1000")).entries as { seq: number }[];
    expect(after).toHaveLength(before.length + 1);
  });
});

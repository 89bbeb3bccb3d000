/**
 * A tenant of a jurisdiction: every object that any of its calls asks for is asked for there, and none of its calls, of
 * its chores, exports and imports meets KV. Local workerd has no jurisdictions, so ../setup/residency.ts plays them.
 */
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { compactVerify, createLocalJWKSet, decodeJwt, type JSONWebKeySet } from "jose";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type Jurisdiction, jurisdictions } from "../../../src/identity/jurisdiction.ts";
import { madeHead } from "../../fixtures/people/live-frames.ts";
import { leaveNothing, resetStorage } from "../setup/reset-storage.ts";
import { prefixOf, startWatched } from "../setup/residency.ts";
import {
  directories,
  form,
  framePhoto,
  galleries,
  jpeg,
  json,
  photoAt,
  photoOf,
  type Service,
  startService,
  templates,
} from "../setup/service.ts";

beforeEach(resetStorage);
afterAll(leaveNothing);

const transferKey = btoa("the key that moves a tenant away");
const transfer = { method: "POST", headers: { "Sameface-Transfer-Key": transferKey } };

/** Makes a caller that expects the status and returns the answer. */
function callerOf(service: Service, key: string) {
  // biome-ignore lint/suspicious/noExplicitAny: the answers are held to the API's document by the service.
  return async (path: string, init: RequestInit = {}, status = [200, 201], by = key): Promise<any> => {
    const response = await service.callAs(by, path, init);
    expect(status, `${init.method ?? "GET"} ${path}`).toContain(response.status);
    return response.json();
  };
}

async function makeTenant(service: Service, jurisdiction?: Jurisdiction, settings = {}) {
  const request = { tenant_id: "acme", ...(jurisdiction && { jurisdiction }), settings };
  const made = await callerOf(service, "test-key")("/v1/tenants", json(request));
  return { id: made.tenant_id as string, call: callerOf(service, made.key), key: made.key as string, made };
}

type Call = Awaited<ReturnType<typeof makeTenant>>["call"];

/** Uses every call of a tenant, in two shards, under both kinds of consistency. */
async function live(service: Service, { call, key: own }: { call: Call; key: string }): Promise<string[]> {
  const receipts: string[] = [];
  for (const consistency of ["strong", "edge"]) {
    await call("/v1/settings", { ...json({ consistency, retention_seconds: 3600 }), method: "PATCH" });
    for (const [i, name] of ["alice", "bob", "carol", "dave"].entries()) {
      const enrolled = `/v1/subjects/${name}/faces?consent_version=v1&consent_purpose=test`;
      const idempotent = { "Idempotency-Key": `${consistency}-${name}` };
      const fields = { image: photoAt(i), metadata: '{"room":"12"}' };
      const made = await call(enrolled, { ...form(fields), headers: idempotent });
      const face = `/v1/subjects/${name}/faces/${made.face_id}`;
      await call(face, { ...json({ metadata: { room: "13" }, expires_at: null }), method: "PATCH" });
      await call(`/v1/subjects/${name}`);
      for (let k = 0; k < 2; k++) {
        const verified = await call(`/v1/subjects/${name}/verify?receipt=true`, jpeg(photoAt(i)));
        expect(verified.match).toBe(true);
        receipts.push(verified.receipt);
      }
      await call(`/v1/subjects/${name}/verify`, jpeg(photoAt(i + 2)));
      await call(`/v1/subjects/${name}/unlock`, { method: "POST" });
    }
    const found = await call("/v1/identify", jpeg(photoAt(1)));
    expect(found.candidates[0].subject_id).toBe("bob");
    await call("/v1/subjects/erin/faces?duplicates=refuse", jpeg(photoAt(1)), [409]);
    const { token } = await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    await call("/v1/subjects/alice/verify", jpeg(photoAt(0)), [200], token);
    const request = { subject_id: "frank", action: "enrol", liveness: "challenge" };
    const session = await call("/v1/sessions", json(request));
    const body = new FormData();
    for (const [k, pose] of ["front", ...session.challenge.poses].entries())
      body.append("frame", new File([framePhoto(madeHead, pose, k)], "frame.jpg"));
    await call("/v1/sessions/enrol", { method: "POST", body }, [200, 201], session.token);
    await call("/v1/subjects");
    await call("/v1/faces/unrecognizable");
    const exported = await service.callAs(own, "/v1/export", transfer);
    await call("/v1/subjects/bob", { method: "DELETE" });
    await call("/v1/import", { ...transfer, body: await exported.text() });
    const { faces } = await call("/v1/subjects/carol");
    await call(`/v1/subjects/carol/faces/${faces[0].face_id}`, { method: "DELETE" });
    const { embedding, model, evidence } = await call("/v1/embed", jpeg(photoAt(3)));
    await call("/v1/subjects/dave/verify", json({ embedding, model, evidence }));
    const key = await call("/v1/keys", json({ scopes: ["read"] }));
    const rotated = await call(`/v1/keys/${key.key_id}/rotate`, json({}));
    await call("/v1/keys");
    await call(`/v1/keys/${rotated.key_id}`, { method: "DELETE" });
    await call("/v1/audit?limit=1000");
    await call("/v1/doctor");
  }
  return receipts;
}

async function livedIn(jurisdiction: Jurisdiction) {
  const service = startWatched();
  const tenant = await makeTenant(service, jurisdiction, { shards: 2 });
  const receipts = await live(service, tenant);
  await service.settled();
  return { service, ...tenant, receipts };
}

/** Lists the ids of objects that have tables. */
async function writtenObjects<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
): Promise<string[]> {
  const written: string[] = [];
  for (const id of await listDurableObjectIds(namespace)) {
    const tables = await runInDurableObject(namespace.get(id), (_, { storage }) => tablesOf(storage.sql));
    if (tables.length > 0) written.push(id.toString());
  }
  return written;
}

function tablesOf(sql: SqlStorage): string[] {
  const made = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";
  return sql
    .exec(made)
    .toArray()
    .map(({ name }) => name as string);
}

describe("a tenant of a jurisdiction", () => {
  const jurisdiction = "eu";
  const lived = () => livedIn(jurisdiction);

  it("has its name and its place in its id, its settings, its audit trail and its receipts", async () => {
    const { service, id, made, call, receipts } = await lived();
    expect(id).toBe(`acme@${jurisdiction}`);
    expect(made.settings).toMatchObject({ jurisdiction, location_hint: null });
    expect(await call("/v1/settings")).toMatchObject({ jurisdiction });
    expect(await call("/v1/audit")).toMatchObject({ jurisdiction });
    expect(await call("/v1/doctor")).toMatchObject({ tenant_id: id });
    for (const receipt of receipts) expect(decodeJwt(receipt)).toMatchObject({ tenant: id, jurisdiction });
    const keys = (await (await service.callAs("", "/.well-known/jwks.json")).json()) as JSONWebKeySet;
    await compactVerify(receipts[0], createLocalJWKSet(keys));
  });

  it.each(jurisdictions)(
    "is in objects of %s alone, and the directory outside learns that it is in use",
    async (jurisdiction) => {
      const { service, id } = await livedIn(jurisdiction);
      const { watch } = service;
      const outside = watch.methods.filter(({ object }) => object.jurisdiction !== jurisdiction);
      expect(new Set(outside.map(({ object }) => `${object.binding} ${object.name}`))).toEqual(
        new Set(["DIRECTORY default/0"]),
      );
      // The deployment's key was admitted, and the jurisdiction noted.
      expect(new Set(outside.map(({ method }) => method))).toEqual(new Set(["admit", "registerTenant"]));
      expect(JSON.stringify(outside.map(({ parameters }) => parameters))).not.toContain("acme");
      const inside = watch.objects.filter((object) => object.jurisdiction === jurisdiction);
      const names = new Set(inside.filter(({ binding }) => binding === "DIRECTORY").map(({ name }) => name));
      expect(names).toEqual(new Set([`${id}/0`, `${id}/1`, `default@${jurisdiction}/0`]));
      expect(inside.filter(({ binding }) => binding === "GALLERY").length).toBeGreaterThan(10);
    },
  );

  it("uses no KV in any call, nor in its chores", async () => {
    const { service, id } = await lived();
    const { watch, openDirectory } = service;
    // Two hours later the alarm ends what was enrolled for an hour.
    service.wait(7200);
    for (const shard of [0, 1]) await openDirectory(id as never, shard).maintain(service.nowMs() + 1);
    expect(watch.kv).toEqual([]);
    expect((await templates.list()).keys).toEqual([]);
  });

  it("leaves no task in its directories to copy anything", async () => {
    const service = startWatched();
    const { id, call } = await makeTenant(service, jurisdiction);
    const told: string[] = [];
    const stub = directories.get(directories.idFromName(`${prefixOf(jurisdiction)}${id}/0`));
    // A trigger sees the tasks that are done before the answer too.
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("CREATE TABLE seen (target TEXT)");
      storage.sql.exec(
        "CREATE TRIGGER each_task AFTER INSERT ON outbox BEGIN INSERT INTO seen VALUES (NEW.target); END",
      );
    });
    const { face_id } = await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    await call(`/v1/subjects/alice/faces/${face_id}`, {
      ...json({ expires_at: "2030-01-01T00:00:00Z" }),
      method: "PATCH",
    });
    await call("/v1/subjects/alice", { method: "DELETE" });
    await runInDurableObject(stub, (_, { storage }) => {
      told.push(
        ...storage.sql
          .exec("SELECT target FROM seen")
          .toArray()
          .map(({ target }) => target as string),
      );
    });
    expect(new Set(told)).toEqual(new Set(["gallery"]));
  });

  it("leaves its subjects' names and its own in no object outside", async () => {
    const { id } = await lived();
    const own = [`${id}/0`, `${id}/1`, `default@${jurisdiction}/0`].map((name) =>
      directories.idFromName(`${prefixOf(jurisdiction)}${name}`).toString(),
    );
    const root = directories.idFromName("default/0").toString();
    expect(new Set(await writtenObjects(directories))).toEqual(new Set([root, ...own]));
    const ofShards = own.slice(0, 2).map((name) => galleries.idFromName(`${prefixOf(jurisdiction)}${name}`));
    expect(new Set(await writtenObjects(galleries))).toEqual(
      new Set(ofShards.map((each) => each.toString())),
    );
    const rows = await runInDurableObject(
      directories.get(directories.idFromString(root)),
      (_, { storage }) => {
        return tablesOf(storage.sql).map((name) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray());
      },
    );
    expect(JSON.stringify(rows)).toContain(`default@${jurisdiction}`);
    expect(JSON.stringify(rows)).not.toMatch(/acme|alice/);
  });
});

describe("the watched bindings", () => {
  it("find KV and objects without a jurisdiction where a tenant has none", async () => {
    const service = startWatched();
    await live(service, await makeTenant(service));
    await service.settled();
    expect(new Set(service.watch.kv.map((each) => each.split(" ")[0]))).toEqual(
      new Set(["put", "delete", "get"]),
    );
    expect(service.watch.objects.filter(({ jurisdiction }) => jurisdiction !== undefined)).toEqual([]);
    expect((await templates.list()).keys.length).toBeGreaterThan(0);
  });
});

describe("tenants of several jurisdictions", () => {
  it("are told apart by their ids, and by nothing else that a caller can choose", async () => {
    const service = startWatched();
    const plain = await makeTenant(service);
    const eu = await makeTenant(service, "eu");
    await eu.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    expect((await plain.call("/v1/subjects")).subjects).toEqual([]);
    const moved = eu.key.replace("acme@eu", "acme");
    for (const key of [moved, eu.key.replace("@eu", "@us"), plain.key.replace("acme", "acme@eu")])
      await plain.call("/v1/subjects", {}, [401], key);
  });

  it("are listed by pages of any size, each once, without the lists themselves", async () => {
    const service = startWatched();
    const root = callerOf(service, "test-key");
    const names = ["b", "default-a", "z", "a"];
    for (const name of names) {
      for (const jurisdiction of [undefined, "us", "eu"])
        await root("/v1/tenants", json({ tenant_id: name, jurisdiction }));
    }
    const all = ["a", "b", "default-a", "z"];
    const expected = [...all, ...all.map((name) => `${name}@eu`), ...all.map((name) => `${name}@us`)];
    for (const limit of [1, 2, 3, 4, 5, 11, 12, 13]) {
      const listed: string[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page = await root(`/v1/tenants?limit=${limit}${cursor && `&cursor=${cursor}`}`);
        listed.push(...page.tenants.map(({ tenant_id }: { tenant_id: string }) => tenant_id));
        cursor = page.next_cursor;
      }
      expect(listed).toEqual(expected);
    }
  });

  it("have signing keys of their own, which verify no other jurisdiction's tokens", async () => {
    const service = startWatched();
    const eu = await makeTenant(service, "eu");
    const plain = await makeTenant(service);
    const { signingKeys } = service.trust;
    const ids = await Promise.all(
      ["acme", "acme@eu", "other@eu"].map(async (tenant) => (await signingKeys.current(tenant as never)).id),
    );
    expect(ids[1]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
    expect(await signingKeys.publicKey("acme" as never, ids[1])).toBeUndefined();
    expect(await signingKeys.publicKey("acme@eu" as never, ids[0])).toBeUndefined();
    for (const tenant of [eu, plain]) {
      await tenant.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
      const { token } = await tenant.call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
      await tenant.call("/v1/subjects/alice/verify", jpeg(photoAt(0)), [200], token);
    }
    service.wait(1);
    const root = callerOf(service, "test-key");
    const rotated = await root("/v1/signing-keys", { method: "POST" });
    expect(rotated.keys.map(({ jurisdiction }: { jurisdiction: string }) => jurisdiction)).toEqual([
      null,
      "eu",
    ]);
    expect(rotated.kid).toBe(rotated.keys[0].kid);
    service.wait(6);
    const { keys } = await root("/.well-known/jwks.json");
    expect(keys.map(({ kid }: { kid: string }) => kid)).toEqual([
      ...[ids[0], rotated.keys[0].kid, ids[1], rotated.keys[1].kid],
    ]);
  });

  it("have their keys wrapped anew with all others, and are looked at by the doctor", async () => {
    const first = startWatched();
    const eu = await makeTenant(first, "eu", { shards: 2 });
    for (const [i, name] of ["alice", "bob", "carol"].entries())
      await eu.call(`/v1/subjects/${name}/faces`, jpeg(photoAt(i)));
    await first.trust.signingKeys.current("acme@eu" as never);
    const keks = [btoa("another key-encryption key, new."), ...first.trust.config.keks];
    const service = startWatched({ config: { keks } });
    const root = callerOf(service, "test-key");
    // The galleries of local objects have the first key alone, and answer that they are not done.
    const { rewrapped } = await root("/v1/kek/rewrap", { method: "POST" });
    expect(rewrapped).toBe(4);
    const { checks } = await root("/v1/doctor");
    expect(checks.find(({ name }: { name: string }) => name === "faces").detail).toContain("none of 3");
  });

  it("never take the name of the deployment's own tenant, nor a name with a place in it", async () => {
    const root = callerOf(startWatched(), "test-key");
    await root("/v1/tenants", json({ tenant_id: "default", jurisdiction: "eu" }), [409]);
    await root("/v1/tenants", json({ tenant_id: "acme@eu" }), [400]);
    await root("/v1/tenants", json({ tenant_id: "acme", jurisdiction: "uk" }), [400]);
    const both = { tenant_id: "acme", jurisdiction: "eu", location_hint: "weur" };
    expect((await root("/v1/tenants", json(both), [400])).error.details).toEqual({ field: "location_hint" });
  });
});

describe("a move", () => {
  it("into a jurisdiction is an export and an import: the same answers, and KV is not met", async () => {
    const service = startWatched();
    const from = await makeTenant(service);
    for (const [i, name] of ["alice", "bob", "carol"].entries()) {
      const path = `/v1/subjects/${name}/faces?consent_version=v1&consent_purpose=test`;
      await from.call(path, form({ image: photoAt(i), metadata: `{"angle":"${i}"}` }));
    }
    const page = await (await service.callAs(from.key, "/v1/export", transfer)).text();
    const to = await makeTenant(service, "eu", { shards: 3 });
    service.watch.kv.length = 0;
    expect(await to.call("/v1/import", { ...transfer, body: page })).toMatchObject({
      imported: 3,
      complete: true,
    });
    for (const name of ["alice", "bob", "carol"]) {
      const [before, after] = [
        await from.call(`/v1/subjects/${name}`),
        await to.call(`/v1/subjects/${name}`),
      ];
      expect(after.faces).toEqual(before.faces);
      const probe = jpeg(photoOf([Math.cos(0.4), Math.sin(0.4)]));
      const [there, here] = [
        await from.call(`/v1/subjects/${name}/verify`, probe),
        await to.call(`/v1/subjects/${name}/verify`, probe),
      ];
      expect({ ...here, request_id: "" }).toEqual({ ...there, request_id: "" });
    }
    expect(service.watch.kv).toEqual([]);
  });
});

describe("a location hint", () => {
  it("places every directory with its first write, and is told by the settings, which keep it", async () => {
    const service = startWatched();
    const request = { tenant_id: "acme", location_hint: "weur", settings: { shards: 3 } };
    const { settings, key } = await callerOf(service, "test-key")("/v1/tenants", json(request));
    expect(settings).toMatchObject({ jurisdiction: null, location_hint: "weur", shards: 3 });
    const first = new Map<string, unknown>();
    for (const { object } of service.watch.methods) {
      if (!first.has(object.name)) first.set(object.name, object.locationHint);
    }
    expect([...first]).toEqual([
      ["default/0", undefined],
      ["acme/0", "weur"],
      ["acme/1", "weur"],
      ["acme/2", "weur"],
    ]);
    const call = callerOf(service, key);
    await call("/v1/settings", { ...json({ consent_required: true }), method: "PATCH" });
    expect(await call("/v1/settings")).toMatchObject({ location_hint: "weur", consent_required: true });
    await call("/v1/settings", { ...json({ location_hint: "apac" }), method: "PATCH" }, [400]);
  });
});

describe("a runtime without jurisdictions, as local workerd", () => {
  it("makes no such tenant, and says why", async () => {
    const root = callerOf(startService(), "test-key");
    const refused = await root("/v1/tenants", json({ tenant_id: "acme", jurisdiction: "eu" }), [400]);
    expect(refused.error).toMatchObject({ code: "invalid_request", details: { field: "jurisdiction" } });
    expect((await root("/v1/tenants")).tenants).toEqual([]);
  });

  it("refuses keys and tokens of such a tenant, as those of a tenant that nobody made", async () => {
    const there = startWatched();
    const { key, call } = await makeTenant(there, "eu");
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { token } = await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    const here = startService();
    await callerOf(here, key)("/v1/subjects", {}, [401]);
    await callerOf(here, token)("/v1/subjects/alice/verify", jpeg(photoAt(0)), [401]);
  });
});

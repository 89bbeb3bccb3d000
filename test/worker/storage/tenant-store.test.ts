import { reset, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { createDirectories } from "../../../src/identity/directory/object.ts";
import type { Directory } from "../../../src/identity/directory/types.ts";
import { defaultTenant, type FaceId, type SubjectId, type TenantId } from "../../../src/identity/ids.ts";
import { faceKey } from "../../../src/identity/records/keys.ts";
import { defaultSettings, type TenantSettings } from "../../../src/identity/settings.ts";
import type { StoredFace, TenantStore } from "../../../src/identity/store/store.ts";
import { type Fuse, fuse, mortalDirectories, restart, stubOf } from "../setup/crash.ts";
import {
  base64,
  directories,
  jpeg,
  json,
  now,
  photoAt,
  type Service,
  startService,
  templates,
} from "../setup/service.ts";
import { replacing } from "../setup/watched.ts";

const alice = "alice" as SubjectId;
const bob = "bob" as SubjectId;

function face(subjectId: SubjectId, name: string, createdAtMs = 0): StoredFace {
  const values = new Float32Array([Math.SQRT1_2, Math.SQRT1_2]);
  const embedding = { model: "m-1", values };
  const quality = { eyeDistancePx: 80.5, yaw: -3.25 };
  return { subjectId, faceId: name as FaceId, embedding, createdAt: new Date(createdAtMs), quality };
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `face-${String(i).padStart(4, "0")}`);
}

function storeOf(
  service: Service = startService(),
  settings: Partial<TenantSettings> = {},
  tenant: TenantId = defaultTenant,
): TenantStore {
  const caller = { tenant, settings: { ...defaultSettings, ...settings }, actor: "root", requestId: "r-1" };
  return service.trust.openStore(caller);
}

function outcome(closest: string, match: boolean) {
  return { closest: closest as FaceId, template: "t", match, resetsLockOut: true };
}

async function facesOf(store: TenantStore, subjectId: SubjectId): Promise<readonly StoredFace[]> {
  const attempt = await store.beginAttempt(subjectId);
  if (!attempt.ok) throw new Error(attempt.failure.code);
  return attempt.value.faces;
}

const faceIdsOf = async (store: TenantStore, subjectId: SubjectId) =>
  (await facesOf(store, subjectId)).map(({ faceId }) => faceId).sort();

async function listAll(store: TenantStore, limit: number) {
  const subjectIds: string[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = await store.listSubjects({ limit, cursor });
    if (!page.ok) throw new Error(page.failure.code);
    subjectIds.push(...page.value.subjectIds);
    cursor = page.value.nextCursor;
    if (cursor === undefined) return { subjectIds, pages };
  }
}

async function copies(): Promise<string[]> {
  return (await templates.list()).keys.map(({ name }) => name);
}

beforeEach(reset);

describe("faces of a subject", () => {
  it("come back as they were put in, and were never in KV in the open", async () => {
    const store = storeOf();
    const stored = face(alice, "face-1", 1234);
    await store.addFace(stored, {});
    expect(await facesOf(store, alice)).toEqual([stored]);
    const copy = atob((await templates.get(faceKey(defaultTenant, alice, stored.faceId))) ?? "");
    expect(copy).not.toContain("alice");
    expect(copy).not.toContain(String.fromCharCode(...new Uint8Array(stored.embedding.values.buffer)));
  });

  it("keep the measures of the photo that was sent, and none where an embedding was", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const sent = { embedding: base64(new Uint8Array(new Float32Array([1, 0]).buffer)), model: "text-1" };
    await service.call("/v1/subjects/bob/faces", json(sent));
    const [fromPhoto] = await facesOf(storeOf(service), alice);
    const [fromEmbedding] = await facesOf(storeOf(service), bob);
    expect(fromPhoto.quality).toMatchObject({ eyeDistancePx: 80, brightness: 120 });
    expect(fromPhoto.quality?.agreement).toBeCloseTo(0.9, 6);
    expect(fromEmbedding).not.toHaveProperty("quality");
  });

  it("are none for a subject that is not known, and asking leaves nothing behind", async () => {
    const store = storeOf(undefined, {}, "nobody" as TenantId);
    expect(await store.beginAttempt(alice)).toMatchObject({ failure: { code: "subject_has_no_faces" } });
    expect(await store.describeFaces(alice)).toMatchObject({ failure: { code: "not_found" } });
  });

  it("are the subject's own, and not those of one whose name begins alike", async () => {
    const store = storeOf();
    for (const name of ["al", "alice", "alice-2", "alice.", "alice~", "Alice"]) {
      await store.addFace(face(name as SubjectId, `of-${name.length}`), {});
    }
    expect((await facesOf(store, alice)).map(({ subjectId }) => subjectId)).toEqual(["alice"]);
  });

  it.each([99, 101])("are all read when there are %i of them", async (count) => {
    const store = storeOf();
    await Promise.all(names(count).map((name) => store.addFace(face(alice, name), {})));
    expect(await facesOf(store, alice)).toHaveLength(count);
  });

  it("are described oldest first, with what was said of them", async () => {
    const store = storeOf();
    const consent = { version: "v1", purpose: "door", at: new Date(1500) };
    await store.addFace(face(alice, "a", 2000), { consent, metadata: { door: "3" } });
    await store.addFace(face(alice, "b", 1000), { expiresAt: new Date("2099-01-01") });
    const nothing = { expiresAt: undefined, consent: undefined, metadata: undefined };
    expect(await store.describeFaces(alice)).toEqual({
      ok: true,
      value: [
        {
          ...nothing,
          faceId: "b",
          model: "m-1",
          createdAt: new Date(1000),
          expiresAt: new Date("2099-01-01"),
        },
        {
          ...nothing,
          faceId: "a",
          model: "m-1",
          createdAt: new Date(2000),
          consent,
          metadata: { door: "3" },
        },
      ],
    });
  });

  it("cannot be added twice under one id", async () => {
    const store = storeOf();
    await store.addFace(face(alice, "a"), {});
    expect(await store.addFace(face(alice, "a"), {})).toMatchObject({ failure: { code: "conflict" } });
  });

  it("are spread over the tenant's shards, and found there", async () => {
    const store = storeOf(undefined, { shards: 4 });
    const subjects = names(20) as unknown as SubjectId[];
    for (const subject of subjects) await store.addFace(face(subject, "x"), {});
    const used = new Set<number>();
    for (let shard = 0; shard < 4; shard++) {
      const listed = await createDirectories(directories)(defaultTenant, shard).listSubjects(
        { after: null, limit: 100 },
        now.getTime(),
      );
      if (listed.length > 0) used.add(shard);
    }
    expect(used.size).toBe(4);
    for (const subject of subjects) expect(await facesOf(store, subject)).toHaveLength(1);
    expect((await listAll(store, 7)).subjectIds).toEqual(subjects);
  });
});

describe("the copies in KV", () => {
  const edge = { consistency: "edge" } as const;

  it("are not asked where consistency is strong", async () => {
    const store = storeOf();
    await store.addFace(face(alice, "a"), {});
    await templates.put("f!default!alice!a", "aaaa");
    expect(await faceIdsOf(store, alice)).toEqual(["a"]);
  });

  it("are written with the enrolment and removed with the face", async () => {
    const store = storeOf(undefined, edge);
    await store.addFace(face(alice, "a"), {});
    expect(await copies()).toEqual(["f!default!alice!a"]);
    await store.deleteFace(alice, "a" as FaceId);
    expect(await copies()).toEqual([]);
  });

  it("may be missing: the directory has the records", async () => {
    const store = storeOf(undefined, edge);
    await store.addFace(face(alice, "a"), {});
    await templates.delete("f!default!alice!a");
    expect(await faceIdsOf(store, alice)).toEqual(["a"]);
  });

  it("may outlive a deletion: without their keys nobody reads them", async () => {
    const store = storeOf(undefined, edge);
    await store.addFace(face(alice, "a"), {});
    const copy = (await templates.get("f!default!alice!a")) ?? "";
    await store.deleteSubject(alice);
    await templates.put("f!default!alice!a", copy);
    expect(await store.beginAttempt(alice)).toMatchObject({ failure: { code: "subject_has_no_faces" } });
    // The old copy does not open even when a face is enrolled under the same names.
    await store.addFace(face(alice, "a"), {});
    await templates.put("f!default!alice!a", copy);
    expect(await store.beginAttempt(alice)).toMatchObject({ failure: { code: "corrupt_record" } });
  });

  it.each<[string, (text: string) => string]>([
    ["empty", () => ""],
    ["cut off", (text) => text.slice(0, -8)],
    [
      "changed in one letter",
      (text) => text.replace(/(?<=^.{30})./, (letter) => (letter === "A" ? "B" : "A")),
    ],
    ["JSON", () => "eyJlbWJlZGRpbmciOlsxLDBdfQ"],
  ])("fail the whole read as corrupt_record when one is %s", async (_, change) => {
    const store = storeOf(undefined, edge);
    await store.addFace(face(alice, "a"), {});
    await store.addFace(face(alice, "b"), {});
    const key = "f!default!alice!a";
    await templates.put(key, change((await templates.get(key)) ?? ""));
    expect(await store.beginAttempt(alice)).toMatchObject({
      ok: false,
      failure: { code: "corrupt_record", faceId: "a" },
    });
  });

  it.each([
    ["another subject's", alice, bob],
    ["another face's of the subject", alice, alice],
  ])("are refused when one is %s", async (_, victim, other) => {
    const store = storeOf(undefined, edge);
    await store.addFace(face(victim, "a"), {});
    await store.addFace(face(other, "b"), {});
    await templates.put(`f!default!${victim}!a`, (await templates.get(`f!default!${other}!b`)) ?? "");
    expect(await store.beginAttempt(victim)).toMatchObject({ failure: { code: "corrupt_record" } });
  });

  it("are refused when one is another tenant's of the same names", async () => {
    const service = startService();
    const [here, there] = [storeOf(service, edge), storeOf(service, edge, "acme" as TenantId)];
    await here.addFace(face(alice, "a"), {});
    await there.addFace(face(alice, "a"), {});
    await templates.put("f!default!alice!a", (await templates.get("f!acme!alice!a")) ?? "");
    expect(await here.beginAttempt(alice)).toMatchObject({ failure: { code: "corrupt_record" } });
    expect((await there.beginAttempt(alice)).ok).toBe(true);
  });
});

describe("deletion", () => {
  it("of a face leaves the others", async () => {
    const store = storeOf();
    await Promise.all(["a", "b", "c"].map((name) => store.addFace(face(alice, name), {})));
    expect((await store.deleteFace(alice, "b" as FaceId)).ok).toBe(true);
    expect(await faceIdsOf(store, alice)).toEqual(["a", "c"]);
  });

  it("of a face that is not there, or is another subject's, is not_found", async () => {
    const store = storeOf();
    await store.addFace(face(bob, "a"), {});
    expect(await store.deleteFace(alice, "a" as FaceId)).toMatchObject({ failure: { code: "not_found" } });
    expect(await facesOf(store, bob)).toHaveLength(1);
  });

  it("of a subject takes all of its faces, says which, and takes nobody else's", async () => {
    const store = storeOf();
    await Promise.all(names(25).map((name) => store.addFace(face(alice, name), {})));
    await store.addFace(face("alice-2" as SubjectId, "a"), {});
    const deleted = await store.deleteSubject(alice);
    expect(deleted.ok && deleted.value.faces.map(({ faceId }) => faceId).sort()).toEqual(names(25));
    expect(await copies()).toEqual(["f!default!alice-2!a"]);
    expect(await store.deleteSubject(alice)).toMatchObject({ failure: { code: "not_found" } });
  });

  it("of any face that is being compared leaves no decision to tell, whichever came closest", async () => {
    const store = storeOf();
    for (const name of ["a", "b"]) await store.addFace(face(alice, name), {});
    for (const [gone, closest] of [
      ["a", "a"],
      ["b", "a"],
    ] as const) {
      const attempt = await store.beginAttempt(alice);
      await store.deleteFace(alice, gone as FaceId);
      const told = attempt.ok && (await attempt.value.settle(outcome(closest, false)));
      expect(told).toEqual({ ok: false, failure: { code: "not_found", what: "face" } });
      await store.addFace(face(alice, gone), {});
    }
  });

  it("while a photo is being scored leaves no decision to tell", async () => {
    const store = storeOf();
    await store.addFace(face(alice, "a"), {});
    const attempt = await store.beginAttempt(alice);
    await store.deleteSubject(alice);
    expect(attempt.ok && (await attempt.value.settle(outcome("a", true))).ok).toBe(false);
  });

  it("of a hundred faces while a hundred others are enrolled loses nothing and brings nothing back", async () => {
    const store = storeOf();
    const [old, fresh] = [names(100), names(100).map((name) => `new-${name}`)];
    await Promise.all(old.map((name) => store.addFace(face(alice, name), {})));
    const results = await Promise.all([
      ...old.map((name) => store.deleteFace(alice, name as FaceId)),
      ...fresh.map((name) => store.addFace(face(alice, name), {})),
    ]);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await faceIdsOf(store, alice)).toEqual(fresh);
    expect((await copies()).sort()).toEqual(fresh.map((name) => `f!default!alice!${name}`));
  });

  it("of the subject among a hundred enrolments leaves exactly those that came after it", async () => {
    const store = storeOf();
    const enrolments = names(100).map((name) => store.addFace(face(alice, name), {}));
    const deletions = Array.from({ length: 5 }, () => store.deleteSubject(alice));
    await Promise.all(enrolments);
    const deleted = (await Promise.all(deletions)).flatMap((result) => (result.ok ? result.value : []));
    const kept = await store.beginAttempt(alice);
    const left = kept.ok ? kept.value.faces.map(({ faceId }) => faceId) : [];
    expect([...deleted, ...left].sort()).toEqual(names(100));
    expect((await copies()).sort()).toEqual(left.map((name) => `f!default!alice!${name}`).sort());
  });
});

describe("retention", () => {
  it("ends a face at its time, to the millisecond, and takes its copy with it", async () => {
    const service = startService();
    const store = storeOf(service);
    const expiresAt = new Date(Date.now() + 3_600_000);
    await store.addFace(face(alice, "a"), { expiresAt });
    const directory = createDirectories(directories)(defaultTenant, 0);
    expect(await directory.describeFaces(alice, expiresAt.getTime() - 1)).toHaveLength(1);
    expect(await directory.describeFaces(alice, expiresAt.getTime())).toHaveLength(0);
    await directory.maintain(expiresAt.getTime() - 1);
    expect(await copies()).toHaveLength(1);
    await directory.maintain(expiresAt.getTime());
    expect(await copies()).toEqual([]);
    expect((await directory.listAudit({ after: 0, limit: 10 })).at(-1)).toMatchObject({
      actor: "retention",
      action: "face.delete",
      outcome: "expired",
    });
  });

  it("is the tenant's unless the enrolment says otherwise", async () => {
    const store = storeOf(undefined, { retentionSeconds: 60 });
    const added = async (name: string, expiresAt?: Date | null) => {
      const result = await store.addFace(face(alice, name, now.getTime()), { expiresAt });
      return result.ok && result.value.expiresAt?.getTime();
    };
    expect(await added("a")).toBe(now.getTime() + 60_000);
    expect(await added("b", new Date("2099-01-01"))).toBe(Date.parse("2099-01-01"));
    expect(await added("c", null)).toBeUndefined();
  });

  it("runs from the enrolment, whenever the person agreed", async () => {
    const store = storeOf(undefined, { retentionSeconds: 60 });
    const day = 24 * 3600 * 1000;
    for (const [name, agreedMs] of [
      ["a", now.getTime() - day],
      ["b", now.getTime()],
    ] as const) {
      const consent = { version: "v1", purpose: "door", at: new Date(agreedMs) };
      const added = await store.addFace(face(alice, name, now.getTime()), { consent });
      expect(added).toMatchObject({ ok: true, value: { expiresAt: new Date(now.getTime() + 60_000) } });
    }
  });
});

describe("a change in another tenant's name", () => {
  it.each([
    ["at work", async () => undefined],
    ["that has just woken up", () => restart()],
  ])("is refused by a directory %s, which stays as it is", async (_, prepare) => {
    await storeOf().addFace(face(alice, "a"), {});
    await prepare();
    const directory = createDirectories(directories)(defaultTenant, 0);
    const trail = () => directory.listAudit({ after: 0, limit: 10 });
    const before = await trail();
    const acme = {
      tenant: "acme" as TenantId,
      actor: "root",
      requestId: "r-2",
      nowMs: now.getTime(),
      auditSeconds: null,
    };
    // The call runs in the object itself: an error thrown to another object is reported as an unhandled rejection too.
    const answer = await runInDurableObject(stubOf(), (object) =>
      object.deleteFaces(alice, "all", acme).catch((error: Error) => error.message),
    );
    expect(answer).toContain("another tenant");
    expect(await faceIdsOf(storeOf(), alice)).toEqual(["a"]);
    expect(await trail()).toEqual(before);
  });
});

describe("the listing of subjects", () => {
  const subjects = ["A", "a", "a-", "a-b", "a.b", "a:b", "a@b", "ab", "a~", "b"].sort() as SubjectId[];

  it("is empty to begin with", async () => {
    expect(await listAll(storeOf(), 10)).toEqual({ subjectIds: [], pages: 1 });
  });

  it.each([1, 3, 9, 10, 11])("gives each subject once, in byte order, in pages of %i", async (limit) => {
    const store = storeOf();
    for (const subject of subjects) {
      for (const name of ["x", "y"]) await store.addFace(face(subject, name), {});
    }
    const { subjectIds, pages } = await listAll(store, limit);
    expect(subjectIds).toEqual(subjects);
    expect(pages).toBe(Math.ceil(subjects.length / limit));
  });

  it("misses nobody and repeats nobody while others come and go", async () => {
    const store = storeOf();
    for (const subject of subjects) await store.addFace(face(subject, "x"), {});
    const first = await store.listSubjects({ limit: 4 });
    if (!first.ok) throw new Error(first.failure.code);
    await store.deleteSubject(subjects[3]);
    await store.addFace(face("0" as SubjectId, "x"), {});
    await store.addFace(face("zz" as SubjectId, "x"), {});
    const rest = await store.listSubjects({ limit: 100, cursor: first.value.nextCursor });
    if (!rest.ok) throw new Error(rest.failure.code);
    expect([...first.value.subjectIds, ...rest.value.subjectIds]).toEqual([...subjects, "zz"]);
  });
});

describe("with consistency edge", () => {
  it("an attempt within the tenant's seconds does not ask the directory, and is counted afterwards", async () => {
    const calls: string[] = [];
    const real = createDirectories(directories);
    const service = startService({
      trust: {
        openDirectory: (tenant, shard) =>
          new Proxy(real(tenant, shard), {
            get(directory, method: "beginAttempt") {
              calls.push(method);
              return directory[method];
            },
          }),
      },
    });
    const store = storeOf(service, { consistency: "edge", edgeSeconds: 60 });
    await store.addFace(face(alice, "a"), {});
    calls.length = 0;
    for (let i = 0; i < 3; i++) {
      const attempt = await store.beginAttempt(alice);
      if (!attempt.ok) throw new Error(attempt.failure.code);
      await attempt.value.settle(outcome("a", true));
    }
    await service.settled();
    expect(calls.filter((method) => method === "beginAttempt")).toHaveLength(1);
    expect(calls.filter((method) => method === "settleAttempt")).toHaveLength(3);
    service.wait(61);
    await store.beginAttempt(alice);
    expect(calls.filter((method) => method === "beginAttempt")).toHaveLength(2);
  });

  const edge = { consistency: "edge", edgeSeconds: 60 } as const;

  async function begin(store: TenantStore) {
    const attempt = await store.beginAttempt(alice);
    if (!attempt.ok) throw new Error(attempt.failure.code);
    return attempt.value;
  }

  /** Makes a service whose attempts are counted only when the gate is opened. */
  function gated() {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const real = createDirectories(directories);
    const service = startService({
      trust: {
        openDirectory: (tenant, shard) => {
          const directory = real(tenant, shard);
          const settleAttempt: Directory["settleAttempt"] = (...call) =>
            gate.then(() => directory.settleAttempt(...call));
          return replacing(directory, { settleAttempt });
        },
      },
    });
    return { store: storeOf(service, edge), open, settled: () => service.settled() };
  }

  const stillOpen = async (told: Promise<unknown>) =>
    Promise.race([told.then(() => "told"), new Promise((resolve) => setTimeout(resolve, 50, "open"))]);

  it("tells of an attempt that is no match after it was counted", async () => {
    const { store, open, settled } = gated();
    await store.addFace(face(alice, "a"), {});
    await (await begin(store)).settle(outcome("a", true));
    const told = (await begin(store)).settle(outcome("a", false));
    expect(await stillOpen(told)).toBe("open");
    open();
    expect((await told).ok).toBe(true);
    await settled();
  });

  it("tells of one match before it is counted, and of others that come meanwhile after", async () => {
    const { store, open, settled } = gated();
    await store.addFace(face(alice, "a"), {});
    const attempts = await Promise.all(Array.from({ length: 5 }, () => begin(store)));
    // All attempts asked the directory at the same time: the last answer is stored.
    const known = [await begin(store), await begin(store), ...attempts];
    const told = known.map((attempt) => attempt.settle(outcome("a", true)));
    expect(await Promise.all(told.map(stillOpen))).toEqual(["told", ...Array(6).fill("open")]);
    open();
    expect((await Promise.all(told)).every(({ ok }) => ok)).toBe(true);
    await settled();
    expect(await stillOpen((await begin(store)).settle(outcome("a", true)))).toBe("told");
    await settled();
  });

  it("tells of one match at most while the subject was locked elsewhere, and of nothing else", async () => {
    const [here, there] = [startService(), startService()];
    const store = storeOf(here, edge);
    await store.addFace(face(alice, "a"), {});
    await (await begin(store)).settle(outcome("a", true));
    await here.settled();
    // All of them were admitted by an answer from before the lock.
    const attempts = await Promise.all(Array.from({ length: 20 }, () => begin(store)));
    for (let i = 0; i < 5; i++) await (await begin(storeOf(there))).settle(outcome("a", false));
    const answers: string[] = [];
    for (const attempt of attempts) {
      const told = await attempt.settle(outcome("a", true));
      answers.push(told.ok ? "match" : told.failure.code);
      await here.settled();
    }
    expect(answers).toEqual(["match", ...Array(19).fill("locked")]);
    expect(await store.beginAttempt(alice)).toMatchObject({ failure: { code: "locked" } });
  });

  it("asks again after an attempt that is no match, and so is locked with the others", async () => {
    const [here, there] = [startService(), startService()];
    const store = storeOf(here, edge);
    await store.addFace(face(alice, "a"), {});
    const attempts = [await begin(store), await begin(store)];
    for (let i = 0; i < 5; i++) await (await begin(storeOf(there))).settle(outcome("a", false));
    expect(await attempts[0].settle(outcome("a", false))).toMatchObject({ failure: { code: "locked" } });
    expect(await attempts[1].settle(outcome("a", true))).toMatchObject({ failure: { code: "locked" } });
    expect(await store.beginAttempt(alice)).toMatchObject({ failure: { code: "locked" } });
  });
});

/** Allows one write more each time, until the work is done without a crash. */
async function untilItLives(run: (fuse: Fuse) => Promise<void>): Promise<number> {
  for (let writes = 0; ; writes++) {
    await reset();
    const limited = fuse(writes);
    await run(limited);
    if (!limited.blown) return writes;
    expect(writes).toBeLessThan(100);
  }
}

describe("a crash at any write", () => {
  const mortalStore = (fuse: Fuse) =>
    storeOf(startService({ trust: { openDirectory: mortalDirectories(fuse) } }));

  /** Returns the state that the next call finds, and the rest once the directory has done its chores. */
  async function afterwards(): Promise<{ faces: string[]; copies: string[] }> {
    await restart();
    const store = storeOf();
    const attempt = await store.beginAttempt(alice);
    const faces = attempt.ok ? attempt.value.faces.map(({ faceId }) => faceId as string) : [];
    await createDirectories(directories)(defaultTenant, 0).maintain(now.getTime());
    return { faces: faces.sort(), copies: await copies() };
  }

  it("of an enrolment leaves it done or not begun, and the copies in step", async () => {
    const seen = new Set<number>();
    const writes = await untilItLives(async (fuse) => {
      await storeOf().addFace(face(alice, "before"), {});
      await restart();
      const added = await mortalStore(fuse)
        .addFace(face(alice, "new"), {})
        .catch(() => undefined);
      const { faces, copies } = await afterwards();
      if (added?.ok) expect(faces).toEqual(["before", "new"]);
      expect([["before"], ["before", "new"]]).toContainEqual(faces);
      expect(copies).toEqual(faces.map((name) => `f!default!alice!${name}`));
      seen.add(faces.length);
    });
    expect(writes).toBeGreaterThan(4);
    expect(seen).toEqual(new Set([1, 2]));
  });

  it("of a tenant's very first enrolment leaves it done or not begun", async () => {
    await untilItLives(async (fuse) => {
      await mortalStore(fuse)
        .addFace(face(alice, "new"), {})
        .catch(() => undefined);
      const { faces, copies } = await afterwards();
      expect([[], ["new"]]).toContainEqual(faces);
      expect(copies).toEqual(faces.map((name) => `f!default!alice!${name}`));
    });
  });

  it("of a deletion leaves it done or not begun, and brings nothing back", async () => {
    const seen = new Set<number>();
    const writes = await untilItLives(async (fuse) => {
      for (const name of ["a", "b"]) await storeOf().addFace(face(alice, name), {});
      await restart();
      const deleted = await mortalStore(fuse)
        .deleteSubject(alice)
        .catch(() => undefined);
      const { faces, copies } = await afterwards();
      if (deleted?.ok) expect(faces).toEqual([]);
      expect([[], ["a", "b"]]).toContainEqual(faces);
      expect(copies).toEqual(faces.map((name) => `f!default!alice!${name}`));
      seen.add(faces.length);
    });
    expect(writes).toBeGreaterThan(4);
    expect(seen).toEqual(new Set([0, 2]));
  });
});
